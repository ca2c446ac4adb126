//go:build linux || darwin

package proc

import (
	"os"
	"path/filepath"
	"testing"
)

func TestToolsAreNotFoundInTheWorkingFolder(t *testing.T) {
	dir := t.TempDir()
	installed := filepath.Join(dir, "bin", "git")
	if err := os.Mkdir(filepath.Dir(installed), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{installed, filepath.Join(dir, "git")} {
		if err := os.WriteFile(path, nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, before := range []string{".:", ":", "./:", "../" + filepath.Base(dir) + ":", ""} {
		if found, err := FindTool("git", dir, []string{"PATH=" + before + filepath.Dir(installed)}); err != nil || found != installed {
			t.Errorf("with %q before it in PATH: %q, %v", before, found, err)
		}
		if found, err := FindTool("git", dir, []string{"PATH=" + before}); err == nil {
			t.Errorf("with nothing but %q in PATH: %q", before, found)
		}
	}
	if found, err := FindTool("./git", dir, []string{"PATH=/nowhere"}); err != nil || found != filepath.Join(dir, "git") {
		t.Errorf("one that is named by its path: %q, %v", found, err)
	}
}
