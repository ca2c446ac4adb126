package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Who makes the runtime folder first, in a folder that all share, gains nothing.
func TestAStrangersRuntimeFolderIsRefused(t *testing.T) {
	if os.Getuid() != 0 {
		if os.Getenv("PAWL_TEST_ALL") == "1" {
			t.Fatal("PAWL_TEST_ALL=1 wants every test to run, and this one needs root")
		}
		t.Skip("it takes root to give a folder away")
	}
	dir := filepath.Join(t.TempDir(), "pawl-0")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if err := private(dir); err == nil || !strings.Contains(err.Error(), "somebody else made it") {
		t.Errorf("a folder of another user: %v", err)
	}
	link := dir + "-link"
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	if err := os.Lchown(link, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if err := private(link); err == nil {
		t.Error("another user's link to a folder of ours was followed")
	}
}
