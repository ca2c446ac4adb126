package sim

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pawl/loop/sim/tui"
)

// fakes is a rig whose agents draw screens, and do nothing but listen.
type fakes struct{ *rig }

// newFakes makes one.
func newFakes(t *testing.T) fakes {
	t.Helper()
	r := newRig(t, "")
	r.onServer()
	f := fakes{r}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(r.stage.Config())
	if err != nil {
		t.Fatal(err)
	}
	command := []string{self, "fake-agent", "--work", "200ms", "--record", f.record("{{.Agent}}"), "--control", f.control("{{.Agent}}")}
	r.write(r.stage.Config(), strings.NewReplacer(
		"adapter: script", "adapter: fake", "launcher: process", "launcher: tmux", "adapters:\n", "adapters:\n"+tui.YAML(command),
	).Replace(string(text)))
	return f
}

func (f fakes) record(agent string) string  { return filepath.Join(f.stage.Dir, "told-"+agent) }
func (f fakes) control(agent string) string { return filepath.Join(f.stage.Dir, "control-"+agent) }

// order tells an agent what to do, and waits until it has.
func (f fakes) order(agent, line string) {
	f.t.Helper()
	before := f.obeyed(agent)
	if err := tui.Tell(f.control(agent), line); err != nil {
		f.t.Fatal(err)
	}
	f.until(agent+" obeys "+line, func() bool { return f.obeyed(agent) > before })
}

func (f fakes) entries(agent string) []tui.Entry {
	f.t.Helper()
	entries, err := tui.ReadRecord(f.record(agent))
	if err != nil {
		f.t.Fatal(err)
	}
	return entries
}

func (f fakes) obeyed(agent string) (n int) {
	for _, e := range f.entries(agent) {
		if e.Order != "" {
			n++
		}
	}
	return n
}

// toldOf counts how often an agent was told of a commit, in all generations.
func (f fakes) toldOf(agent, commit string) (n int) {
	for _, text := range tui.Prompts(f.entries(agent)) {
		n += strings.Count(text, commit[:10])
	}
	return n
}

// start starts agents and coordinator, and waits until the agents are idle.
func (f fakes) start() *watch {
	f.t.Helper()
	f.pawl("up", "--no-watch")
	w := f.watch()
	f.idle()
	return w
}

func (f fakes) idle() {
	f.t.Helper()
	f.until("both agents are idle", func() bool { return f.doing("builder") == "idle" && f.doing("adversary") == "idle" })
}

func (f fakes) doing(agent string) string { return f.loaded().Sessions[agent].Doing }

func TestAScreenIsTold(t *testing.T) {
	f := newFakes(t)
	f.start()
	claim := f.claim("a")
	f.until("the adversary is told", func() bool { return f.toldOf("adversary", claim) == 1 })
}

// A program that takes its prompt typed is told where it is, before anything
// else, and once in each session.
func TestAKickoffIsTyped(t *testing.T) {
	f := newFakes(t)
	f.edit("prompt: arg", "prompt: type")
	claim := f.claim("a")
	f.pawl("up", "--no-watch")
	f.watch()
	first := func() []string { return tui.Prompts(f.entries("adversary")) }
	f.until("the claim is told", func() bool { return f.toldOf("adversary", claim) == 1 })
	if told := first(); len(told) != 2 || !strings.Contains(told[0], "your instructions are in the file "+f.state()) {
		t.Errorf("told %q, want the kickoff first", told)
	}
	f.pawl("restart", "adversary")
	f.until("the next one is told of both", func() bool { return f.toldOf("adversary", claim) == 2 })
	if told := first(); len(told) != 4 || !strings.Contains(told[2], "your instructions are in the file ") {
		t.Errorf("told %q, want the next kickoff before the claim", told)
	}
}

func TestADialogIsLeftToAPerson(t *testing.T) {
	f := newFakes(t)
	f.start()
	f.order("builder", "dialog")
	f.until("it is seen", func() bool { return f.doing("builder") == "waiting" })
	review := f.commit("review(a): no")
	f.push()
	f.until("the review is open", func() bool { return len(f.loaded().Handoffs) == 1 })
	f.until("status says why it is not told", func() bool {
		return strings.Contains(f.pawl("status"), "a dialog waits for a person; pawl attach builder shows it")
	})
	f.order("builder", "nodialog")
	f.until("it is told afterwards", func() bool { return f.toldOf("builder", review) == 1 })
	for _, e := range f.entries("builder") {
		if e.Dialog != "" {
			t.Errorf("the dialog was %s", e.Dialog)
		}
	}
	if n := f.events("agent.waiting"); n != 1 {
		t.Errorf("%d events of a dialog, want one", n)
	}
}

