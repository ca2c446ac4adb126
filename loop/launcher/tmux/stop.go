package tmux

import (
	"context"
	"errors"
	"syscall"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher"
	"pawl/loop/launcher/proc"
)

// Stop asks a session to end: its stop keys now and TERM a little later, or
// TERM now where it has none. A process of its own sends KILL after the
// deadline, whatever becomes of us.
func (l *Launcher) Stop(ctx context.Context, ref launcher.Ref, deadline time.Duration) error {
	p, err := l.known(ctx, ref)
	if err != nil {
		return err
	}
	if p.ended() {
		if _, err := leader(p).Sweep(ctx); err != nil {
			return err
		}
		return errGone(ref, "has ended")
	}
	if deadline <= 0 {
		return kill(p)
	}
	if !l.first(p, deadline) {
		return nil
	}
	if len(p.stopKeys) == 0 {
		err = terminate(p.identity)
	}
	return errors.Join(err, l.reaper(ctx, p, deadline))
}

// first says whether no stop with such a deadline, or a shorter one, is under
// way by our doing: a stop is repeated with each pass.
func (l *Launcher) first(p pane, deadline time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := time.Now().Add(deadline)
	due, known := l.stops[p.Generation]
	if known && !at.Before(due.Add(-deadlineSlack)) {
		return false
	}
	l.stops[p.Generation] = at
	return true
}

// deadlineSlack is how much sooner a repeated stop must be to be another one.
const deadlineSlack = 100 * time.Millisecond

// terminate sends TERM to a leader's process group, and wakes it should it be
// halted.
func terminate(leader proc.Identity) error {
	return errors.Join(signalGroup(leader, syscall.SIGTERM), signalGroup(leader, system.SIGCONT))
}

func kill(p pane) error {
	_, err := leader(p).Signal(syscall.SIGKILL)
	return errors.Join(signalGroup(p.identity, syscall.SIGKILL), err)
}

// signalGroup signals the group that the agent leads: it began as the leader of
// its terminal's session.
func signalGroup(leader proc.Identity, sig syscall.Signal) error {
	there, err := leader.Alive()
	if err != nil || !there {
		return err
	}
	return system.SignalGroup(leader.PID, sig)
}
