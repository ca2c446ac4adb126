package loop

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFollowed(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, "a/b"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"here": ".", "deep": "a/b", "nowhere": "not/there", "round": "round"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"a/b": "a/b", "here": ".", "here/here/deep": "a/b", "deep/new/er": "a/b/new/er", "here/new": "new",
	} {
		got, err := followed(filepath.Join(root, path))
		if err != nil || got != filepath.Join(root, want) {
			t.Errorf("%s: got %s, %v; want %s", path, got, err, want)
		}
	}
	for _, path := range []string{"nowhere", "nowhere/below", "round", "round/below"} {
		if got, err := followed(filepath.Join(root, path)); err == nil {
			t.Errorf("%s: got %s and no error", path, got)
		}
	}
}
