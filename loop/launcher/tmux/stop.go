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
	if l.underWay(ref.Generation, deadline) {
		return nil // a stop is repeated with each pass; for hundreds of sessions that would be as many calls of tmux
	}
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
	if len(p.stopKeys) == 0 {
		err = terminate(p.identity)
	}
	if err = errors.Join(err, l.reaper(ctx, p, deadline)); err == nil {
		l.noteStop(p.Generation, deadline)
	}
	return err
}

// underWay says that a stop with such a deadline, or a shorter one, is under way by
// our doing, and its time is not up.
func (l *Launcher) underWay(generation string, deadline time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	due, known := l.stops[generation]
	return known && deadline > 0 && time.Now().Before(due) && !time.Now().Add(deadline).Before(due.Add(-deadlineSlack))
}

// noteStop notes a stop that is under way by our doing from now on.
func (l *Launcher) noteStop(generation string, deadline time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stops[generation] = time.Now().Add(deadline)
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
