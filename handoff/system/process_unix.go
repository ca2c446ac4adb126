//go:build linux || darwin

package system

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// Signals that Windows has no numbers for.
const (
	SIGCONT  = unix.SIGCONT
	SIGSTOP  = unix.SIGSTOP
	SIGTSTP  = unix.SIGTSTP
	SIGUSR1  = unix.SIGUSR1
	SIGWINCH = unix.SIGWINCH
)

// OwnSession gives a child that is to be started a session of its own: it has no
// terminal to ask on, and its process group holds what it starts.
func OwnSession(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// OwnGroup gives a child that is to be started a process group of its own, in our
// session.
func OwnGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// SignalGroup signals all processes of a group, which has its leader's pid. A group
// that is gone is no error.
func SignalGroup(leader int, sig syscall.Signal) error {
	if leader <= 1 {
		return fmt.Errorf("process group %d is not one of ours", leader) // kill(2): 0 is our own, -1 everybody
	}
	if err := syscall.Kill(-leader, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal %s to process group %d: %w", SignalName(sig), leader, err)
	}
	return nil
}

// GroupRuns says that a process group has a process, be it a zombie.
func GroupRuns(leader int) bool { return leader > 1 && syscall.Kill(-leader, 0) == nil }

// Signal signals one process.
func Signal(pid int, sig syscall.Signal) error { return syscall.Kill(pid, sig) }

// SuspendGroup halts our own process group, as Ctrl-Z does.
func SuspendGroup() error { return syscall.Kill(0, SIGTSTP) }

// SignalName is a signal's name as in SIGTERM; "" where it has none.
func SignalName(sig syscall.Signal) string { return unix.SignalName(sig) }

// EndedBy is the signal that ended a process; 0 when none did.
func EndedBy(status any) syscall.Signal {
	if ws, ok := status.(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal()
	}
	return 0
}

// OwnSessionID is the id of the session that we are in.
func OwnSessionID() (int, error) { return unix.Getsid(0) }

// CloseOnExec keeps a file descriptor from what we start.
func CloseOnExec(fd int) { syscall.CloseOnExec(fd) }

// Become turns this process into another program. It returns only with an error.
func Become(program string, argv, env []string) error { return syscall.Exec(program, argv, env) }
