package tui

import (
	"strconv"
	"strings"
	"syscall"
	"testing"

	"pawl/handoff/system"
)

// unreadBytes is what the program in the pane has not read from its terminal.
func unreadBytes(t *testing.T, p *pane) int {
	t.Helper()
	path := strings.TrimSpace(p.tmux("display-message", "-p", "-t", "=a:", "#{pane_tty}"))
	n, err := system.UnreadOn(path)
	if err != nil {
		t.Fatal(err)
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
	if err := system.Signal(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}
