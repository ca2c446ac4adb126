package conformance

import (
	"errors"
	"fmt"
	"strings"

	"pawl/loop/launcher"
)

// crashesTried is how often the launcher's program is killed in the midst of a send.
const crashesTried = 5

func crashes(r *rig) {
	if r.h.Crash == nil {
		r.Skip("this launcher has no process of its own")
	}
	spec := r.run("acme-builder", "echo ready\n"+reader)
	before := r.await(spec.Ref, "life", func(o launcher.Observation) bool { return o.Alive })
	for i := range crashesTried {
		m := launcher.Message{ID: fmt.Sprintf("w%d", i), Text: fmt.Sprintf("told %d", i), Items: []string{"item"}}
		sent := make(chan error, 1)
		go func() { sent <- r.l.Send(r.ctx(), spec.Ref, m) }()
		if i > 0 { // the first one arrives, to be known for certain afterwards
			r.crash()
			if err := <-sent; err != nil {
				r.wantUnknown(err)
			}
		} else if err := <-sent; err != nil {
			r.Fatalf("Send: %v", err)
		}
		if i == 0 {
			r.crash()
		}
		r.poll("the message to be sent again", func() bool { return r.l.Send(r.ctx(), spec.Ref, m) == nil })
	}
	r.send(spec.Ref, "end", "end")
	text := r.awaitFile("lines", line("end"))
	for i := range crashesTried {
		if n := strings.Count(text, fmt.Sprintf("told %d\n", i)); n != 1 {
			r.Errorf("message w%d was written %d times, want once: %q", i, n, text)
		}
	}
	after, there := r.observe(spec.Session)
	if !there || !after.Alive || after.PID != before.PID || after.Started != before.Started || len(after.Marks) != crashesTried+1 {
		r.Errorf("before %+v, after %+v, there %v", before, after, there)
	}
}

func (r *rig) crash() {
	r.Helper()
	if err := r.h.Crash(); err != nil {
		r.Fatalf("the launcher's program cannot be killed: %v", err)
	}
}

// wantUnknown wants that a send which was cut off leaves open what came of it.
func (r *rig) wantUnknown(err error) {
	r.Helper()
	for _, known := range []error{launcher.ErrGone, launcher.ErrOther} {
		if errors.Is(err, known) {
			r.Errorf("Send that was cut off: %v; a program that died says nothing about the session", err)
		}
	}
}
