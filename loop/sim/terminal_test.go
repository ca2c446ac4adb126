package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/handoff/system"
	"pawl/loop/sim/tui"
)

// onServer gives the rig a tmux server of its own, and returns its socket.
func (r *rig) onServer() (socket string) {
	r.t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("PAWL_TEST_ALL") == "1" {
			r.t.Fatal("tmux is not on PATH, and PAWL_TEST_ALL=1 wants every test to run")
		}
		r.t.Skip("tmux is not on PATH")
	}
	dir, err := os.MkdirTemp("/tmp", "pawl-sim-") // a socket's path must be short
	if err != nil {
		r.t.Fatal(err)
	}
	socket = filepath.Join(dir, "s")
	r.t.Cleanup(func() {
		out, err := exec.Command("tmux", "-S", socket, "kill-server").CombinedOutput()
		if text := string(out); err != nil && !strings.Contains(text, "no server") && !strings.Contains(text, "error connecting") && !strings.Contains(text, "server exited") {
			r.t.Errorf("kill-server: %v\n%s", err, out)
		}
		if err := os.RemoveAll(dir); err != nil {
			r.t.Error(err)
		}
	})
	text, err := os.ReadFile(r.stage.Config())
	if err != nil {
		r.t.Fatal(err)
	}
	r.socket = socket
	r.write(r.stage.Config(), fmt.Sprintf("%slaunchers: {tmux: {socket: %q}}\n", text, socket))
	return socket
}

// tmux is what a person does to the server.
func (r *rig) tmux(args ...string) {
	r.t.Helper()
	if out, err := exec.Command("tmux", append([]string{"-S", r.socket}, args...)...).CombinedOutput(); err != nil {
		r.t.Fatalf("tmux %q: %v\n%s", args, err, out)
	}
}

// screen is what the sessions show.
func (r *rig) screen() string {
	out, err := exec.Command("tmux", "-S", r.socket, "list-panes", "-a", "-F", "#{pane_id}").Output()
	if err != nil {
		return err.Error()
	}
	var all strings.Builder
	for pane := range strings.FieldsSeq(string(out)) {
		text, err := exec.Command("tmux", "-S", r.socket, "capture-pane", "-p", "-t", pane).CombinedOutput()
		fmt.Fprintf(&all, "%s %v\n%s\n", pane, err, text)
	}
	return all.String()
}

// terminals puts the stage's agents on a tmux server of their own, as the fake
// agent that draws a screen. Its turns do what the demo's agents do.
func (r *rig) terminals() (socket string) {
	r.t.Helper()
	socket = r.onServer()
	self, err := os.Executable()
	if err != nil {
		r.t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/turn.sh")
	if err != nil {
		r.t.Fatal(err)
	}
	turn := filepath.Join(r.stage.Dir, "agents", "turn.sh")
	r.write(turn, string(script))
	if err := os.Chmod(turn, 0o755); err != nil {
		r.t.Fatal(err)
	}
	text, err := os.ReadFile(r.stage.Config())
	if err != nil {
		r.t.Fatal(err)
	}
	yaml := strings.NewReplacer(
		"adapter: script", "adapter: fake", "launcher: process", "launcher: tmux",
		"adapters:\n", "adapters:\n"+tui.YAML([]string{self, "fake-agent", "--work", "100ms", "--turn", turn}),
	).Replace(string(text))
	r.write(r.stage.Config(), yaml)
	return socket
}

// killServer ends the tmux server as the kernel does when memory is short.
func (r *rig) killServer(socket string) bool {
	out, err := exec.Command("tmux", "-S", socket, "display-message", "-p", "#{pid}").Output()
	var pid int
	if _, scanned := fmt.Sscan(string(out), &pid); err != nil || scanned != nil {
		return false
	}
	return system.Signal(pid, syscall.SIGKILL) == nil
}

// Two agents on real tmux, while the coordinator is killed every other second,
// the tmux server twice, and origin is away for a while.
func TestTerminalSoak(t *testing.T) {
	d := soakTime(t)
	r := soaked(t, d)
	socket := r.terminals()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	r.pawl("up", "--no-watch")
	w := r.watch()
	kills, servers, away := 0, 0, 0
	faults := []struct {
		at time.Duration
		do func()
	}{
		{d / 4, func() { servers += map[bool]int{true: 1}[r.killServer(socket)] }},
		{d / 2, func() {
			away++
			r.move(r.stage.Origin(), r.stage.Origin()+".away")
			time.Sleep(min(d/10, 10*time.Second))
			r.move(r.stage.Origin()+".away", r.stage.Origin())
		}},
		{d * 3 / 4, func() { servers += map[bool]int{true: 1}[r.killServer(socket)] }},
	}
	for begin := time.Now(); time.Since(begin) < d; kills++ {
		time.Sleep(time.Duration(random.Int64N(int64(3 * time.Second))))
		w.kill()
		for len(faults) > 0 && time.Since(begin) > faults[0].at {
			faults[0].do()
			faults = faults[1:]
		}
		w = r.watch()
	}
	phases := r.shorten()
	// A machine that stands still for a minute or two has been seen: what counts is below.
	r.untilWithin(4*time.Minute, "the sequence completes", func() bool { return r.events("sequence.complete") > 0 })
	r.until("the sessions end", func() bool { return len(r.loaded().Sessions) == 0 })
	record := r.record()
	tally, err := Reconcile(context.WithoutCancel(t.Context()), r.stage, record)
	if err != nil {
		t.Fatal(err)
	}
	if len(tally.Lost)+len(tally.Twice) > 0 || tally.Signals == 0 {
		t.Errorf("of %d signals lost: %q, told twice: %q", tally.Signals, tally.Lost, tally.Twice)
	}
	if n := r.events("sequence.complete"); n != 1 {
		t.Errorf("sequence.complete was told %d times", n)
	}
	if servers != 2 || away != 1 {
		t.Errorf("the server was killed %d times and origin was away %d times, want 2 and 1", servers, away)
	}
	if n := r.events("agent.parked"); n != 0 {
		t.Errorf("%d agents were parked: a dead server counts for nothing", n)
	}
	t.Logf("%d kills, %d servers, %d phases, %d signals, lost %d, told twice %d", kills, servers, phases, tally.Signals, len(tally.Lost), len(tally.Twice))
}

func (r *rig) move(from, to string) {
	r.t.Helper()
	if err := os.Rename(from, to); err != nil {
		r.t.Fatal(err)
	}
}
