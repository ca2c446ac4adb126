package conformance

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher"
	"pawl/loop/launcher/proc"
)

// patience is how long anything may take before it counts as not happening.
const patience = 40 * time.Second

// rig is one case: a launcher, a folder, and the sessions to end afterwards.
type rig struct {
	T
	h   Harness
	l   launcher.Launcher
	dir string
}

func newRig(t T, h Harness) *rig {
	return &rig{T: t, h: h, l: h.Open(), dir: t.TempDir()}
}

func (r *rig) ctx() context.Context {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	r.Cleanup(cancel)
	return ctx
}

// spec is a session that runs a script with sh. Whatever becomes of the case, it
// is ended with it, and nothing of its generation may be left.
func (r *rig) spec(session, script string) launcher.Spec {
	r.Helper()
	generation := "test-" + rand.Text()
	file := filepath.Join(r.dir, generation+".sh")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		r.Fatal(err)
	}
	spec := launcher.Spec{
		Ref:   launcher.Ref{Session: session, Generation: generation},
		Agent: "agent-of-" + session, Owner: "owner-of-" + session, Phase: "core",
		Argv: []string{"sh", file},
		Env:  []string{"PATH=" + os.Getenv("PATH"), "PAWL_GENERATION=" + generation, "TERM=dumb"},
		Dir:  r.dir,
		Log:  filepath.Join(r.dir, "logs", session+".log"),
	}
	r.Cleanup(func() { r.end(spec.Ref) })
	return spec
}

func (r *rig) start(spec launcher.Spec) {
	r.Helper()
	if err := r.l.Start(r.ctx(), spec); err != nil {
		r.Fatalf("Start: %v", err)
	}
}

// run starts a script.
func (r *rig) run(session, script string) launcher.Spec {
	r.Helper()
	spec := r.spec(session, script)
	r.start(spec)
	return spec
}

// end stops and forgets a session, and looks for what is left of it, which a
// launcher that does not keep to the contract may have left running.
func (r *rig) end(ref launcher.Ref) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.l.Stop(ctx, ref, 0); err != nil && !errors.Is(err, launcher.ErrGone) && !errors.Is(err, launcher.ErrOther) {
		r.Errorf("Stop at the end of the case: %v", err)
	}
	r.pollUntil(ctx, "the session to be forgotten", func() bool {
		err := r.l.Forget(ctx, ref)
		return err == nil || errors.Is(err, launcher.ErrGone) || errors.Is(err, launcher.ErrOther)
	})
	r.pollUntil(ctx, "all processes of the session to be gone", func() bool { return len(processes(r, ref.Generation)) == 0 })
	left := proc.Kin{Generation: ref.Generation}
	if _, err := left.Sweep(context.Background()); err != nil {
		r.Errorf("what is left of the session: %v", err)
	}
}

// poll waits for something to become true.
func (r *rig) poll(what string, ok func() bool) {
	r.Helper()
	r.pollUntil(r.ctx(), what, ok)
}

func (r *rig) pollUntil(ctx context.Context, what string, ok func() bool) {
	r.Helper()
	for !ok() {
		if err := proc.Pause(ctx, 2*time.Millisecond); err != nil {
			r.Errorf("waited in vain for %s", what)
			return
		}
	}
}

func (r *rig) observe(session string) (launcher.Observation, bool) {
	r.Helper()
	all, err := r.l.Observe(r.ctx())
	if err != nil {
		r.Fatalf("Observe: %v", err)
	}
	o, ok := all[session]
	return o, ok
}

// await waits until an observation of the session fits.
func (r *rig) await(ref launcher.Ref, what string, fits func(launcher.Observation) bool) launcher.Observation {
	r.Helper()
	ctx, shown := r.ctx(), false
	for {
		o, there := r.observe(ref.Session)
		if there && fits(o) {
			if o.Ref != ref {
				r.Fatalf("observed %+v, want %+v", o.Ref, ref)
			}
			return o
		}
		shown = shown || there
		switch {
		case proc.Pause(ctx, 2*time.Millisecond) == nil:
		case !shown:
			r.Fatalf("waited in vain for %s: start succeeded, but observe does not show the session", what)
		case !there:
			r.Fatalf("waited in vain for %s: observe does not show the session any more", what)
		default:
			r.Fatalf("waited in vain for %s; last seen: %+v", what, o)
		}
	}
}

func (r *rig) awaitExit(ref launcher.Ref) launcher.Exit {
	r.Helper()
	o := r.await(ref, "the session to end", func(o launcher.Observation) bool { return !o.Alive })
	if o.Exit == nil {
		r.Fatalf("not alive, but without an exit: %+v", o)
	}
	return *o.Exit
}

// awaitFile waits until a file that a script makes holds what fits.
func (r *rig) awaitFile(name string, fits func(text string) bool) string {
	r.Helper()
	var text string
	r.poll("file "+name, func() bool {
		data, err := os.ReadFile(filepath.Join(r.dir, name))
		text = string(data)
		return err == nil && fits(text)
	})
	if r.Failed() {
		r.Fatalf("file %s holds %.200q", name, text)
	}
	return text
}

func (r *rig) send(ref launcher.Ref, id, text string) {
	r.Helper()
	if err := r.l.Send(r.ctx(), ref, launcher.Message{ID: id, Text: text, Items: []string{"item-of-" + id}}); err != nil {
		r.Fatalf("Send %s: %v", id, err)
	}
}

func (r *rig) wantError(what string, err, want error) {
	r.Helper()
	if !errors.Is(err, want) {
		r.Errorf("%s: error %v, want %v", what, err, want)
	}
}

func (r *rig) kill(pid int) {
	r.Helper()
	if pid <= 1 {
		r.Fatalf("pid %d", pid)
	}
	if err := system.Signal(pid, syscall.SIGKILL); err != nil {
		r.Fatalf("kill %d: %v", pid, err)
	}
}

func mark(o launcher.Observation, id string) (launcher.Mark, bool) {
	i := slices.IndexFunc(o.Marks, func(m launcher.Mark) bool { return m.ID == id })
	if i < 0 {
		return launcher.Mark{}, false
	}
	return o.Marks[i], true
}

func line(text string) func(string) bool {
	return func(have string) bool { return strings.Contains(have, text+"\n") }
}
