//go:build linux || darwin

package tmux

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/loop/delivery"
	"pawl/loop/launcher"
	"pawl/loop/sim/tui"
)

// long is a wake of the greatest length, with all that could be taken for
// something else on its way.
func long() string {
	text := "w1 odd: $HOME #{pane_id} %1 ; \\n `id` 'q' \"d\" é 世界 🙂 "
	for len(text) < delivery.MaxText-20 {
		text += "word " + strconv.Itoa(len(text)) + " "
	}
	return strings.TrimSpace(text)
}

func TestTyped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		flags []string
		run   func(f *fake)
	}{
		{"to an idle agent", nil, func(f *fake) {
			f.must(f.send("w1", long()))
			f.must(f.send("w1", long()))
			f.wantTold(long())
			f.wantMark("w1")
		}},
		{"to a busy agent that queues", nil, func(f *fake) {
			f.order("busy 2s")
			f.must(f.send("w1", "w1 first"))
			f.must(f.send("w2", "w2 second"))
			f.wantTold("w1 first", "w2 second")
		}},
		{"to a busy agent that does not queue", []string{"--queue=false"}, func(f *fake) {
			f.order("busy 20s")
			f.until("work", func() bool { return f.reading().State == "active" })
			f.wantRefused(f.send("w1", "w1 first"), "busy")
			f.order("idle")
			f.until("rest", func() bool { return f.reading().State == "idle" })
			f.must(f.send("w1", "w1 first"))
			f.wantTold("w1 first")
			for _, e := range f.entries() {
				if e.Dropped != "" {
					f.Errorf("a turn was steered away: %+v", e)
				}
			}
		}},
		{"with Enters that are swallowed", nil, func(f *fake) {
			f.order("swallow 2")
			f.must(f.send("w1", wake))
			f.wantTold(wake)
		}},
		{"to one that takes a quick Enter for a newline", []string{"--paste-burst"}, func(f *fake) {
			for i := range 5 {
				f.must(f.send(fmt.Sprint("w", i), fmt.Sprint("w", i, " in a row")))
			}
			f.wantTold("w0 in a row", "w1 in a row", "w2 in a row", "w3 in a row", "w4 in a row")
		}},
		{"to one that folds pastes", nil, func(f *fake) {
			f.order("fold")
			f.must(f.send("w1", long()))
			f.wantTold(long())
		}},
		{"in a window of 20 columns", nil, func(f *fake) {
			f.resize(20, 60)
			f.must(f.send("w1", long()))
			f.wantTold(long())
		}},
		{"in a window of 20 columns and 10 rows, where it does not fit", nil, func(f *fake) {
			f.resize(20, 10)
			f.must(f.send("w1", long()))
			f.wantTold(long())
		}},
		{"while somebody reads in copy mode", nil, func(f *fake) {
			f.tmux("copy-mode", "-t", "=acme-builder:")
			f.must(f.send("w1", wake))
			f.wantTold(wake)
		}},
		{"while somebody looks at a list of windows", nil, func(f *fake) {
			f.tmux("choose-tree", "-t", "=acme-builder:")
			f.must(f.send("w1", wake))
			f.wantTold(wake)
		}},
		{"not into a dialog", nil, func(f *fake) {
			f.order("dialog")
			f.until("the dialog", func() bool { return f.reading().State == "waiting" })
			f.wantRefused(f.send("w1", wake), "a dialog waits")
			f.order("nodialog")
			f.until("its end", func() bool { return f.reading().State == "idle" })
			f.must(f.send("w1", wake))
			f.wantTold(wake)
			f.wantNoAnswer()
		}},
		{"not behind what a person has half typed", nil, func(f *fake) {
			f.order("type rm -rf")
			f.until("the text", func() bool { return f.reading().Composer.Text == "rm -rf" })
			f.wantRefused(f.send("w1", wake), "text of somebody else")
			f.tmux("send-keys", "-t", "=acme-builder:", "C-u")
			f.until("an empty line", func() bool { return f.reading().Composer.Text == "" })
			f.must(f.send("w1", wake))
			f.wantTold(wake)
		}},
		{"and not submitted when a person types just then", nil, func(f *fake) {
			f.l.step = func(s delivery.Stroke) {
				if s == delivery.Paste {
					f.order("type rm -rf ")
				}
			}
			f.wantRefused(f.send("w1", wake), "text of somebody else")
			f.wantTold()
			f.tmux("send-keys", "-t", "=acme-builder:", "C-u")
			f.l.step = nil
			f.until("an empty line", func() bool { return f.reading().Composer.Text == "" })
			f.must(f.send("w1", wake))
			f.wantTold(wake)
		}},
		{"and a dialog that comes between paste and key is not answered", nil, func(f *fake) {
			f.l.step = func(s delivery.Stroke) {
				if s == delivery.Paste {
					f.order("dialog")
				}
			}
			f.wantRefused(f.send("w1", wake), "a dialog waits")
			f.l.step = nil
			f.order("nodialog")
			f.must(f.send("w1", wake))
			f.wantNoAnswer()
			if n := strings.Count(strings.Join(f.told(), "\n"), "w0123456789ab"); n != 1 {
				f.Errorf("told %d times: %q", n, f.told())
			}
		}},
		{"to one that does not read its terminal for a while", nil, func(f *fake) {
			f.order("hang")
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			m := launcher.Message{ID: "w0123456789ab", Text: wake, Reader: f.reader}
			if err := f.l.Send(ctx, f.spec.Ref, m); err == nil {
				f.Error("Send found evidence in a program that reads nothing")
			}
			f.order("unhang")
			f.must(f.l.Send(testContext(f), f.spec.Ref, m))
			f.wantTold(wake)
		}},
		{"to one that dies between look and paste", nil, func(f *fake) {
			f.l.step = func(s delivery.Stroke) {
				if s == delivery.Paste {
					f.kill()
				}
			}
			if err := f.send("w1", wake); !errors.Is(err, launcher.ErrGone) {
				f.Errorf("Send: %v, want that it is gone", err)
			}
			f.wantTold()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(newFake(t, c.flags...))
		})
	}
}

