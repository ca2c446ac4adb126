//go:build linux || darwin

package realcli

import (
	"bytes"
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

	"pawl/handoff/system"
)

// pane is a terminal in a tmux server of its own.
type pane struct {
	t      *testing.T
	socket string
	tty    string
	pid    int
}

// look is what a pane shows, and what its program has not read.
type look struct {
	at     time.Time
	title  string
	rows   []string
	unread int
}

// openPane runs a program in a terminal of 120 columns and 40 rows.
func openPane(t *testing.T, dir string, env, argv []string) *pane {
	t.Helper()
	folder, err := os.MkdirTemp("", "pawl-tmux-")
	if err != nil {
		t.Fatal(err)
	}
	p := &pane{t: t, socket: filepath.Join(folder, "s")}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(p.end)
	// The server and the last words of a program that ends at once are kept, and
	// env takes away what tmux adds to the environment.
	start := []string{
		"set-option", "-g", "exit-empty", "off", ";", "set-option", "-g", "remain-on-exit", "on", ";",
		"new-session", "-d", "-s", "x", "-x", "120", "-y", "40", "-c", dir, "--", "env", "-i",
	}
	p.tmux("", append(append(start, env...), argv...)...)
	where := strings.Fields(p.tmux("", "display-message", "-p", "-t", "x", "#{pane_tty} #{pane_pid}"))
	p.tty = where[0]
	if p.pid, err = strconv.Atoi(where[1]); err != nil {
		t.Fatal(err)
	}
	return p
}

// end ends the server with the program, and waits until that is gone.
func (p *pane) end() {
	p.tmux("", "kill-server")
	if p.pid == 0 {
		return
	}
	err := syscall.Kill(-p.pid, syscall.SIGKILL)
	for deadline := time.Now().Add(10 * time.Second); err == nil && time.Now().Before(deadline); err = syscall.Kill(-p.pid, 0) {
		time.Sleep(10 * time.Millisecond)
	}
	if !errors.Is(err, syscall.ESRCH) {
		p.t.Errorf("process group %d is still there: %v", p.pid, err)
	}
}

// tmux calls the server once.
func (p *pane) tmux(stdin string, args ...string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-u", "-f", "/dev/null", "-S", p.socket}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TERM=xterm-256color"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	cmd.Stdin = strings.NewReader(stdin)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		p.t.Fatalf("tmux %s: %v: %s", args[0], err, complaint.String())
	}
	return out.String()
}

// look looks once.
func (p *pane) look() look {
	p.t.Helper()
	out := p.tmux("", "display-message", "-p", "-t", "x", "#{pane_title}", ";", "capture-pane", "-p", "-t", "x")
	l := look{at: time.Now(), unread: p.unread()}
	title, screen, _ := strings.Cut(out, "\n")
	l.title, l.rows = title, strings.Split(strings.TrimRight(screen, "\n"), "\n")
	return l
}

// unread is how many bytes wait in the terminal for the program.
func (p *pane) unread() int {
	p.t.Helper()
	n, err := system.UnreadOn(p.tty)
	if err != nil {
		p.t.Fatal(fmt.Errorf("ask %s what is unread: %w", p.tty, err))
	}
	return n
}

// paste puts text into the terminal, in brackets where the program wants them.
func (p *pane) paste(text string) {
	p.t.Helper()
	p.tmux(text, "load-buffer", "-b", "wake", "-", ";", "paste-buffer", "-p", "-r", "-d", "-b", "wake", "-t", "x")
}

// press presses a key.
func (p *pane) press(key string) {
	p.t.Helper()
	p.tmux("", "send-keys", "-t", "x", key)
}

// until looks until something is so, and fails the test after a time.
func (p *pane) until(what string, within time.Duration, so func(look) bool) {
	p.t.Helper()
	deadline := time.Now().Add(within)
	for {
		l := p.look()
		if so(l) {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s: not within %v; title %q, unread %d, screen:\n%s", what, within, l.title, l.unread, strings.Join(l.rows, "\n"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}
