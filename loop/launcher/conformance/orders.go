package conformance

import (
	"time"

	"pawl/loop/launcher"
)

func namesAlike(r *rig) {
	short := r.run("acme-build", sleeper)
	long := r.run("acme-builder", sleeper)
	a := r.await(short.Ref, "the shorter name", func(o launcher.Observation) bool { return o.Alive })
	b := r.await(long.Ref, "the longer name", func(o launcher.Observation) bool { return o.Alive })
	if a.PID == b.PID {
		r.Fatalf("one process for two sessions: %d", a.PID)
	}
	if err := r.l.Stop(r.ctx(), short.Ref, patience); err != nil {
		r.Fatalf("Stop: %v", err)
	}
	r.awaitExit(short.Ref)
	if o, _ := r.observe(long.Session); !o.Alive {
		r.Errorf("the stop of %s ended %s too: %+v", short.Session, long.Session, o)
	}
	if err := r.l.Forget(r.ctx(), short.Ref); err != nil {
		r.Fatalf("Forget: %v", err)
	}
	ghost := launcher.Ref{Session: "acme-buil", Generation: long.Generation}
	r.wantError("Stop of the beginning of a name", r.l.Stop(r.ctx(), ghost, 0), launcher.ErrGone)
	if o, _ := r.observe(long.Session); !o.Alive {
		r.Errorf("ended by an order for %s: %+v", ghost.Session, o)
	}
}

func otherGeneration(r *rig) {
	spec := r.run("acme-builder", "while read line; do echo \"$line\" >>lines; done\n")
	stale := launcher.Ref{Session: spec.Session, Generation: "stale"}
	message := launcher.Message{ID: "w1", Text: "for another"}
	r.wantError("Send", r.l.Send(r.ctx(), stale, message), launcher.ErrOther)
	r.wantError("Stop", r.l.Stop(r.ctx(), stale, 0), launcher.ErrOther)
	r.wantError("Forget", r.l.Forget(r.ctx(), stale), launcher.ErrOther)
	_, err := r.l.Capture(r.ctx(), stale, 10)
	r.wantError("Capture", err, launcher.ErrOther)

	rival := r.spec(spec.Session, "echo rival >>lines\n")
	r.wantError("Start of another generation", r.l.Start(r.ctx(), rival), launcher.ErrOther)
	thief := spec
	thief.Owner = "someone else"
	r.wantError("Start by another owner", r.l.Start(r.ctx(), thief), launcher.ErrOther)

	r.send(spec.Ref, "w2", "for this one")
	if text := r.awaitFile("lines", line("for this one")); text != "for this one\n" {
		r.Errorf("the program read %q", text)
	}
	if o, _ := r.observe(spec.Session); !o.Alive || len(o.Marks) != 1 {
		r.Errorf("orders for others left a trace: %+v", o)
	}
}

func nothingThere(r *rig) {
	all, err := r.l.Observe(r.ctx())
	if err != nil || len(all) != 0 {
		r.Errorf("Observe of nothing: %v, %v", all, err)
	}
	ref := launcher.Ref{Session: "acme-nobody", Generation: "g"}
	r.wantError("Send", r.l.Send(r.ctx(), ref, launcher.Message{ID: "w", Text: "x"}), launcher.ErrGone)
	r.wantError("Stop", r.l.Stop(r.ctx(), ref, time.Second), launcher.ErrGone)
	_, err = r.l.Capture(r.ctx(), ref, 10)
	r.wantError("Capture", err, launcher.ErrGone)
	if err := r.l.Forget(r.ctx(), ref); err != nil {
		r.Errorf("Forget of nothing: %v", err)
	}
	spec := r.run("acme-done", "exit 0\n")
	r.awaitExit(spec.Ref)
	r.wantError("Send to what has ended", r.l.Send(r.ctx(), spec.Ref, launcher.Message{ID: "w", Text: "x"}), launcher.ErrGone)
	r.wantError("Stop of what has ended", r.l.Stop(r.ctx(), spec.Ref, time.Second), launcher.ErrGone)
}

func secretsStayInside(r *rig) {
	const secret, prompt = "hunter2-7f3a", "prompt-91c4"
	script := "read line\necho \"$line\" >line\nexec sleep 1000\n"
	if r.h.Typed {
		script = "echo \"$PROMPT\" >line\nexec sleep 1000\n" // a terminal is handed nothing
	}
	spec := r.spec("acme-secret", script)
	spec.Env = append(spec.Env, "TOKEN="+secret, "PROMPT="+prompt)
	if !r.h.Typed {
		spec.Stdin = prompt + "\n"
	}
	r.start(spec)
	r.awaitFile("line", line(prompt))
	for _, text := range []string{secret, prompt} {
		if found := commandLines(r, text); len(found) > 0 {
			r.Errorf("%q is shown by ps: %q", text, found)
		}
	}
}

func adopts(r *rig) {
	spec := r.run("acme-builder", "echo ready\nwhile read line; do echo \"$line\" >>lines; done\n")
	r.send(spec.Ref, "w1", "before")
	r.awaitFile("lines", line("before"))
	before := r.await(spec.Ref, "the mark", func(o launcher.Observation) bool {
		m, ok := mark(o, "w1")
		return ok && (r.h.Typed || !m.Drained.IsZero())
	})
	r.l = r.h.Open()
	after, there := r.observe(spec.Session)
	if !there || !after.Alive || after.PID != before.PID || after.Started != before.Started {
		r.Fatalf("before %+v, after %+v", before, after)
	}
	if after.Owner != spec.Owner || after.Agent != spec.Agent || after.Phase != spec.Phase || after.Ref != spec.Ref {
		r.Errorf("adopted as %+v, started as %+v", after, spec)
	}
	m, ok := mark(after, "w1")
	if !ok || len(m.Items) != 1 || m.Items[0] != "item-of-w1" || m.Written.IsZero() {
		r.Errorf("marks %+v, want w1 with its item", after.Marks)
	}
	r.send(spec.Ref, "w1", "before")
	r.send(spec.Ref, "w2", "after")
	if text := r.awaitFile("lines", line("after")); text != "before\nafter\n" {
		r.Errorf("the program read %q", text)
	}
}
