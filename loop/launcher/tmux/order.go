package tmux

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"pawl/loop/atomicfile"
	"pawl/loop/launcher"
)

// order is what the shim becomes: written to a file that only we can read, so
// that nothing of it is in any command line or in the server's memory.
type order struct {
	Version int      `json:"version"`
	Program string   `json:"program"` // absolute path
	Argv    []string `json:"argv"`
	Env     []string `json:"env"`
	Dir     string   `json:"dir"`
}

const orderVersion = 1

// prefix begins the names of all order files of one generation.
func prefix(generation string) string { return "start-" + generation + "-" }

// saveOrder writes an order to a file of its own: two that start the same
// generation must not take each other's away.
func saveOrder(runtime, generation string, o order) (string, error) {
	if err := os.MkdirAll(runtime, 0o700); err != nil {
		return "", err
	}
	doc, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	path := filepath.Join(runtime, prefix(generation)+rand.Text())
	return path, atomicfile.Write(path, doc)
}

// takeOrder reads an order and removes its file.
func takeOrder(path string) (order, error) {
	doc, err := os.ReadFile(path)
	if err != nil {
		return order{}, err
	}
	var o order
	if err := errors.Join(json.Unmarshal(doc, &o), os.Remove(path)); err != nil {
		return order{}, err
	}
	if o.Version != orderVersion {
		return order{}, fmt.Errorf("order of version %d, %d was expected: pawl was replaced by another version just now; the next start works", o.Version, orderVersion)
	}
	return o, nil
}

// dropOrders removes what starts of a generation left behind.
func dropOrders(runtime string, ref launcher.Ref) error {
	left, err := filepath.Glob(filepath.Join(runtime, prefix(ref.Generation)+"*"))
	for _, path := range left {
		if gone := os.Remove(path); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}
