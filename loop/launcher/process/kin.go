//go:build linux || darwin

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// kin tells which processes belong to a session.
type kin struct {
	generation string
	leader     identity
	// session is the id of the terminal session that keeper and agent are in.
	// It is only set by the keeper, while it lives: then no other can have it.
	session int
}

// signal sends a signal to all that still belong, and returns how many those
// are. Each is held before it is verified, so that the pid cannot pass to
// another process in between.
func (k kin) signal(sig syscall.Signal) (int, error) {
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

// sweep kills what is left of a session whose keeper is dead, and returns how
// many processes those were once none of them is there any more.
func (k kin) sweep(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	killed := 0
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		left, err := k.signal(syscall.SIGKILL)
		if err != nil {
			return killed, fmt.Errorf("end what generation %q left behind: %w", k.generation, err)
		}
		if left == 0 {
			return killed, nil
		}
		killed = max(killed, left)
		if err := pause(ctx, wait); err != nil {
			return killed, fmt.Errorf("generation %q left %d processes behind that do not end: %w", k.generation, left, err)
		}
	}
}
