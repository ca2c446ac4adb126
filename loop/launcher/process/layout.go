package process

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"pawl/handoff/system"
)

// maxSocket is the longest path that a socket can be bound to everywhere:
// macOS has room for 104 bytes with the closing zero, Linux for 108.
const maxSocket = 103

// layout knows where things lie in the runtime folder.
type layout string

func (l layout) sessions() string             { return filepath.Join(string(l), "process", "session") }
func (l layout) folder(session string) string { return filepath.Join(l.sessions(), session) }
func (l layout) lock(session string) string {
	return filepath.Join(string(l), "process", "lock", session)
}

// socket is named by a hash, so that its length does not depend on how long
// the names of session and generation are.
func (l layout) socket(session, generation string) string {
	sum := sha256.Sum256([]byte(session + "\x00" + generation))
	return filepath.Join(string(l), "process", "sock", hex.EncodeToString(sum[:6]))
}

func stateFile(folder string) string   { return filepath.Join(folder, "state") }
func specFile(folder string) string    { return filepath.Join(folder, "spec") }
func journalFile(folder string) string { return filepath.Join(folder, "journal") }
func liveFile(folder string) string    { return filepath.Join(folder, "live") }
func noteFile(folder string) string    { return filepath.Join(folder, "pump.log") }

// prepare makes the folders and refuses a runtime folder that others can reach:
// whoever can write there could have anything started.
func (l layout) prepare() error {
	if !filepath.IsAbs(string(l)) {
		return fmt.Errorf("runtime folder %q: not an absolute path", string(l))
	}
	if err := os.MkdirAll(string(l), 0o700); err != nil {
		return fmt.Errorf("runtime folder: %w", err)
	}
	info, err := os.Lstat(string(l))
	if err != nil {
		return fmt.Errorf("runtime folder: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("runtime folder %q: not a folder (symbolic links are not followed)", string(l))
	}
	if owner, ok := system.Owner(info); ok && (owner != os.Geteuid() || info.Mode()&0o077 != 0) {
		return fmt.Errorf("runtime folder %q: owned by user %d with mode %04o; it must be yours with mode 0700", string(l), owner, info.Mode().Perm())
	}
	for _, dir := range []string{"lock", "session", "sock"} {
		if err := os.MkdirAll(filepath.Join(string(l), "process", dir), 0o700); err != nil {
			return fmt.Errorf("runtime folder: %w", err)
		}
	}
	return nil
}

// checkName refuses what cannot be a file's name.
func checkName(session string) error {
	switch {
	case session == "":
		return errors.New("session name is empty")
	case len(session) > 200:
		return fmt.Errorf("session name %.40q…: %d bytes long; at most 200", session, len(session))
	case session[0] == '.' || strings.ContainsAny(session, "/\x00"):
		return fmt.Errorf("session name %q: must not begin with a dot nor hold a slash", session)
	}
	return nil
}

func checkSocket(path string) error {
	if len(path) > maxSocket {
		return fmt.Errorf("socket path %q: %d bytes long, at most %d are possible; use a shorter runtime folder", path, len(path), maxSocket)
	}
	return nil
}
