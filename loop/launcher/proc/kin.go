// Package proc finds, verifies and ends the processes of a session. A pid alone
// proves nothing: nothing is signalled that could not be verified to belong.
package proc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// Kin tells which processes belong to a session.
type Kin struct {
	Generation string
	Leader     Identity
	// session is the id of the terminal session that keeper and agent are in.
	// It is only set by the keeper, while it lives: then no other can have it.
	Session int
}

// Signal sends a signal to all that still belong, and returns how many those
// are. Each is held before it is verified, so that the pid cannot pass to
// another process in between.
func (k Kin) Signal(sig syscall.Signal) (int, error) {
	pids, err := k.find()
	if err != nil {
		return 0, err
	}
	left := 0
	var errs []error
	for _, pid := range pids {
		p, err := os.FindProcess(pid)
		if err != nil {
			continue
		}
		belongs, err := k.has(pid)
		if belongs && err == nil {
			left++
			err = p.Signal(sig)
			if errors.Is(err, os.ErrProcessDone) {
				err = nil
			}
		}
		errs = append(errs, err, p.Release())
	}
	return left, errors.Join(errs...)
}

// Sweep kills what is left of a session whose keeper is dead, and returns how
// many processes those were once none of them is there any more.
func (k Kin) Sweep(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	killed := 0
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		left, err := k.Signal(syscall.SIGKILL)
		if err != nil {
			return killed, fmt.Errorf("end what generation %q left behind: %w", k.Generation, err)
		}
		if left == 0 {
			return killed, nil
		}
		killed = max(killed, left)
		if err := Pause(ctx, wait); err != nil {
			return killed, fmt.Errorf("generation %q left %d processes behind that do not end: %w", k.Generation, left, err)
		}
	}
}
