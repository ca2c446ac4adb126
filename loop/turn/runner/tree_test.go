package runner

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"pawl/loop/adapter"
	"pawl/loop/turn"
)

// The name of a folder's files is the same exactly where the files are.
func TestTheNameOfATree(t *testing.T) {
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@b.c"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	here := place{dir: dir}
	name := func() string {
		t.Helper()
		tree, err := here.tree(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return tree
	}
	if _, err := here.tree(t.Context()); err == nil {
		t.Error("a folder without a repository has a name")
	}
	run("init", "-q", "-b", "main")
	write("a", "one\n")
	run("add", "-A")
	run("commit", "-q", "-m", "first")
	first := name()
	run("commit", "-q", "--allow-empty", "-m", "nothing")
	if name() != first {
		t.Error("an empty commit changes it")
	}
	write("a", "two\n")
	second := name()
	write("new", "x")
	third := name()
	write("new", "y")
	fourth := name()
	seen := map[string]bool{first: true, second: true, third: true, fourth: true}
	if len(seen) != 4 {
		t.Errorf("of four states some have one name: %v", seen)
	}
	write("new", "x")
	if name() != third {
		t.Error("the same files have another name later")
	}
	if err := os.Remove(filepath.Join(dir, "new")); err != nil {
		t.Fatal(err)
	}
	run("checkout", "-q", "a")
	if name() != first {
		t.Error("what was undone has another name")
	}
}

// Git is run where the agent's program is: the clone is the agent's, and names programs.
func TestTheTreeIsLookedAtWithinTheWrap(t *testing.T) {
	r := begin(t, `git init -q; git -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m first; echo '{"is":"bye"}'`, func(o *turn.Order) {
		o.Tree, o.Wrap = true, []string{"sh", "-c", `echo "$1" >>wrapped; exec "$@"`, "wrap"}
	})
	r.turns(1, adapter.Idle)
	if got := r.file("wrapped"); got != "sh\ngit\ngit\ngit\n" {
		t.Errorf("within the wrap ran %q", got)
	}
	if r.state().Last().Tree == "" {
		t.Error("the files have no name")
	}
}
