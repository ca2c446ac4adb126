//go:build linux || darwin

package tmux

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pawl/loop/launcher"
)

// server is the pid of the tmux server.
func (f *fake) server() int {
	f.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(f.tmux("display-message", "-p", "#{pid}")))
	if err != nil {
		f.Fatal(err)
	}
	return pid
}

func (f *fake) signal(pid int, sig syscall.Signal) {
	f.Helper()
	if err := syscall.Kill(pid, sig); err != nil {
		f.Fatal(err)
	}
}

// next starts the agent's next generation.
func (f *fake) next(flags ...string) {
	f.Helper()
	f.spec.Generation += "b"
	f.spec.Env[len(f.spec.Env)-1] = "PAWL_GENERATION=" + f.spec.Generation
	f.spec.Argv = append(f.spec.Argv, flags...)
	f.start()
}

func TestTheServerDies(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.signal(f.server(), syscall.SIGKILL)
	f.until("an empty server", func() bool {
		all, err := f.l.Observe(testContext(t))
		return err == nil && len(all) == 0
	})
	if err := f.send("w1", wake); !errors.Is(err, launcher.ErrGone) {
		t.Errorf("Send: %v, want that it is gone", err)
	}
	left := leader(pane{meta: meta{Ref: f.spec.Ref}})
	waitFor(t, "what the terminal took with it to end", func() bool {
		n, err := left.Signal(0)
		return n == 0 && err == nil
	})
	f.next()
	f.must(f.send("w1", wake))
	f.wantTold(wake)
}

// A server that does not answer says nothing about its sessions.
func TestTheServerHangs(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	server := f.server()
	f.signal(server, syscall.SIGSTOP)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if all, err := f.l.Observe(ctx); err == nil || len(all) != 0 {
		t.Errorf("Observe of a server that hangs: %v, %v", all, err)
	}
	f.signal(server, syscall.SIGCONT)
	all, err := f.l.Observe(testContext(t))
	if err != nil || !all[f.spec.Session].Alive {
		t.Errorf("afterwards: %+v, %v", all, err)
	}
}

