//go:build linux || darwin

package origin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"

	"pawl/loop/launcher/proc"
)

// inOwnGroup gives a process a session, and so a group, of its own: it has no
// terminal to ask on, and its helpers end with it.
func inOwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return signalGroup(cmd, syscall.SIGTERM) }
	cmd.WaitDelay = waitDelay
}

// endGroup kills what is left of a process's group.
func endGroup(cmd *exec.Cmd) error { return signalGroup(cmd, syscall.SIGKILL) }

func signalGroup(cmd *exec.Cmd, sig syscall.Signal) error {
	if cmd.Process == nil {
		return nil
	}
	if err := syscall.Kill(-cmd.Process.Pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal the group of process %d: %w", cmd.Process.Pid, err)
	}
	return nil
}

// sweep ends the processes that have the mark in their environment: sshd starts
// each command in a session of its own.
func sweep(ctx context.Context, mark string) error {
	_, err := proc.Kin{Generation: mark}.Sweep(ctx)
	return err
}

// socketPair is a connection with both its ends: one for us, and one that a child
// inherits.
func socketPair() (ours net.Conn, its *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("make a pair of sockets: %w", err)
	}
	near, its := os.NewFile(uintptr(fds[0]), "near"), os.NewFile(uintptr(fds[1]), "far")
	ours, err = net.FileConn(near)
	if err = errors.Join(err, near.Close()); err != nil {
		return nil, nil, errors.Join(err, its.Close())
	}
	return ours, its, nil
}
