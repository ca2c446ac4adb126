// Package daemon is what keeps a coordinator a single, findable process: the
// runtime folder, the locks, and starting it in the background.
package daemon

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"pawl/handoff/system"
	"pawl/loop/atomicfile"
)

// Place is where the runtime files of one state directory lie: sockets, locks
// and the process launcher's sessions.
type Place struct {
	Root string // for all loops of this user on this host
	Dir  string // for this one
}

// Socket is where the coordinator listens.
func (p Place) Socket() string { return filepath.Join(p.Dir, "sock") }

// Sessions is the process launcher's folder.
func (p Place) Sessions() string { return filepath.Join(p.Dir, "p") }

// Turns is the folder in which sessions that run in turns say what they do.
func (p Place) Turns() string { return filepath.Join(p.Dir, "turns") }

// NewPlace makes the runtime folder of a state directory:
// /run/user/UID/pawl/<hash> if /run/user/UID is there, else
// /tmp/pawl-UID/<hash>. The environment is not consulted: cron, nix and a
// login shell must find the same place.
func NewPlace(stateDir string) (Place, error) {
	root := rootDir()
	sum := sha256.Sum256([]byte(resolved(stateDir)))
	p := Place{Root: root, Dir: filepath.Join(root, hex.EncodeToString(sum[:6]))}
	for _, dir := range []string{p.Root, p.Dir, p.Sessions()} {
		if err := private(dir); err != nil {
			return p, err
		}
	}
	return p, nil
}

func rootDir() string {
	uid := strconv.Itoa(os.Getuid())
	if run := "/run/user/" + uid; isDir(run) {
		return run + "/pawl"
	}
	return "/tmp/pawl-" + uid
}

// Remember notes outside the state directory where the one of a configuration
// file is: what runs must be found although the file says another one now.
func (p Place) Remember(config, stateDir string) error {
	return atomicfile.Write(memory(config), []byte(stateDir))
}

// Remembered is the state directory that was noted for a configuration file; ""
// where none was.
func Remembered(config string) string {
	path := memory(config)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || private(filepath.Dir(path)) != nil {
		return ""
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

func memory(config string) string {
	sum := sha256.Sum256([]byte(config))
	return filepath.Join(rootDir(), "state-"+hex.EncodeToString(sum[:6]))
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// resolved follows links, so that one directory has one name.
func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

// private makes dir with 0700, or checks that it is ours alone. In /tmp
// somebody else could have made it first.
func private(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("runtime folder: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("runtime folder: %w", err)
	}
	owner, ok := system.Owner(info)
	if !info.IsDir() || ok && owner != os.Getuid() {
		return fmt.Errorf("runtime folder %s is not a folder of yours: somebody else made it; remove it", dir)
	}
	if info.Mode().Perm() != 0o700 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return fmt.Errorf("runtime folder: %w", err)
		}
	}
	return nil
}

// Remove removes the runtime folder of a loop that is over for good, and that
// of all loops if nothing is left in it.
func (p Place) Remove() error {
	if err := os.RemoveAll(p.Dir); err != nil {
		return err
	}
	if left, err := os.ReadDir(p.Root); err != nil || len(left) > 0 {
		return err
	}
	return os.Remove(p.Root)
}
