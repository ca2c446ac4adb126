//go:build unix

package loop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What an agent may have put in the place of a file is not read for ever.
func TestReadText(t *testing.T) {
	dir := t.TempDir()
	pipe, big := filepath.Join(dir, "pipe"), filepath.Join(dir, "big")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.WriteFile(big, make([]byte, maxText+1), 0o600)); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{pipe: "is not a file", dir: "is not a file", big: "more than", "/dev/zero": "is not a file"} {
		if _, err := readText(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", path, err, says)
		}
	}
	if _, err := readText(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
