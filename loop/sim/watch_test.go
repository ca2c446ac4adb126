package sim

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"pawl/handoff/system"
	"pawl/loop/ledger"
)

// watch is a `pawl watch` that the test started.
type watch struct {
	r    *rig
	cmd  *exec.Cmd
	done chan error
}

// watch starts the coordinator.
func (r *rig) watch() *watch {
	r.t.Helper()
	w := &watch{r: r, done: make(chan error, 1)}
	log, err := os.OpenFile(r.log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		r.t.Fatal(err)
	}
	w.cmd = exec.Command(program, "--config", r.stage.Config(), "watch")
	w.cmd.Dir, w.cmd.Env, w.cmd.Stderr = r.stage.Dir, r.env, log
	system.OwnGroup(w.cmd)
	if err := errors.Join(w.cmd.Start(), log.Close()); err != nil {
		r.t.Fatal(err)
	}
	go func() { w.done <- w.cmd.Wait() }()
	r.t.Cleanup(w.kill)
	return w
}

// log is what the coordinators of a test say; it outlives the state directory.
func (r *rig) log() string { return filepath.Join(r.stage.Dir, "watch.log") }

// kill ends the coordinator as a power cut would, once.
func (w *watch) kill() {
	if w.cmd == nil {
		return
	}
	if err := w.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		w.r.t.Error(err)
	}
	w.r.t.Logf("the coordinator was killed: %v", <-w.done)
	w.cmd = nil
}

// up starts the agents and waits until they listen.
func (r *rig) up(names ...string) {
	r.t.Helper()
	r.pawl(append([]string{"up", "--no-watch"}, names...)...)
	if len(names) == 0 {
		names = []string{"builder", "adversary"}
	}
	for _, name := range names {
		r.until(name+" listens", func() bool { return r.listening(name) })
	}
}

// session is the row of an agent's live session.
func (r *rig) session(agent string) ledger.Session { return r.loaded().Sessions[agent] }

// listening says that the agent's newest generation has begun to listen.
func (r *rig) listening(agent string) bool {
	row := r.session(agent)
	if row.State != ledger.Live {
		return false
	}
	_, err := os.Stat(filepath.Join(r.stage.Record(), agent+"."+row.Generation))
	return err == nil
}

// keeper is the process that keeps the agent's session: the parent of its own.
func (r *rig) keeper(agent string) int {
	r.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", r.session(agent).PID))
	if err != nil {
		r.t.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	parent, err := strconv.Atoi(fields[1])
	if err != nil || parent <= 1 {
		r.t.Fatalf("the session of %s has the parent %q", agent, fields[1])
	}
	return parent
}

func (r *rig) signal(pid int, sig syscall.Signal) {
	r.t.Helper()
	if err := system.Signal(pid, sig); err != nil {
		r.t.Fatalf("signal %s to %d: %v", sig, pid, err)
	}
}

// told is what the agents wrote down and when, for messages.
func (r *rig) told() string {
	var b strings.Builder
	record, err := ReadRecord(r.stage.Record())
	if err != nil {
		return err.Error()
	}
	for _, t := range record.Told {
		fmt.Fprintf(&b, "%s %s of generation %s was told: %s\n", t.At.Format(time.StampMilli), t.Agent, t.Generation, t.Line)
	}
	for _, p := range record.Pushed {
		fmt.Fprintf(&b, "%s %s pushed %s\n", p.At.Format(time.StampMilli), p.Agent, p.Commit)
	}
	return b.String()
}

func (r *rig) record() Record {
	r.t.Helper()
	record, err := ReadRecord(r.stage.Record())
	if err != nil {
		r.t.Fatal(err)
	}
	return record
}

// times says how often the live generation of an agent was told of a commit.
func (r *rig) times(agent, commit string) int {
	return r.record().Times(agent, commit)[r.session(agent).Generation]
}

// hears waits until the live generation of agent was told of each commit.
func (r *rig) hears(agent string, commits ...string) {
	r.t.Helper()
	for _, c := range commits {
		r.until(agent+" is told of "+c[:7], func() bool { return r.times(agent, c) > 0 })
	}
}

// settled waits until nothing is on its way any more, and checks that nothing
// was lost and nothing told twice to one generation.
func (r *rig) settled() {
	r.t.Helper()
	r.until("every wake is taken", func() bool {
		s := r.loaded()
		return len(s.Wakes) == 0 && s.Loop.Cursor == r.tip()
	})
	tally, err := Reconcile(r.t.Context(), r.stage, r.record())
	if err != nil {
		r.t.Fatal(err)
	}
	if len(tally.Lost)+len(tally.Twice) > 0 {
		r.t.Errorf("of %d signals lost: %q, told twice: %q\n%s", tally.Signals, tally.Lost, tally.Twice, r.told())
	}
}

func (r *rig) tip() string { return r.git(r.stage.Origin(), "rev-parse", "main") }

// passes waits until the coordinator has looked at origin a few times more.
func (r *rig) passes(n int) {
	r.t.Helper()
	for range n {
		before := r.loaded().Loop.FetchedAt
		r.until("origin is looked at again", func() bool { return r.loaded().Loop.FetchedAt.After(before) })
	}
}
