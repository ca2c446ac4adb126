package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pawl/handoff/mirror"
	"pawl/internal/need"
)

// The credentials that a clone was made without are in it afterwards, for its owner alone.
func TestAClonesLoginIsItsOwners(t *testing.T) {
	need.Program(t, "git")
	for _, url := range []string{"https://me:tok@git.test/a.git", "https://me:a#b;c\\d\"e@git.test/a b.git", "https://tok@git.test/x#y.git", "https://git.test/a.git", "/srv/a.git"} {
		dir := t.TempDir()
		plain, _ := mirror.Login(url)
		for _, args := range [][]string{{"init", "-q", "--template=", dir}, {"-C", dir, "remote", "add", "origin", plain}} {
			if out, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput(); err != nil {
				t.Fatalf("git %v: %v\n%s", args, err, out)
			}
		}
		if err := keepLogin(dir, plain, url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if got := gitAnswer(dir, "config", "remote.origin.url"); got != url {
			t.Errorf("the clone of %s has %s", url, got)
		}
		info, err := os.Stat(filepath.Join(dir, ".git", "config"))
		if err != nil {
			t.Fatal(err)
		}
		if plain != url && info.Mode().Perm() != 0o600 {
			t.Errorf("the configuration of the clone of %s has mode %v", url, info.Mode())
		}
	}
	err := keepLogin(t.TempDir(), "https://git.test", "https://tok@git.test")
	if err == nil || strings.Contains(err.Error(), "tok") {
		t.Errorf("a folder that is no clone: %v", err)
	}
}
