package sim

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter/realcli"
)

// Real agent CLIs as workers: five of them at once, waited for one by one, of which
// their parent is told once each; one whose type may only read, and one on a branch of
// its own that goes on with its conversation.
func TestRealCLIWorkers(t *testing.T) {
	t.Parallel() // they mostly wait
	const safely = "claude, -p, --output-format, stream-json, --verbose, --permission-mode, acceptEdits"
	for _, c := range []struct{ name, adapter, keys string }{
		{realcli.Codex, "", ""},
		// Root may not use the built-in commands.
		{realcli.Claude, "turns: {command: [" + safely + ", --allowedTools, Bash], allow: {read: [" + safely + `, --tools, "Read,Glob,Grep"]}}`, ""},
		{realcli.Gemini, "", ", model: gemini-2.5-pro"},
	} {
		t.Run(c.name, func(t *testing.T) {
			installOften(t, c.name, realcli.Codex, realcli.Claude)
			t.Parallel()
			r := realRig(t, c.name, c.adapter, "mode: turns"+c.keys)
			r.pawl("up", "--no-watch")
			r.watch()
			r.turns(1)
			r.fanOut()
			r.mayOnlyRead()
			r.hasABranch()
		})
	}
}

// long is how long a real program may take for a turn, on a busy machine.
const long = 3 * time.Minute

// fanOut has five workers at once.
func (r *real) fanOut() {
	r.t.Helper()
	var left []string
	for n := range 5 {
		left = append(left, r.spawn("--parent", "worker", "--type", "explore", fmt.Sprintf("[[slow: %d]] question %d", 1+n%2, n)))
	}
	all := slices.Clone(left)
	for len(left) > 0 {
		var ended []struct{ ID, Status, Why string }
		args := append([]string{"wait", "--any", "--json"}, left...)
		if err := json.Unmarshal([]byte(r.pawlWithin(long, args...)), &ended); err != nil {
			r.t.Fatal(err)
		}
		if len(ended) == 0 {
			r.t.Fatal("wait --any told of none")
		}
		for _, e := range ended {
			if e.Status != "completed" {
				r.t.Errorf("worker %s %s: %s", e.ID, e.Status, e.Why)
			}
			left = slices.DeleteFunc(left, func(id string) bool { return id == e.ID })
		}
	}
	for _, id := range all {
		r.untilWithin(2*time.Minute, "the parent is told of "+id, func() bool { return r.times("<task-id>"+id+"</task-id>") > 0 })
	}
	r.untilWithin(time.Minute, "the parent has heard all", func() bool { return r.told() && r.doing() == "idle" })
	for n, id := range all {
		if times := r.times("<task-id>" + id + "</task-id>"); times != 1 {
			r.t.Errorf("the parent was told of %s %d times", id, times)
		}
		if times := r.times(fmt.Sprintf("question %d", n)); times < 1 {
			r.t.Errorf("question %d did not arrive", n)
		}
	}
}

// mayOnlyRead is a worker that is told to write a file, and cannot.
func (r *real) mayOnlyRead() {
	r.t.Helper()
	id := r.spawn("--type", "explore", "[[run: echo x >written]] explore")
	r.pawlWithin(long, "wait", id)
	if _, err := os.Stat(filepath.Join(r.dir, "written")); err == nil {
		r.t.Errorf("a worker that may only read wrote a file:\n%s", r.pawl("trajectory", "--full", id))
	}
}

// hasABranch is a worker that commits in a worktree of its own, twice.
func (r *real) hasABranch() {
	r.t.Helper()
	id := r.spawn("--type", "coder", "--worktree", "--name", "apart", "[[run: git commit -q --allow-empty -m 'the first']] write")
	r.pawlWithin(long, "wait", id)
	r.pawl("send", "apart", "[[run: git commit -q --allow-empty -m 'the second']] go on")
	r.pawlWithin(long, "wait", id)
	shown := r.pawl("show", id)
	for _, want := range []string{"completed", "the first", "the second", "2 turns", "All done"} {
		if !strings.Contains(shown, want) {
			r.t.Errorf("no %q in\n%s\n%s", want, shown, r.pawl("trajectory", "--full", id))
		}
	}
	if log := r.git(r.dir, "log", "--format=%s"); strings.Contains(log, "the first") {
		r.t.Errorf("the worker's commit is in its parent's clone:\n%s", log)
	}
	r.pawl("rm", "--force", id)
	r.t.Logf("what it cost:\n%s", r.pawl("costs"))
}

// spawn starts a worker in the agent's clone.
func (r *real) spawn(args ...string) (id string) {
	r.t.Helper()
	return strings.TrimSpace(r.pawl(append([]string{"spawn", "--dir", r.dir}, args...)...))
}
