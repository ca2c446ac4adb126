//go:build linux || darwin

package tmux

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/launcher"
	"pawl/loop/sim/tui"
)

// fake is a session with the fake agent.
type fake struct {
	*testing.T
	opts    Options
	l       *Launcher
	spec    launcher.Spec
	reader  *adapter.Reader
	record  string
	control string
}

const wake = "w0123456789ab claim(api) abcdef0 by builder. Pull origin and take your turn."

func newFake(t *testing.T, flags ...string) *fake {
	t.Helper()
	dir := t.TempDir() // it is removed after the server, whose scribe writes there, has ended
	opts := testOptions(t)
	f := &fake{T: t, opts: opts, l: New(opts)}
	f.record, f.control = filepath.Join(dir, "record"), filepath.Join(dir, "control")
	f.spec = launcher.Spec{
		Ref:   launcher.Ref{Session: "acme-builder", Generation: "g" + rand.Text()}, // what is left of a generation is looked for on the whole machine
		Agent: "builder", Owner: "o", Phase: "core",
		Argv: append(quick(testProgram(t), "fake", "--work", "300ms", "--record", f.record, "--control", f.control), flags...),
		Env:  []string{"PATH=" + os.Getenv("PATH"), "PAWL_AGENT=builder"},
		Dir:  dir, Log: filepath.Join(dir, "logs", "builder.log"),
	}
	f.spec.Env = append(f.spec.Env, "PAWL_GENERATION="+f.spec.Generation)
	f.reader = readerFor(t, flags)
	f.start()
	return f
}

func testProgram(t testing.TB) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

func readerFor(t *testing.T, flags []string) *adapter.Reader {
	t.Helper()
	p := tui.Profile([]string{"fake"})
	p.QueuesInput = !strings.Contains(strings.Join(flags, " "), "--queue=false")
	r, err := adapter.NewReader(p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (f *fake) start() {
	f.Helper()
	if err := f.l.Start(testContext(f), f.spec); err != nil {
		f.Fatal(err)
	}
	f.until("the input line", func() bool { return f.reading().Composer.Found })
}

func (f *fake) reading() adapter.Reading {
	f.Helper()
	_, err := f.l.Observe(testContext(f)) // as a pass does: its list says what has changed
	if err != nil {
		f.Fatal(err)
	}
	s, err := f.l.Screens(testContext(f), []launcher.Ref{f.spec.Ref})
	if err != nil {
		f.Fatal(err)
	}
	return f.reader.Read(s[f.spec.Session])
}

func (f *fake) until(what string, ok func() bool) {
	f.Helper()
	waitFor(f, what, ok)
	if f.Failed() {
		lines, err := f.l.Capture(testContext(f), f.spec.Ref, 40)
		f.Fatalf("%s%+v\nthe screen shows (%v):\n%s", f.tmux("list-panes", "-a", "-F", "dead=#{pane_dead} #{pane_dead_status} #{pane_dead_signal}"), f.entries(), err, strings.Join(lines, "\n"))
	}
}

// order tells the fake agent what to do, and waits until it has.
func (f *fake) order(line string) {
	f.Helper()
	before := len(f.orders())
	if err := tui.Tell(f.control, line); err != nil {
		f.Fatal(err)
	}
	f.until("the order "+line, func() bool { return len(f.orders()) > before })
}

func (f *fake) entries() []tui.Entry {
	f.Helper()
	entries, err := tui.ReadRecord(f.record)
	if err != nil {
		f.Fatal(err)
	}
	return entries
}

func (f *fake) orders() (done []string) {
	for _, e := range f.entries() {
		if e.Order != "" || e.Error != "" {
			done = append(done, e.Order+e.Error)
		}
	}
	return done
}

func (f *fake) told() []string { return tui.Prompts(f.entries()) }

func (f *fake) send(id, text string) error {
	return f.l.Send(testContext(f), f.spec.Ref, launcher.Message{ID: id, Text: text, Items: []string{"item-" + id}, Reader: f.reader})
}

func (f *fake) tmux(args ...string) string {
	f.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", f.opts.Socket}, args...)...).CombinedOutput()
	if err != nil {
		f.Fatalf("tmux %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// wantTold checks what reached the agent: these texts, whole, once and in order.
func (f *fake) wantTold(want ...string) {
	f.Helper()
	got := f.told()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		f.Errorf("it was told\n%q, want\n%q", got, want)
	}
}

func (f *fake) wantMark(id string) {
	f.Helper()
	all, err := f.l.Observe(testContext(f))
	if err != nil {
		f.Fatal(err)
	}
	for _, m := range all[f.spec.Session].Marks {
		if m.ID == id && !m.Drained.IsZero() && len(m.Items) == 1 && m.Items[0] == "item-"+id {
			return
		}
	}
	f.Errorf("no mark of %s: %+v", id, all[f.spec.Session].Marks)
}

func (f *fake) wantRefused(err error, why string) {
	f.Helper()
	var inTheWay errInTheWay
	if !errors.As(err, &inTheWay) || !strings.Contains(err.Error(), why) {
		f.Errorf("Send: %v, want it put off because %q", err, why)
	}
}

// find returns the live pane of a session; ErrGone and ErrOther otherwise.
func (l *Launcher) find(ctx context.Context, ref launcher.Ref) (pane, error) {
	p, err := l.known(ctx, ref)
	if err == nil && p.ended() {
		return p, errGone(ref, "has ended")
	}
	return p, err
}

// tell is a coordinator that types one message and is killed with -9 at a step
// of it: its arguments are socket, runtime folder, self, step, wake and generation.
func tell(args []string) int {
	l := New(Options{Socket: args[0], Runtime: args[1], Self: quick(args[2], "pane")})
	l.step = dieAt(args[3])
	r, err := adapter.NewReader(tui.Profile([]string{"fake"}))
	if err != nil {
		return 1
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	id, _, _ := strings.Cut(args[4], " ")
	if err := l.Send(ctx, launcher.Ref{Session: "acme-builder", Generation: args[5]}, launcher.Message{ID: id, Text: args[4], Reader: r, Items: []string{"item-" + id}}); err != nil {
		return 1
	}
	return 0
}
