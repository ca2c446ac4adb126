// Package system holds the calls to the operating system that Windows lacks or has
// otherwise: groups of processes, locks and owners of files, pipes and terminals that
// are looked into. Everything else in the tree is written once for all systems.
package system

import (
	"errors"
	"os/exec"
	"syscall"
)

// ErrLocked says that somebody else has a lock.
var ErrLocked = errors.New("locked by another process")

// EndGroup asks a child's process group to end. A child that was not started, and
// a group that is gone, are no errors.
func EndGroup(cmd *exec.Cmd) error { return signalChild(cmd, syscall.SIGTERM) }

// KillGroup ends a child's process group at once, as EndGroup does.
func KillGroup(cmd *exec.Cmd) error { return signalChild(cmd, syscall.SIGKILL) }

func signalChild(cmd *exec.Cmd, sig syscall.Signal) error {
	if cmd.Process == nil {
		return nil
	}
	return SignalGroup(cmd.Process.Pid, sig)
}
