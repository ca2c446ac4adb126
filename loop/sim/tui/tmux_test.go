package tui

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"pawl/loop/launcher/proc"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "fake-agent" {
		os.Exit(Main(os.Args[2:], os.Environ(), os.Stdin, os.Stderr))
	}
	os.Exit(m.Run())
}

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// pane is a fake agent in a tmux server of its own.
type pane struct {
	t               *testing.T
	socket          string
	generation      string
	record, control string
}

// startPane runs the program in a pane of that size. The test has its files in a
// folder with a short name, as sockets need one.
func startPane(t *testing.T, columns, rows int, args ...string) *pane {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("PAWL_TEST_ALL") == "1" {
			t.Fatal("tmux is not on PATH, and PAWL_TEST_ALL=1 wants every test to run")
		}
		t.Skip("tmux is not on PATH")
	}
	dir, err := os.MkdirTemp("", "tui")
	if err != nil {
		t.Fatal(err)
	}
	// A launcher ends every process of a generation that it tidies away: no other
	// test on this machine may use the same name.
	p := &pane{t, filepath.Join(dir, "s"), filepath.Base(dir), filepath.Join(dir, "record"), filepath.Join(dir, "control")}
	t.Cleanup(func() {
		p.tmux("kill-server")
		// The program writes down how it ended, in the folder that is removed.
		p.until("its end", func() bool {
			left, err := proc.Kin{Generation: p.generation}.Signal(0)
			return left == 0 && err == nil
		})
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := append([]string{"env", "PAWL_AGENT=builder", "PAWL_GENERATION=" + p.generation, EnvRecord + "=" + p.record, EnvControl + "=" + p.control, self, "fake-agent"}, args...)
	p.tmux(append([]string{"-f", "/dev/null", "new-session", "-d", "-s", "a", "-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows), ";",
		"set-option", "-g", "remain-on-exit", "on", ";", "set-option", "-g", "status", "off", ";", "respawn-pane", "-k", "-t", "=a:"}, command...)...)
	p.until("the input line", func() bool { return strings.Contains(p.screen(), "\n>") })
	return p
}

func (p *pane) tmux(args ...string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "tmux", append([]string{"-S", p.socket}, args...)...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("tmux %q: %v: %s", args, err, out)
	}
	return string(out)
}

func (p *pane) keys(keys ...string) { p.tmux(append([]string{"send-keys", "-t", "=a:"}, keys...)...) }

func (p *pane) paste(text string) {
	p.t.Helper()
	path := p.control + ".paste"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.tmux("load-buffer", path, ";", "paste-buffer", "-p", "-d", "-t", "=a:")
}

// tell gives an order and waits until it is obeyed.
func (p *pane) tell(line string) {
	p.t.Helper()
	if err := Tell(p.control, line); err != nil {
		p.t.Fatal(err)
	}
	p.recorded("the order "+line, func(e Entry) bool { return e.Order == line })
}

func (p *pane) screen() string { return p.tmux("capture-pane", "-p", "-t", "=a:") }

// composer is what the input line shows, rows joined, read between its rules.
func (p *pane) composer() string {
	parts := strings.Split(p.screen(), "\n──")
	if len(parts) < 3 {
		return "no input line"
	}
	_, rows, _ := strings.Cut(parts[len(parts)-2], "\n")
	var text strings.Builder
	for row := range strings.Lines(rows) {
		text.WriteString(strings.TrimRight(row, "\n")[2:])
	}
	if text.String() == placeholder {
		return ""
	}
	return text.String()
}

func (p *pane) entries() []Entry {
	p.t.Helper()
	entries, err := ReadRecord(p.record)
	if err != nil {
		p.t.Fatal(err)
	}
	return entries
}

func (p *pane) until(what string, so func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("%s did not come; record %+v; screen:\n%s", what, p.entries(), p.screen())
		}
	}
}

func (p *pane) shows(text string) {
	p.t.Helper()
	p.until("on the screen "+strconv.Quote(text), func() bool { return strings.Contains(p.screen(), text) })
}

func (p *pane) holds(text string) {
	p.t.Helper()
	p.until("in the input line "+strconv.Quote(text), func() bool { return p.composer() == text })
}

func (p *pane) recorded(what string, is func(Entry) bool) Entry {
	p.t.Helper()
	var found Entry
	p.until(what, func() bool {
		for _, e := range p.entries() {
			if is(e) {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

func (p *pane) took(text string) Entry {
	p.t.Helper()
	return p.recorded("the prompt "+text, func(e Entry) bool { return e.Text == text })
}
