package conformance

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"pawl/loop/launcher"
)

const sleeper = "echo ready\nexec sleep 1000\n"

func startsAndIsSeen(r *rig) {
	before := time.Now()
	spec := r.run("acme-builder", sleeper)
	o, there := r.observe(spec.Session)
	if !there || !o.Alive || o.Exit != nil {
		r.Fatalf("right after Start: there %v, %+v", there, o)
	}
	if o.Ref != spec.Ref || o.Agent != spec.Agent || o.Owner != spec.Owner || o.Phase != spec.Phase {
		r.Errorf("observed %+v, want what the spec says: %+v", o, spec)
	}
	if o.PID <= 1 || o.Started == "" {
		r.Errorf("pid %d, started %q", o.PID, o.Started)
	}
	o = r.await(spec.Ref, "output", func(launcher.Observation) bool { return r.captured(spec.Ref, "ready") })
	if o.Output.Before(before.Add(-time.Second)) || o.Output.After(time.Now().Add(time.Second)) {
		r.Errorf("printed at %v, want about %v", o.Output, before)
	}
	if argv := r.l.Attach(spec.Ref); len(argv) == 0 {
		r.Error("Attach returns nothing to run")
	}
}

func (r *rig) captured(ref launcher.Ref, text string) bool {
	r.Helper()
	lines, err := r.l.Capture(r.ctx(), ref, 100)
	if err != nil {
		r.Fatalf("Capture: %v", err)
	}
	return slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, text) })
}

func printsNothing(r *rig) {
	spec := r.run("acme-quiet", "exec sleep 1000\n")
	o := r.await(spec.Ref, "life", func(o launcher.Observation) bool { return o.Alive })
	if o.Output.IsZero() || time.Since(o.Output) > patience {
		r.Errorf("output at %v; a session that never printed counts from its start", o.Output)
	}
	lines, err := r.l.Capture(r.ctx(), spec.Ref, 10)
	if err != nil {
		r.Fatalf("Capture: %v", err)
	}
	if strings.TrimSpace(strings.Join(lines, "")) != "" {
		r.Errorf("captured %q of a program that prints nothing", lines)
	}
}

func diesAtOnce(r *rig) {
	spec := r.run("acme-brief", "echo last words\nexit 3\n")
	exit := r.awaitExit(spec.Ref)
	if exit.Code != 3 || exit.Signal != "" || exit.Lost || exit.At.IsZero() {
		r.Errorf("exit %+v, want code 3", exit)
	}
	if !r.captured(spec.Ref, "last words") {
		r.Error("the last words are not there together with the exit")
	}
	if err := r.l.Forget(r.ctx(), spec.Ref); err != nil {
		r.Fatalf("Forget: %v", err)
	}
	if o, there := r.observe(spec.Session); there {
		r.Errorf("still observed after Forget: %+v", o)
	}
}

func programNotFound(r *rig) {
	spec := r.spec("acme-missing", "")
	spec.Argv = []string{"no-such-program-anywhere", "argument"}
	r.wantNoStart(spec, "no-such-program-anywhere")
}

func folderNotThere(r *rig) {
	spec := r.spec("acme-nowhere", sleeper)
	spec.Dir = filepath.Join(r.dir, "no-such-folder")
	r.wantNoStart(spec, "no-such-folder")
}

// wantNoStart starts what cannot be started, and then, under the same name and
// generation, what can.
func (r *rig) wantNoStart(spec launcher.Spec, mention string) {
	r.Helper()
	err := r.l.Start(r.ctx(), spec)
	if r.h.LateErrors && err == nil {
		if exit := r.awaitExit(spec.Ref); exit.Code == 0 {
			r.Errorf("exit %+v of what cannot run", exit)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), mention) {
		r.Fatalf("Start: %v; want an error that names %q", err, mention)
	}
	if o, there := r.observe(spec.Session); there {
		r.Errorf("observed after a start that failed: %+v", o)
	}
	spec.Argv, spec.Dir = []string{"sleep", "1000"}, r.dir
	r.start(spec)
	r.await(spec.Ref, "life", func(o launcher.Observation) bool { return o.Alive })
}

func exactEnvironment(r *rig) {
	spec := r.spec("acme-env", "")
	spec.Argv = []string{"env"}
	spec.Env = append(spec.Env, "ODD=a b=c 'd' $HOME \\n é", "EMPTY=")
	r.start(spec)
	r.awaitExit(spec.Ref)
	lines, err := r.l.Capture(r.ctx(), spec.Ref, 100)
	if err != nil {
		r.Fatal(err)
	}
	for _, entry := range spec.Env {
		if !r.h.Screen && !slices.Contains(lines, entry) {
			r.Errorf("%q is not in the environment %q", entry, lines)
		}
	}
	if !r.h.Typed && len(lines) != len(spec.Env) {
		r.Errorf("environment has %d entries, want %d: %q", len(lines), len(spec.Env), lines)
	}
}

func startTwice(r *rig) {
	spec := r.spec("acme-twice", "echo started >>starts\nexec sleep 1000\n")
	other := r.h.Open()
	var wg sync.WaitGroup
	for i := range 8 {
		l := []launcher.Launcher{r.l, other}[i%2]
		wg.Go(func() {
			if err := l.Start(r.ctx(), spec); err != nil {
				r.Errorf("Start %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	first := r.await(spec.Ref, "life", func(o launcher.Observation) bool { return o.Alive })
	r.awaitFile("starts", line("started"))
	r.start(spec)
	if again, _ := r.observe(spec.Session); again.PID != first.PID || again.Started != first.Started {
		r.Errorf("a second start made another process: %+v, then %+v", first, again)
	}
	data, err := os.ReadFile(filepath.Join(r.dir, "starts"))
	if err != nil || string(data) != "started\n" {
		r.Errorf("the program was started as %q, %v; want once", data, err)
	}
}

func endedStaysEnded(r *rig) {
	spec := r.run("acme-once", "echo started >>starts\n")
	r.awaitExit(spec.Ref)
	if err := r.l.Start(r.ctx(), spec); !errors.Is(err, launcher.ErrGone) {
		r.Errorf("Start of a generation that has ended: %v, want ErrGone", err)
	}
	next := r.spec(spec.Session, sleeper)
	r.start(next)
	r.await(next.Ref, "the successor", func(o launcher.Observation) bool { return o.Alive })
	if text := r.awaitFile("starts", line("started")); text != "started\n" {
		r.Errorf("the first generation ran as %q, want once", text)
	}
}
