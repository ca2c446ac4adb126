package tmux

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"pawl/loop/launcher/proc"
)

// How long what an agent leaves behind may go on: until TERM, until KILL, and
// until it is given up (a process that hangs in the kernel cannot be ended).
const (
	leftoverGrace = 250 * time.Millisecond
	leftoverTerm  = time.Second
	leftoverKill  = 5 * time.Second
)

// tidy ends what an agent left behind.
func tidy(ctx context.Context, kin proc.Kin) error {
	if err := proc.Pause(ctx, leftoverGrace); err != nil {
		return err
	}
	left, err := kin.Signal(syscall.SIGTERM)
	if err != nil || left == 0 {
		return err
	}
	for begin := time.Now(); time.Since(begin) < leftoverKill; {
		sig := syscall.Signal(0)
		if time.Since(begin) >= leftoverTerm {
			sig = syscall.SIGKILL
		}
		if left, err = kin.Signal(sig); err != nil || left == 0 {
			return err
		}
		if err := proc.Pause(ctx, 25*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("generation %s left %d processes behind that do not end", kin.Generation, left)
}
