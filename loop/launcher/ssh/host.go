package ssh

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"pawl/loop/atomicfile"
)

// machineID is what an installation of Linux is known by, see machine-id(5).
const machineID = "/etc/machine-id"

// hostName is a name that no other machine has for this account: a token in the folder,
// as machines may be copied, with the machine's own id, as folders may be shared. The
// latter is not to be shown as it is.
func hostName(folder, machine string) (string, error) {
	id, err := os.ReadFile(machine)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	token, err := hostToken(filepath.Join(folder, "host"))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte("pawl\x00" + strings.TrimSpace(string(id)) + "\x00" + token))
	return hex.EncodeToString(sum[:8]), nil
}

// hostToken is what a file holds, which is made by whoever comes first.
func hostToken(file string) (string, error) {
	token, err := os.ReadFile(file)
	if err == nil && len(token) > 0 {
		return string(token), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	mine := file + "." + rand.Text()
	if err := atomicfile.Write(mine, []byte(rand.Text())); err != nil {
		return "", err
	}
	linked := os.Link(mine, file)
	if errors.Is(linked, fs.ErrExist) {
		linked = nil
	}
	if err := errors.Join(linked, os.Remove(mine)); err != nil {
		return "", err
	}
	token, err = os.ReadFile(file)
	return string(token), err
}
