package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/adapter/realcli"
	"pawl/loop/launcher/proc"
	"pawl/loop/ledger"
)

// Real agent CLIs in turns, with no terminal: a first prompt, a commit that is pushed,
// what comes while a turn runs, a usage limit and its end, a session that is killed,
// and one that ends leaving nothing behind, all in one conversation.
func TestRealCLIsInTurns(t *testing.T) {
	t.Parallel() // they mostly wait
	for _, c := range []struct{ name, adapter, keys string }{
		{realcli.Codex, "", ""},
		{realcli.Claude, "turns: {command: [claude, -p, --output-format, stream-json, --verbose, --permission-mode, acceptEdits, --allowedTools, Bash]}", ""},
		{realcli.OpenCode, "", ""},
		{realcli.Gemini, "", ", model: gemini-2.5-pro"},
	} {
		t.Run(c.name, func(t *testing.T) {
			installOften(t, c.name, realcli.Codex, realcli.Claude, realcli.Gemini)
			t.Parallel()
			r := realRig(t, c.name, c.adapter, "mode: turns"+c.keys)
			r.takesTurns(c.name == realcli.OpenCode)
		})
	}
}

// takesTurns leads a worker through its turns. A patient program waits for the end of
// a limit by itself.
func (r *real) takesTurns(patient bool) {
	r.t.Helper()
	r.pawl("up", "--no-watch")
	r.watch()
	r.turns(1)
	first := r.row()
	if first.Talk.ID == "" || first.Mode != adapter.ModeTurns {
		r.t.Fatalf("the conversation has no name: %+v", first)
	}

	r.pawl("wake", "worker", "-m", "[[run: git commit -q --allow-empty -m 'claim(x): gate' && git push -q origin HEAD:main]] do the task")
	r.turns(2)
	if log := r.git(r.stage.Origin(), "log", "--format=%s", "main"); !strings.Contains(log, "claim(x): gate") {
		r.t.Errorf("origin has no claim:\n%s", log)
	}

	r.pawl("wake", "worker", "-m", "[[slow: 4]] it takes its time")
	r.untilWithin(time.Minute, "the turn begins", func() bool { return len(r.model.Received()) == 3 })
	r.pawl("wake", "worker", "-m", "[[say: heard]] meanwhile")
	r.turns(4)

	r.model.Limit("worker", time.Now().Add(time.Minute))
	r.pawl("wake", "worker", "-m", "too much")
	if !patient {
		r.untilWithin(2*time.Minute, "the limit is seen", func() bool { return r.doing() == "limited" })
	}
	r.pawl("wake", "worker", "-m", "[[say: after]] after the limit")
	r.pawl("tick")
	if n := r.times("after the limit"); n > 0 {
		r.t.Errorf("the agent was told something under the limit %d times", n)
	}
	if !patient {
		r.model.Limit("worker", time.Time{})
		r.pawl("resume", "worker")
	}
	r.turns(6)

	before := r.row()
	r.signal(before.PID, syscall.SIGKILL)
	r.untilWithin(time.Minute, "another session is there", func() bool {
		now := r.row()
		return now.Generation != before.Generation && now.State == ledger.Live && now.Doing == "idle"
	})
	r.pawl("wake", "worker", "-m", "[[say: still here]] do you remember")
	r.untilWithin(time.Minute, "the wake is taken", r.told)
	r.untilWithin(time.Minute, "the model is told", func() bool { return r.times("do you remember") == 1 })
	r.untilWithin(time.Minute, "the turn is over", func() bool { return r.doing() == "idle" })
	if now := r.row(); now.Talk.ID != first.Talk.ID {
		r.t.Errorf("the conversation is %q, and began as %q", now.Talk.ID, first.Talk.ID)
	}
	for _, text := range []string{"begin", "do the task", "it takes its time", "meanwhile", "after the limit", "do you remember"} {
		if n := r.times(text); n != 1 {
			r.t.Errorf("%q was told %d times", text, n)
		}
	}

	r.pawl("wake", "worker", "-m", "[[slow: 60]] a long answer")
	r.untilWithin(time.Minute, "the turn begins", func() bool { return r.times("a long answer") == 1 })
	generation := r.row().Generation
	r.pawl("down")
	left := proc.Kin{Generation: generation}
	r.until("nothing of the session runs any more", func() bool {
		n, err := left.Signal(0)
		return n == 0 && err == nil
	})
	r.t.Logf("turns and what they cost:\n%s", r.costs())
	if r.t.Failed() {
		log, err := os.ReadFile(filepath.Join(r.state(), "logs", "worker.log"))
		r.t.Logf("the page: %v\n%s", err, log)
	}
}

// turns waits until so many turns of the worker are over.
func (r *real) turns(n int) {
	r.t.Helper()
	r.untilWithin(2*time.Minute, fmt.Sprintf("%d turns are over", n), func() bool { return r.row().Turned == n && r.doing() == "idle" })
}

func (r *real) row() ledger.Session { return r.loaded().Sessions["worker"] }

// times is how often the model was told a text.
func (r *real) times(text string) int {
	n := 0
	for _, m := range r.model.Received() {
		if strings.Contains(m.Text, text) {
			n++
		}
	}
	return n
}

// costs are the turns on record, one a line.
func (r *real) costs() string {
	r.t.Helper()
	var b strings.Builder
	r.ledger(func(l *ledger.Ledger) error {
		all, err := l.Turns(r.t.Context(), time.Time{})
		for _, turn := range all {
			fmt.Fprintf(&b, "%s %d %s %s, %d tokens, $%g: %s\n", turn.Generation, turn.Number, turn.Status, turn.Model, turn.Usage.Tokens(), turn.Usage.Cost, turn.Why)
		}
		return err
	})
	return b.String()
}
