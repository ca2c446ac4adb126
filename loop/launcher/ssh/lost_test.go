//go:build linux || darwin

package ssh

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/launcher"
	"pawl/loop/sim/tui"
)

// TestALostConnectionIsUnknownAndNeverGone loses the connection in several ways:
// as long as it is lost nothing is known, and then all is as it was.
func TestALostConnectionIsUnknownAndNeverGone(t *testing.T) {
	cases := []struct {
		name   string
		lose   func(h *host, o Options)
		mend   func(h *host)
		blinds bool // it stays lost until it is mended, or noticed
	}{
		{"its sshd is killed", func(h *host, _ Options) { h.cut() }, func(*host) {}, false},
		{"its sshd hangs", func(h *host, _ Options) { h.each(syscall.SIGSTOP) }, func(*host) {}, true},
		{"our ssh hangs", func(h *host, o Options) { h.must(signalSSH(o.ID, syscall.SIGSTOP)) }, func(*host) {}, true},
		{"no sshd for a while", func(h *host, _ Options) { h.stop() }, (*host).start, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			o := h.options(t)
			o.Times.Polite = time.Second // what hangs is not worth waiting for
			l := h.open(t, o)
			file := h.file("told-" + o.ID)
			spec := h.session("while read line; do echo $line >>" + file + "; done")
			h.must(l.Start(testContext(t), spec))
			m := launcher.Message{ID: "w1", Text: "once", Items: []string{"item"}}
			h.must(l.Send(testContext(t), spec.Ref, m))
			before, err := look(l, spec, 20*time.Second)
			h.must(err)
			c.lose(h, o)
			if c.blinds {
				h.until("the loss to be felt", func() bool {
					seen, err := look(l, spec, 300*time.Millisecond)
					return err != nil || !h.same(before, seen)
				})
			}
			c.mend(h)
			h.until("the session to be seen again", func() bool {
				seen, err := look(l, spec, 2*time.Second)
				return err == nil && h.same(before, seen)
			})
			h.until("the message to be known as sent", func() bool { return l.Send(testContext(t), spec.Ref, m) == nil })
			h.must(l.Send(testContext(t), spec.Ref, launcher.Message{ID: "w2", Text: "end"}))
			h.until("the second message", func() bool { text, err := os.ReadFile(file); return err == nil && string(text) == "once\nend\n" })
			h.endSession(l, spec)
		})
	}
}

func (h *host) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func look(l *Launcher, spec launcher.Spec, patience time.Duration) (launcher.Observation, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	all, err := l.Observe(ctx)
	return all[spec.Session], err
}

// same fails the test where a look says that the session is another, or gone.
func (h *host) same(before, seen launcher.Observation) bool {
	h.Helper()
	if seen.Ref != before.Ref || !seen.Alive || seen.PID != before.PID || seen.Started != before.Started || len(seen.Marks) != len(before.Marks) {
		h.Fatalf("seen %+v, want what was before: %+v", seen, before)
	}
	return true
}

// TestOneThatIsCutWhileItTypes cuts the connection at several moments in the typing of a
// wake: the next attempts tell it, and it is told once.
func TestOneThatIsCutWhileItTypes(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	o := h.options(t)
	l := h.open(t, o)
	self, err := os.Executable()
	h.must(err)
	profile := tui.Profile([]string{"fake"})
	reader, err := adapter.NewReader(profile)
	h.must(err)
	spec := h.session("")
	spec.Argv = append(quick(self, "fake"), "--work", "50ms", "--record", h.file("record"), "--control", h.file("control"))
	h.must(l.Start(testContext(t), spec))
	h.until("its input line", func() bool {
		if _, err := l.Observe(testContext(t)); err != nil {
			h.Fatal(err)
		}
		shown, err := l.Screens(testContext(t), []launcher.Ref{spec.Ref})
		h.must(err)
		return reader.Read(shown[spec.Session]).Composer.Found
	})
	var want []string
	failed := 0
	for i, after := range []time.Duration{50, 150, 250, 400, 600} {
		m := launcher.Message{ID: fmt.Sprint("w", i), Text: fmt.Sprintf("w%d claim(api) abcdef0 by builder. Pull origin and take your turn.", i), Items: []string{"item"}, Reader: reader}
		want = append(want, m.Text)
		h.until("a connection", func() bool { _, err := look(l, spec, 10*time.Second); return err == nil })
		connections := h.connections(h.process.Process.Pid)
		sent := make(chan error, 1)
		go func() { sent <- l.Send(testContext(t), spec.Ref, m) }()
		select {
		case err := <-sent:
			h.must(err)
			continue
		case <-time.After(after * time.Millisecond):
			h.signal(connections, syscall.SIGKILL)
		}
		if err := <-sent; err != nil {
			failed++
		}
		h.until("the wake to be told", func() bool {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			return l.Send(ctx, spec.Ref, m) == nil
		})
	}
	if failed == 0 {
		t.Error("no connection was cut while something was typed")
	}
	entries, err := tui.ReadRecord(h.file("record"))
	h.must(err)
	if told := tui.Prompts(entries); strings.Join(told, "\n") != strings.Join(want, "\n") {
		t.Errorf("it was told\n%q, want\n%q", told, want)
	}
	h.endSession(l, spec)
}
