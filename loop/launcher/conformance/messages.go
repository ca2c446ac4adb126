package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"pawl/loop/launcher"
)

// reader writes each line that it reads to a file, byte for byte.
const reader = "while IFS= read -r line; do printf '%s\\n' \"$line\" >>lines; done\n"

func messageDrained(r *rig) {
	spec := r.run("acme-reader", "while [ ! -e go ]; do sleep 0.01; done\n"+reader)
	r.send(spec.Ref, "w1", "first")
	r.send(spec.Ref, "w2", "second")
	o := r.await(spec.Ref, "two marks", func(o launcher.Observation) bool { return len(o.Marks) == 2 })
	if o.Marks[0].ID != "w1" || o.Marks[1].ID != "w2" || o.Marks[0].Written.IsZero() {
		r.Errorf("marks %+v, want w1 and w2 in order", o.Marks)
	}
	if !r.h.Typed {
		if want := len("first\nsecond\n"); o.Pending != want || !o.Marks[0].Drained.IsZero() {
			r.Errorf("before it read: pending %d, want %d; %+v", o.Pending, want, o.Marks)
		}
	}
	if err := os.WriteFile(filepath.Join(r.dir, "go"), nil, 0o600); err != nil {
		r.Fatal(err)
	}
	r.awaitFile("lines", line("second"))
	if r.h.Typed {
		return
	}
	o = r.await(spec.Ref, "both to be read", func(o launcher.Observation) bool {
		return o.Pending == 0 && !o.Marks[0].Drained.IsZero() && !o.Marks[1].Drained.IsZero()
	})
	if o.Marks[1].Drained.Before(o.Marks[1].Written) {
		r.Errorf("read before it was written: %+v", o.Marks[1])
	}
}

func oddText(r *rig) {
	spec := r.run("acme-reader", reader)
	texts := []string{
		"$HOME #{pane_id} %1 ; \\n",
		"`id` $(id) 'single' \"double\" \\ ! * ? [a] {b} ~ & | > <",
		"  blanks before and after  ",
		"-e -n --",
		"Grüße, 世界, 🙂, é as two: e\u0301",
		"",
		strings.Repeat("0123456789", 100),
	}
	for i, text := range texts {
		r.send(spec.Ref, fmt.Sprintf("w%d", i), text)
	}
	want := strings.Join(texts, "\n") + "\n"
	if have := r.awaitFile("lines", func(s string) bool { return len(s) >= len(want) }); have != want {
		r.Errorf("the program read\n%q, want\n%q", have, want)
	}
}

func oneLineOnly(r *rig) {
	spec := r.run("acme-reader", reader)
	r.send(spec.Ref, "w1", "one\ntwo\r\nthree\x1b[201~\x03\x7f")
	r.send(spec.Ref, "w2", "end")
	text := r.awaitFile("lines", line("end"))
	if strings.Count(text, "\n") != 2 || strings.ContainsAny(text, "\r\x1b\x03\x7f") {
		r.Errorf("the program read %q; want two lines without control characters", text)
	}
}

func writtenOnce(r *rig) {
	spec := r.run("acme-reader", reader)
	var wg sync.WaitGroup
	for i := range 8 {
		l := r.h.Open()
		wg.Go(func() {
			for range 3 {
				m := launcher.Message{ID: "w1", Text: fmt.Sprintf("told by %d", i)}
				if err := l.Send(r.ctx(), spec.Ref, m); err != nil {
					r.Errorf("Send: %v", err)
				}
			}
		})
	}
	wg.Wait()
	r.send(spec.Ref, "w2", "end")
	text := r.awaitFile("lines", line("end"))
	if strings.Count(text, "told by") != 1 {
		r.Errorf("the program read %q; want w1 once", text)
	}
	if o, _ := r.observe(spec.Session); len(o.Marks) != 2 {
		r.Errorf("marks %+v, want w1 and w2", o.Marks)
	}
}

func neverRead(r *rig) {
	if r.h.Typed {
		r.Skip("a terminal takes what is typed")
	}
	spec := r.run("acme-deaf", "exec sleep 1000\n")
	text := strings.Repeat("x", 1000)
	refused, accepted := "", 0
	for i := range 1000 {
		begin := time.Now()
		err := r.l.Send(r.ctx(), spec.Ref, launcher.Message{ID: fmt.Sprintf("w%d", i), Text: text})
		if took := time.Since(begin); took > patience/4 {
			r.Fatalf("Send took %v", took)
		}
		if err != nil {
			refused = fmt.Sprintf("w%d", i)
			break
		}
		accepted++
	}
	if refused == "" || accepted == 0 {
		r.Fatalf("%d messages of 1000 bytes accepted by what reads none", accepted)
	}
	o, _ := r.observe(spec.Session)
	if !o.Alive || len(o.Marks) != accepted || o.Pending != accepted*(len(text)+1) {
		r.Errorf("alive %v, %d marks, %d bytes pending after %d messages", o.Alive, len(o.Marks), o.Pending, accepted)
	}
	if _, there := mark(o, refused); there {
		r.Errorf("%s was refused and is marked", refused)
	}
	for _, m := range o.Marks {
		if !m.Drained.IsZero() {
			r.Fatalf("%+v was read by what reads nothing", m)
		}
	}
}

func exitUnread(r *rig) {
	if r.h.Typed {
		r.Skip("a terminal does not tell what was read")
	}
	spec := r.run("acme-leaver", "read line\nwhile [ ! -e go ]; do sleep 0.01; done\nexit 0\n")
	r.send(spec.Ref, "w1", "read")
	r.await(spec.Ref, "the first to be read", func(o launcher.Observation) bool { return len(o.Marks) == 1 && !o.Marks[0].Drained.IsZero() })
	r.send(spec.Ref, "w2", "unread")
	if err := os.WriteFile(filepath.Join(r.dir, "go"), nil, 0o600); err != nil {
		r.Fatal(err)
	}
	r.awaitExit(spec.Ref)
	o, _ := r.observe(spec.Session)
	if m, ok := mark(o, "w2"); !ok || !m.Drained.IsZero() {
		r.Errorf("marks %+v; w2 was written and never read", o.Marks)
	}
	r.send(spec.Ref, "w2", "unread")
	r.wantError("Send of another", r.l.Send(r.ctx(), spec.Ref, launcher.Message{ID: "w3", Text: "x"}), launcher.ErrGone)
}

func promptFirst(r *rig) {
	if r.h.Typed {
		r.Skip("a terminal has no input to hand a prompt to")
	}
	spec := r.spec("acme-reader", "while [ ! -e go ]; do sleep 0.01; done\n"+reader)
	long := strings.Repeat(strings.Repeat("p", 99)+"\n", 2000)
	spec.Stdin = long + "without its newline"
	r.start(spec)
	message := launcher.Message{ID: "w1", Text: "a wake"}
	if err := r.l.Send(r.ctx(), spec.Ref, message); err == nil {
		r.Error("a message was accepted before the prompt had gone")
	}
	o := r.await(spec.Ref, "the prompt to be counted", func(o launcher.Observation) bool { return o.Pending == len(spec.Stdin)+1 })
	if len(o.Marks) != 0 {
		r.Errorf("marks %+v of a message that was refused", o.Marks)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "go"), nil, 0o600); err != nil {
		r.Fatal(err)
	}
	r.poll("the message to be accepted", func() bool { return r.l.Send(r.ctx(), spec.Ref, message) == nil })
	if text := r.awaitFile("lines", line("a wake")); text != long+"without its newline\na wake\n" {
		r.Errorf("the program read %d bytes that end in %q", len(text), text[max(0, len(text)-100):])
	}
}
