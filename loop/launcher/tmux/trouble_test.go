//go:build linux || darwin

package tmux

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/loop/delivery"
	"pawl/loop/launcher"
)

// A person may give a session any name that tmux allows.
func TestASessionIsRenamedByAPerson(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.tmux("rename-session", "-t", "=acme-builder:", "a|b")
	all, err := f.l.Observe(testContext(t))
	if err != nil || !all[f.spec.Session].Alive {
		t.Errorf("%+v, %v", all, err)
	}
}

// A cleaner of /tmp takes the socket away while the server lives: that is no
// end of any session, and the server makes its socket again when it is asked.
func TestTheSocketIsRemoved(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	all, err := f.l.Observe(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(f.opts.Socket); err != nil {
		t.Fatal(err)
	}
	if now, err := f.l.Observe(testContext(t)); err == nil && len(now) == 0 {
		t.Error("Observe without a socket knows of no session; want the session, or an error")
	}
	f.until("the socket is back", func() bool {
		again, err := f.l.Observe(testContext(t))
		return err == nil && again[f.spec.Session].PID == all[f.spec.Session].PID
	})
	o := all[f.spec.Session]
	if running, err := New(f.opts).Running(o.PID, o.Started); !running || err != nil {
		t.Errorf("a launcher that does not know the server says of the process: %v, %v", running, err)
	}
}

// plainSpec is a session that needs no fake agent.
func plainSpec(t *testing.T, opts Options, dir string, argv ...string) launcher.Spec {
	t.Helper()
	generation := "plain" + strings.ReplaceAll(filepath.Base(filepath.Dir(opts.Socket)), ".", "")
	return launcher.Spec{
		Ref: launcher.Ref{Session: "acme-plain", Generation: generation}, Agent: "a", Owner: "o",
		Argv: argv, Env: []string{"PATH=" + os.Getenv("PATH"), "PAWL_GENERATION=" + generation}, Dir: dir, Log: filepath.Join(filepath.Dir(opts.Socket), "a.log"),
	}
}

// tmux would run what stands in #( ), and takes a last semicolon for the end of
// a command.
func TestAFoldersNameIsNoCommand(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"semi;", "job#(kill -9 $PPID)", "#{pid} %H 'q' \"d\""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := testOptions(t)
			dir := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			l := New(opts)
			spec := plainSpec(t, opts, dir, "sh", "-c", "pwd; exec sleep 1000")
			if err := l.Start(testContext(t), spec); err != nil {
				t.Fatal(err)
			}
			waitFor(t, "the program in its folder", func() bool {
				lines, err := l.Capture(testContext(t), spec.Ref, 10)
				return err == nil && strings.Contains(strings.Join(lines, ""), name)
			})
		})
	}
}

// A server that hangs while a session is started does not cost the session.
func TestTheServerHangsDuringAStart(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	spec := plainSpec(t, f.opts, "/", "sleep", "1000")
	file, err := saveOrder(f.opts.Runtime, spec.Generation, order{Version: orderVersion, Program: "/bin/sleep", Argv: spec.Argv, Env: spec.Env, Dir: "/"})
	if err != nil {
		t.Fatal(err)
	}
	server := f.server()
	f.signal(server, syscall.SIGSTOP)
	ctx, cancel := context.WithTimeout(testContext(t), 300*time.Millisecond)
	defer cancel()
	begun, err := f.l.begin(ctx, spec, pane{}, starting{self: f.opts.Self, file: file})
	f.signal(server, syscall.SIGCONT)
	if !begun || err == nil {
		t.Errorf("begun %v, %v; the call may yet be obeyed", begun, err)
	}
	f.until("the session comes up", func() bool {
		all, err := f.l.Observe(testContext(t))
		return err == nil && all[spec.Session].Alive
	})
}

// An upgrade may replace the program under a running coordinator.
func TestOurOwnProgramIsGone(t *testing.T) {
	t.Parallel()
	opts := testOptions(t)
	self := filepath.Join(filepath.Dir(opts.Socket), "gone")
	opts.Self = []string{self, "pane"}
	l := New(opts)
	spec := plainSpec(t, opts, "/", "sleep", "1000")
	if err := l.Start(testContext(t), spec); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the session", func() bool {
		all, err := l.Observe(testContext(t))
		return err == nil && all[spec.Session].Alive && all[spec.Session].Program == "sleep"
	})
}

func TestTheScribeIsKilled(t *testing.T) {
	t.Parallel()
	f := newFake(t, "--alternate=false")
	out, err := exec.Command("pkill", "-9", "-f", "pane scribe.*"+f.opts.Socket).CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	f.order("paint") // tmux hears of it when it has something to hand on
	waitFor(t, "its end", func() bool { return strings.Contains(f.tmux("list-panes", "-a", "-F", "pipe=#{pane_pipe}"), "pipe=0") })
	f.until("another one reads", func() bool {
		if _, err := f.l.Observe(testContext(t)); err != nil {
			t.Fatal(err)
		}
		return strings.Contains(f.tmux("list-panes", "-a", "-F", "pipe=#{pane_pipe}"), "pipe=1")
	})
	f.must(f.send("w1", "w1 hello after the scribe"))
	f.until("it writes", func() bool {
		log, err := os.ReadFile(f.spec.Log)
		return err == nil && strings.Contains(string(log), "hello after the scribe")
	})
}

