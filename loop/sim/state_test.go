package sim

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/loop/daemon"
)

// forget deletes the state directory; a coordinator may be writing to it.
func (r *rig) forget() {
	r.t.Helper()
	r.until("the state is deleted", func() bool { return os.RemoveAll(r.state()) == nil })
}

func TestTheStateIsDeletedBesideLiveSessions(t *testing.T) {
	r := newRig(t, "")
	r.up()
	w := r.watch()
	first := r.claim("a")
	r.hears("adversary", first)
	r.settled()
	w.kill()
	before := r.session("adversary")
	r.forget()
	second := r.claim("b")
	r.watch()
	r.until("the sessions are adopted", func() bool { return len(r.loaded().Sessions) == 2 })
	r.hears("adversary", first, second)
	r.pawl("up", "--no-watch")
	r.passes(3)
	if after := r.session("adversary"); after.PID != before.PID || after.Generation != before.Generation {
		t.Errorf("the session was %s with pid %d and is %s with pid %d", before.Generation, before.PID, after.Generation, after.PID)
	}
	r.settled()
}

func TestTheStateIsDeletedWithoutSessions(t *testing.T) {
	r := newRig(t, "")
	r.up()
	w := r.watch()
	first := r.claim("a")
	r.hears("adversary", first)
	w.kill()
	old := r.session("adversary").Generation
	r.pawl("down")
	r.forget()
	r.watch()
	r.until("origin was looked at", func() bool { return r.loaded().Loop.Cursor != "" })
	r.passes(3)
	if n := len(r.loaded().Sessions); n != 0 {
		t.Errorf("%d sessions were started that nobody asked for", n)
	}
	r.pawl("up", "--no-watch")
	r.hears("adversary", first)
	if now := r.session("adversary").Generation; now == old {
		t.Errorf("two generations have the name %s", now)
	}
	r.settled()
}

// A coordinator whose ledger is deleted would write to what nobody can read: it
// ends, its sessions go on, and the next one takes them over.
func TestTheStateIsDeletedUnderARunningCoordinator(t *testing.T) {
	r := newRig(t, "")
	r.up()
	w := r.watch()
	first := r.claim("a")
	r.hears("adversary", first)
	r.settled()
	before := r.session("adversary")
	r.forget()
	second := r.claim("b")
	select {
	case err := <-w.done:
		t.Logf("the coordinator ended: %v", err)
		w.cmd = nil
	case <-time.After(patience):
		t.Fatal("the coordinator goes on without a ledger")
	}
	r.watch()
	r.until("the sessions are adopted", func() bool { return len(r.loaded().Sessions) == 2 })
	r.pawl("up", "--no-watch")
	third := r.claim("c")
	r.hears("adversary", first, second, third)
	if after := r.session("adversary"); after.PID != before.PID {
		t.Errorf("the session had pid %d and has %d", before.PID, after.PID)
	}
	r.settled()
}

func TestASecondCoordinatorIsRefused(t *testing.T) {
	r := newRig(t, "")
	r.up()
	r.watch()
	first := r.claim("a")
	r.hears("adversary", first)
	refused := func(cmd *exec.Cmd) {
		t.Helper()
		var errs bytes.Buffer
		cmd.Stderr = &errs
		err := cmd.Run()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(errs.String(), "is held by pawl watch with process id") {
			t.Errorf("a second coordinator: %v, %s", err, errs.String())
		}
	}
	refused(r.command(t.Context(), "watch"))

	// The same loop from another clone of its configuration.
	other := filepath.Join(r.stage.Dir, "other")
	text, err := os.ReadFile(r.stage.Config())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(other, 0o755); err != nil {
		t.Fatal(err)
	}
	r.write(filepath.Join(other, "pawl.yaml"), string(text))
	cmd := r.command(t.Context(), "watch")
	cmd.Args[2] = filepath.Join(other, "pawl.yaml")
	refused(cmd)
	place, err := daemon.NewPlace(filepath.Join(other, ".pawl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(place.Dir); err != nil {
		t.Fatal(err)
	}
	r.settled()
}

func TestTheConfigurationIsBrokenAndMendedUnderARunningCoordinator(t *testing.T) {
	r := newRig(t, "")
	r.write(r.stage.Config(), r.listeners("phases:\n  sequence:\n    - {id: one, plan: plans/one.md, status: STATUS-one.md}\n    - {id: two, plan: plans/two.md, status: STATUS-two.md}\n"))
	good, err := os.ReadFile(r.stage.Config())
	if err != nil {
		t.Fatal(err)
	}
	r.up()
	w := r.watch()
	mended := 0
	for name, text := range map[string]string{
		"a syntax error":       "version: [1\n",
		"an empty file":        "",
		"an unknown adapter":   strings.Replace(string(good), "adapter: script", "adapter: nothing", 1),
		"a regular expression": "handoff: {signals: {claim: {subject: '(', wakes: [adversary]}}}\n" + string(good),
		"a wrong type":         strings.Replace(string(good), "poll: 100ms", "poll: [often]", 1),
	} {
		invalid := r.events("config.invalid")
		r.write(r.stage.Config(), text)
		r.until("it is told of "+name, func() bool { return r.events("config.invalid") == invalid+1 })
		r.hears("adversary", r.claim(strings.ReplaceAll(name, " ", "-")))
		r.write(r.stage.Config(), string(good))
		mended++
		r.until("it is mended", func() bool { return r.events("config.reloaded") >= mended })
	}
	if err := os.Remove(r.stage.Config()); err != nil {
		t.Fatal(err)
	}
	invalid := r.events("config.invalid")
	r.until("it is told that the file is missing", func() bool { return r.events("config.invalid") > invalid })
	w.kill()
	w = r.watch() // the last good one is on record
	r.hears("adversary", r.claim("without-a-file"))
	r.write(r.stage.Config(), string(good))
	r.hears("adversary", r.claim("mended"))
	select {
	case err := <-w.done:
		t.Fatalf("the coordinator ended: %v", err)
	default:
	}
	r.settled()
}