// A server that a person uses too keeps its options, its sessions and itself.
func TestASharedServer(t *testing.T) {
	t.Parallel()
	opts := testOptions(t)
	mine := func(args ...string) string {
		out, err := exec.Command("tmux", append([]string{"-S", opts.Socket, "-f", "/dev/null"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	mine("new-session", "-d", "-s", "acme", "sleep 1000")
	mine("new-session", "-d", "-s", "acme-taken", "sleep 1000")
	options := mine("show-options", "-g") + mine("show-options", "-gw") + mine("show-options", "-s")
	l := New(opts)
	run := func(session string) (launcher.Spec, error) {
		spec := launcher.Spec{
			Ref: launcher.Ref{Session: session, Generation: "shared-" + session}, Agent: "a", Owner: "o",
			Argv: []string{"sleep", "1000"}, Env: []string{"PATH=" + os.Getenv("PATH")}, Dir: "/", Log: filepath.Join(filepath.Dir(opts.Socket), session+".log"),
		}
		return spec, l.Start(testContext(t), spec)
	}
	if _, err := run("acme-taken"); !errors.Is(err, launcher.ErrOther) || !strings.Contains(err.Error(), "which pawl did not start") {
		t.Errorf("Start under a name that a person uses: %v", err)
	}
	spec, err := run("acme-builder")
	if err != nil {
		t.Fatal(err)
	}
	if all, err := l.Observe(testContext(t)); err != nil || len(all) != 1 {
		t.Errorf("observed %+v, %v; want ours alone", all, err)
	}
	mine("rename-session", "-t", "=acme-builder:", "mine")
	if all, err := l.Observe(testContext(t)); err != nil || !all["acme-builder"].Alive {
		t.Errorf("after a person renamed it: %+v, %v", all, err)
	}
	if err := l.Stop(testContext(t), spec.Ref, 0); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "its end", func() bool { return l.Forget(testContext(t), spec.Ref) == nil })
	if got := mine("list-sessions", "-F", "#{session_name}"); got != "acme\nacme-taken\n" {
		t.Errorf("sessions left: %q", got)
	}
	if now := mine("show-options", "-g") + mine("show-options", "-gw") + mine("show-options", "-s"); now != options {
		t.Errorf("the server's options were\n%s\nand are\n%s", options, now)
	}
}

// A person who looks on sees the agent, and the next one in the same place.
func TestAttach(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	argv := f.l.Attach(f.spec.Ref)
	outer := filepath.Join(filepath.Dir(f.opts.Socket), "outer")
	tmux := func(args ...string) string {
		out, err := exec.Command("tmux", append([]string{"-S", outer, "-f", "/dev/null"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	t.Cleanup(func() { tmux("kill-server") })
	tmux(append([]string{"new-session", "-d", "-x", "100", "-y", "30"}, argv...)...)
	shows := func(text string) func() bool {
		return func() bool { return strings.Contains(tmux("capture-pane", "-p"), text) }
	}
	f.until("the agent in the person's terminal", shows("? for shortcuts"))
	f.kill()
	f.next("--model", "the-next-one")
	f.until("the next agent in the same terminal", shows("the-next-one"))
	f.must(f.send("w1", wake))
	f.wantTold(wake)
}

// What a person does with the pane of an agent that is not ours any more to
// judge: the window is split, and the agent is found all the same.
func TestASplitWindow(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.tmux("split-window", "-t", "=acme-builder:", "sleep 1000")
	f.must(f.send("w1", wake))
	f.wantTold(wake)
}

func TestTheLogsOfAScreen(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.order("quote the answer of this turn")
	f.must(f.send("w1", wake))
	var text string
	f.until("the answer in the log", func() bool {
		data, err := os.ReadFile(f.spec.Log)
		text = string(data)
		return err == nil && strings.Contains(text, "the answer of this turn")
	})
	if strings.ContainsAny(text, "\x1b\r") || strings.Count(text, "the answer of this turn") != 1 {
		t.Errorf("the readable log holds\n%q", text)
	}
	raw, err := os.ReadFile(strings.TrimSuffix(f.spec.Log, ".log") + ".raw")
	if err != nil || !strings.Contains(string(raw), "\x1b[") {
		t.Errorf("the raw log holds %d bytes, %v", len(raw), err)
	}
}

// BenchmarkObserve is the look of one pass, beside the same call of tmux by hand.
func BenchmarkObserve(b *testing.B) {
	for _, n := range []int{2, 50, 300} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			opts := testOptions(b)
			l := New(opts)
			for i := range n {
				m := meta{Ref: launcher.Ref{Session: fmt.Sprint("acme-", i), Generation: fmt.Sprint("bench-", i)}, Agent: fmt.Sprint("agent-", i), Owner: "o"}
				args := []string{"new-session", "-d", "-s", m.Session, "sleep", "1000", ";", "set-option", "-p", "-t", "=" + m.Session + ":", "@pawl", m.String()}
				if _, err := l.client.run(testContext(b), nil, args...); err != nil {
					b.Fatal(err)
				}
			}
			var bare time.Duration
			for b.Loop() {
				begin := time.Now()
				if err := exec.Command("tmux", "-S", opts.Socket, "list-panes", "-a").Run(); err != nil {
					b.Fatal(err)
				}
				bare += time.Since(begin)
				if all, err := l.Observe(testContext(b)); err != nil || len(all) != n {
					b.Fatalf("%d sessions, %v", len(all), err)
				}
			}
			per := float64(bare.Nanoseconds()) / float64(b.N)
			b.ReportMetric(per/1e6, "bare-ms")
			b.ReportMetric((float64(b.Elapsed().Nanoseconds())/float64(b.N)-per)/1e6, "observe-ms")
		})
	}
}
