package history

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestMake(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := filepath.Join(t.TempDir(), "origin.git")
	for i := range 2 { // made, then taken from where it is kept
		if err := Make(t.Context(), dir+strconv.Itoa(i), 100); err != nil {
			t.Fatal(err)
		}
	}
	dir += "1"
	if err := Grow(t.Context(), dir, "claim(a): one", "claim(b): two"); err != nil {
		t.Fatal(err)
	}
	ask := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	if got := ask("rev-list", "--count", "main"); got != "102" {
		t.Errorf("%s commits on main, want 102", got)
	}
	if merges, _ := strconv.Atoi(ask("rev-list", "--count", "--merges", "main")); merges < 5 {
		t.Errorf("%d merges", merges)
	}
	if files := strings.Count(ask("ls-tree", "-r", "--name-only", "main"), "\n") + 1; files != folders*filesEach {
		t.Errorf("%d files, want %d", files, folders*filesEach)
	}
	if got := ask("log", "-1", "--format=%s"); got != "claim(b): two" {
		t.Errorf("the tip is %q", got)
	}
	ask("fsck", "--strict")
	if out := ask("count-objects", "-v"); !strings.Contains(out, "packs: 1\n") {
		t.Errorf("what is old is not in one pack:\n%s", out)
	}
}
