package process

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"unicode/utf8"

	"pawl/loop/atomicfile"
	"pawl/loop/launcher"
)

// order is what the launcher leaves in the session's folder for the pump. Both
// are one program, and an environment may hold any bytes: hence gob, which
// keeps them, and not JSON.
type order struct {
	Spec    launcher.Spec
	Runtime string
	Program string
	Self    []string
}

func (o order) save(folder string) error {
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(o); err != nil {
		return fmt.Errorf("spec of %q: %w", o.Spec.Session, err)
	}
	return atomicfile.Write(specFile(folder), buf.Bytes())
}

func loadOrder(folder string) (order, error) {
	f, err := os.Open(specFile(folder))
	if err != nil {
		return order{}, err
	}
	var o order
	err = errors.Join(gob.NewDecoder(f).Decode(&o), f.Close())
	if err != nil {
		return order{}, fmt.Errorf("spec file: %w", err)
	}
	return o, nil
}

// checkSpec refuses what could not be started or not be found again.
func checkSpec(spec launcher.Spec) error {
	switch {
	case spec.Generation == "":
		return errors.New("generation is empty: each start needs its own")
	case len(spec.Argv) == 0 || spec.Argv[0] == "":
		return errors.New("command is empty")
	case !filepath.IsAbs(spec.Dir):
		return fmt.Errorf("working folder %q: not an absolute path", spec.Dir)
	case !filepath.IsAbs(spec.Log):
		return fmt.Errorf("log %q: not an absolute path", spec.Log)
	}
	for _, text := range []string{spec.Generation, spec.Agent, spec.Owner, spec.Phase, spec.Log} {
		if !utf8.ValidString(text) {
			return fmt.Errorf("%q: not valid UTF-8", text)
		}
	}
	return checkName(spec.Session)
}