func TestAPersonsTextIsLeftAlone(t *testing.T) {
	f := newFakes(t)
	f.start()
	f.order("adversary", "type git reset --hard")
	f.until("it is seen", func() bool { return strings.Contains(f.screen(), "git reset") })
	claim := f.claim("a")
	f.until("status says why it is not told", func() bool {
		return strings.Contains(f.pawl("status"), "someone has typed into its input line")
	})
	if told := tui.Prompts(f.entries("adversary")); len(told) != 0 {
		t.Errorf("submitted: %q", told)
	}
	f.tmux("send-keys", "-t", "=rig-adversary:", "C-u")
	f.until("it is told afterwards", func() bool { return f.toldOf("adversary", claim) == 1 })
}

var heldUntil = regexp.MustCompile(`"held_until": ?"20`)

// An agent that does not read its terminal holds up nobody else.
func TestAnAgentThatHangsHoldsUpNobodyElse(t *testing.T) {
	f := newFakes(t)
	f.start()
	f.order("adversary", "hang")
	claim, review := f.claim("a"), f.commit("review(b): no")
	f.push()
	begin := time.Now()
	f.until("the builder is told", func() bool { return f.toldOf("builder", review) == 1 })
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("the builder was told after %s", took)
	}
	if n := f.toldOf("adversary", claim); n != 0 {
		t.Errorf("an agent that reads nothing was told %d times", n)
	}
	f.order("adversary", "unhang")
	f.until("the other one is told, too", func() bool { return f.toldOf("adversary", claim) == 1 })
}

// A limit of one agent holds the other one of the account too; each is told
// after the reset, and nobody is restarted.
func TestALimitHoldsTheAccount(t *testing.T) {
	f := newFakes(t)
	f.edit("supervise: {", "supervise: {limit: {probe: 2s, slack: 500ms, max_wait: 1h}, ")
	f.start()
	f.order("adversary", "limit You have hit your limit · try again in 3 seconds")
	f.pawl("wake", "adversary", "-m", "hello")
	f.until("both are held", func() bool { return len(heldUntil.FindAllString(f.pawl("status", "--json"), -1)) == 2 })
	first, second := f.claim("a"), f.commit("review(b): no")
	f.push()
	f.order("adversary", "nolimit")
	f.until("both are told after the reset", func() bool {
		return f.toldOf("adversary", first) == 1 && f.toldOf("builder", second) == 1
	})
	f.until("both are released", func() bool { return f.events("agent.released") == 2 })
	if n := f.events("agent.held"); n != 1 {
		t.Errorf("%d holds of one limit", n)
	}
	if n := f.events("agent.restarted") + f.events("agent.exited"); n != 0 {
		t.Errorf("%d restarts and exits under a limit", n)
	}
}

func TestAFatalScreenIsARestart(t *testing.T) {
	f := newFakes(t)
	f.start()
	f.order("adversary", "fatal")
	if err := os.Remove(f.control("adversary")); err != nil { // the next one would obey it too
		t.Fatal(err)
	}
	f.until("it is started again", func() bool { return f.events("agent.restarted") == 1 })
	claim := f.claim("a")
	f.until("the next one is told", func() bool { return f.toldOf("adversary", claim) == 1 })
}

func TestTheStateIsDeletedBesideLiveScreens(t *testing.T) {
	f := newFakes(t)
	w := f.start()
	told := f.claim("a")
	f.until("the adversary is told", func() bool { return f.toldOf("adversary", told) == 1 })
	f.until("that is on record", func() bool { return len(f.loaded().Wakes) == 0 })
	w.kill()
	f.forget()
	open := f.claim("b")
	f.watch()
	f.until("the sessions are adopted", func() bool { return f.events("agent.adopted") == 2 })
	f.until("what is open is told", func() bool { return f.toldOf("adversary", open) == 1 })
	if n := f.toldOf("adversary", told); n != 1 {
		t.Errorf("the live session was told %d times of the earlier claim", n)
	}
}

// After a reboot the ledger is there and nothing else is.
func TestTheHostRestarts(t *testing.T) {
	f := newFakes(t)
	w := f.start()
	claim := f.claim("a")
	f.until("the adversary is told", func() bool { return f.toldOf("adversary", claim) == 1 })
	w.kill()
	if !f.killServer(f.socket) {
		t.Fatal("there is no server")
	}
	begin := time.Now()
	f.watch()
	f.until("both run again and the claim is told to the next generation", func() bool { return f.toldOf("adversary", claim) == 2 })
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	if n := f.events("agent.parked"); n != 0 {
		t.Errorf("%d agents are parked", n)
	}
}

func TestAnAgentIsRestartedInItsPane(t *testing.T) {
	f := newFakes(t)
	f.start()
	before := f.loaded().Sessions["adversary"].Generation
	f.pawl("restart", "adversary")
	f.until("another generation runs", func() bool {
		s := f.loaded().Sessions["adversary"]
		return s.Generation != before && s.Doing == "idle"
	})
	claim := f.claim("a")
	f.until("it is told", func() bool { return f.toldOf("adversary", claim) == 1 })
}

// down leaves nothing on the server.
func TestDownClearsTheServer(t *testing.T) {
	f := newFakes(t)
	w := f.start()
	w.kill()
	f.pawl("down")
	f.until("no session is left", func() bool { return !strings.Contains(f.screen(), "fake agent") })
}
