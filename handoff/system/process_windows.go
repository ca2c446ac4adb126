package system

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// Signals that Windows has no numbers for, and never sends.
const (
	SIGCONT  = syscall.Signal(0x100)
	SIGTSTP  = syscall.Signal(0x101)
	SIGUSR1  = syscall.Signal(0x102)
	SIGWINCH = syscall.Signal(0x103)
	SIGSTOP  = syscall.Signal(0x104)
)

// OwnSession gives a child that is to be started a group of its own, without a
// window to ask in.
func OwnSession(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_NO_WINDOW}
}

// OwnGroup gives a child that is to be started a group of its own: Ctrl-C does not
// reach it.
func OwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

// SignalGroup ends the leader of a group, whichever of TERM and KILL it is told:
// what the leader started is not ended. Other signals are not possible.
func SignalGroup(leader int, sig syscall.Signal) error {
	if !GroupRuns(leader) {
		return nil
	}
	return Signal(leader, sig)
}

// GroupRuns says that a process runs.
func GroupRuns(leader int) bool { return Signal(leader, 0) == nil }

// Signal ends one process, whichever of TERM and KILL it is told; 0 says whether it
// is there.
func Signal(pid int, sig syscall.Signal) error {
	p, err := os.FindProcess(pid)
	switch {
	case err != nil || sig == 0:
	case sig == syscall.SIGTERM || sig == syscall.SIGKILL:
		err = p.Kill()
	default:
		err = errMissing
	}
	if p == nil {
		return err
	}
	return errors.Join(err, p.Release())
}

// SuspendGroup is not possible.
func SuspendGroup() error { return errMissing }

// SignalName is a signal's name: nothing is ended by one here.
func SignalName(sig syscall.Signal) string { return sig.String() }

// EndedBy is the signal that ended a process: none.
func EndedBy(any) syscall.Signal { return 0 }

// OwnSessionID is not possible.
func OwnSessionID() (int, error) { return 0, errMissing }

// CloseOnExec does nothing: handles are inherited only where that is asked for.
func CloseOnExec(int) {}

// Become is not possible.
func Become(string, []string, []string) error { return errMissing }
