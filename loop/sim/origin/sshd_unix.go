//go:build linux || darwin

package origin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"pawl/loop/launcher/proc"
)

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
