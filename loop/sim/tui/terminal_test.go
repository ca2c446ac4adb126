package tui

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// unreadBytes is what the program in the pane has not read from its terminal.
func unreadBytes(t *testing.T, p *pane) int {
	t.Helper()
	path := strings.TrimSpace(p.tmux("display-message", "-p", "-t", "=a:", "#{pane_tty}"))
	tty, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(tty.Fd()), fionread)
	if closed := tty.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
	return n
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func signalPane(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}