func (f *fake) must(err error) {
	f.Helper()
	if err != nil {
		lines, unseen := f.l.Capture(testContext(f), f.spec.Ref, 40)
		f.Fatalf("Send: %v\n%+v\n%v\n%s", err, f.entries(), unseen, strings.Join(lines, "\n"))
	}
}

// resize gives the window another size, and waits until the agent has drawn it.
func (f *fake) resize(width, height int) {
	f.Helper()
	f.tmux("resize-window", "-t", "=acme-builder:", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
	rule := strings.Repeat("─", width)
	f.until("the screen in its new size", func() bool {
		return strings.Contains(f.tmux("capture-pane", "-p", "-t", "=acme-builder:"), "\n"+rule+"\n") && f.reading().Composer.Found
	})
}

func (f *fake) wantNoAnswer() {
	f.Helper()
	for _, e := range f.entries() {
		if e.Dialog != "" {
			f.Errorf("the dialog was %s", e.Dialog)
		}
	}
}

// kill kills the agent's program, and waits until it is dead.
func (f *fake) kill() {
	f.Helper()
	p, err := f.l.find(testContext(f), f.spec.Ref)
	if err != nil {
		f.Fatal(err)
	}
	if err := syscall.Kill(p.pid, syscall.SIGKILL); err != nil {
		f.Fatal(err)
	}
	f.until("its end", func() bool { return strings.Contains(f.tmux("list-panes", "-a", "-F", "dead=#{pane_dead}"), "dead=1") })
}

// A coordinator is killed with -9 at each step of typing a wake in turn, just
// before the step and just after it; the next one goes on from what the pane
// remembers and what it shows.
func TestTypedOnceAcrossKills(t *testing.T) {
	t.Parallel()
	for _, moment := range []string{"paste:before", "paste:after", "submit:before", "submit:after", "confirm:before"} {
		t.Run(moment, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			cmd := exec.Command(testProgram(t), "teller", f.opts.Socket, f.opts.Runtime, testProgram(t), moment, wake, f.spec.Generation)
			err := cmd.Run()
			if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); err == nil || !ok || ws.Signal() != syscall.SIGKILL {
				t.Fatalf("the first coordinator was not killed: %v", err)
			}
			f.must(f.send("w0123456789ab", wake))
			f.wantTold(wake)
			f.wantMark("w0123456789ab")
		})
	}
}

// dieAt kills this process at a step of typing. What comes just after a step is
// the look that follows it.
func dieAt(moment string) func(delivery.Stroke) {
	step, when, _ := strings.Cut(moment, ":")
	var last delivery.Stroke
	return func(next delivery.Stroke) {
		if string(next) == step && when == "before" || string(last) == step && when == "after" {
			if err := syscall.Kill(syscall.Getpid(), syscall.SIGKILL); err != nil {
				panic(err)
			}
			select {}
		}
		last = next
	}
}

// Two coordinators that type the same wake at once type it once.
func TestTypedOnceByTwo(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	done := make(chan error)
	for range 4 {
		go func() {
			done <- New(f.opts).Send(testContext(t), f.spec.Ref, launcher.Message{ID: "w0123456789ab", Text: wake, Reader: f.reader})
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	f.wantTold(wake)
}

func TestAKickoffIsNoWake(t *testing.T) {
	t.Parallel()
	f := newFake(t, "--", "begin with the first task")
	f.must(f.send("w1", wake))
	f.wantTold(wake)
	if e := f.entries(); len(e) == 0 || tui.Prompts(e)[0] != wake {
		t.Errorf("record %+v", e)
	}
}