// A burst of lines that scrolls by between two looks is in the readable log.
func TestTheLogOfABurst(t *testing.T) {
	t.Parallel()
	opts := testOptions(t)
	spec := plainSpec(t, opts, "/", "sh", "-c", `printf '\033[2J\033[Hhello\n'; sleep 0.3; i=0; while [ $i -lt 300 ]; do echo "line $i of it"; i=$((i+1)); done; sleep 1000`)
	if err := New(opts).Start(testContext(t), spec); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "all 300 lines", func() bool {
		text, err := os.ReadFile(spec.Log)
		return err == nil && strings.Count(string(text), "line ") == 300
	})
}

// A chain of commands that is refused half way leaves nothing behind.
func TestAStartThatIsRefusedHalfWay(t *testing.T) {
	t.Parallel()
	opts := testOptions(t)
	real, err := exec.LookPath("tmux")
	if err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "tmux")
	script := "#!/bin/bash\nfor a; do shift; [ \"$a\" = remain-on-exit ] && a=no-such-option; set -- \"$@\" \"$a\"; done\nexec " + real + " \"$@\"\n"
	if err := os.WriteFile(old, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	spec := plainSpec(t, opts, "/", "sleep", "1000")
	mine := opts
	mine.Tmux = old
	if err := New(mine).Start(testContext(t), spec); err == nil || !strings.Contains(err.Error(), "no-such-option") {
		t.Fatalf("Start with a tmux that lacks an option: %v", err)
	}
	if err := New(opts).Start(testContext(t), spec); err != nil {
		t.Errorf("afterwards, with one that has it: %v", err)
	}
}

func TestALineForAPaneThatDied(t *testing.T) {
	t.Parallel()
	opts := testOptions(t)
	l := New(opts)
	spec := plainSpec(t, opts, "/", "sleep", "1000")
	if err := l.Start(testContext(t), spec); err != nil {
		t.Fatal(err)
	}
	p, err := l.find(testContext(t), spec.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Stop(testContext(t), spec.Ref, 0); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "its end", func() bool {
		_, err := l.find(testContext(t), spec.Ref)
		return errors.Is(err, launcher.ErrGone)
	})
	if err := l.line(testContext(t), p, launcher.Message{ID: "w1", Text: "x"}); !errors.Is(err, launcher.ErrGone) {
		t.Errorf("a line for it: %v, want that it is gone", err)
	}
}

// What a person does at the worst moment.
func TestAtTheWorstMoment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		first []string // orders before anything is typed
		when  delivery.Stroke
		order string
	}{
		{"words between look and paste", nil, delivery.Paste, "type rm -rf"},
		{"words between look and key", nil, delivery.Submit, "type rm -rf"},
		{"a dialog between look and paste", nil, delivery.Paste, "dialog"},
		{"a dialog between look and key", nil, delivery.Submit, "dialog"},
		{"words beside a folded paste", []string{"fold"}, delivery.Submit, "type rm -rf"},
		{"words after a key that was swallowed", []string{"swallow 1"}, delivery.Look, "type rm -rf"},
		{"a dialog after a key that was swallowed", []string{"swallow 1"}, delivery.Look, "dialog"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			for _, order := range c.first {
				f.order(order)
			}
			pressed := false
			f.l.step = func(s delivery.Stroke) {
				pressed = pressed || s == delivery.Submit
				if s == c.when && (s != delivery.Look || pressed) {
					f.l.step = nil
					f.order(c.order)
				}
			}
			ctx, cancel := context.WithTimeout(testContext(t), 5*time.Second)
			defer cancel()
			m := launcher.Message{ID: "w1", Text: long(), Reader: f.reader}
			if err := f.l.Send(ctx, f.spec.Ref, m); err == nil {
				t.Error("Send says that it was taken")
			}
			f.wantTold()
			f.order("nodialog")
			f.clear("rm -rf")
			f.until("the rest of it", func() bool { return f.reading().Composer.Found })
			f.must(f.l.Send(testContext(t), f.spec.Ref, m))
			f.wantTold(long())
			f.wantNoAnswer()
		})
	}
}

// clear takes a person's words away again, as the person would.
func (f *fake) clear(words string) {
	f.Helper()
	if !strings.HasSuffix(f.reading().Composer.Text, words) {
		return
	}
	for range words {
		f.tmux("send-keys", "-t", "=acme-builder:", "BSpace")
	}
	f.until("the words are gone", func() bool { return !strings.HasSuffix(f.reading().Composer.Text, words) })
}

// A wake that was overtaken while it lay in the input line goes first: nothing
// is typed behind it, and it is no person's text.
func TestAnEarlierWakeLiesInTheLine(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.l.step = func(s delivery.Stroke) {
		if s == delivery.Submit {
			f.order("dialog")
		}
	}
	if err := f.send("w0123456789ab", wake); err == nil {
		t.Fatal("Send says that it was taken")
	}
	f.l.step = nil
	f.order("nodialog")
	f.until("the line", func() bool { return f.reading().Composer.Found })
	all, err := f.l.Observe(testContext(t))
	if err != nil || all[f.spec.Session].Lying != wake || all[f.spec.Session].Marks[0].Begun.IsZero() {
		t.Errorf("observed %+v, %v; want that the wake lies there", all[f.spec.Session], err)
	}
	next := "wba9876543210 claim(other) 1234567. Pull origin and take your turn."
	f.must(f.send("wba9876543210", next))
	f.wantTold(wake, next)
	f.wantMark("w0123456789ab")
	f.wantMark("wba9876543210")
}
