package process

import (
	"context"
	"fmt"
	"time"

	"pawl/loop/launcher"
)

// forgetLimit is longer than a keeper needs to tidy up after its agent.
const forgetLimit = 10 * time.Second

// Forget removes what is kept about a session that has ended, and kills what a
// lost one left behind. It waits for a keeper that is still tidying up. Its log
// stays. Forgetting what is not there is no error; a session that runs is one.
func (l *Launcher) Forget(ctx context.Context, ref launcher.Ref) error {
	s, c, err := l.settled(ctx, ref.Session)
	if err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	if c == absent {
		return nil
	}
	if err := forgettable(ref, s, c); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, forgetLimit)
	defer cancel()
	lock, err := awaitLock(ctx, l.layout.lock(ref.Session), func() (bool, error) { return false, nil })
	if err != nil {
		return fmt.Errorf("forget session %q: %w", ref.Session, err)
	}
	err = l.forgetLocked(ctx, ref)
	if closeErr := lock.Close(); err == nil {
		err = closeErr
	}
	return err
}

// forgetLocked looks again: another may have started a successor meanwhile.
func (l *Launcher) forgetLocked(ctx context.Context, ref launcher.Ref) error {
	s, c, err := l.find(ref.Session)
	if err != nil || c == absent {
		return err
	}
	if err := forgettable(ref, s, c); err != nil {
		return err
	}
	if err := l.remove(ctx, s.kin(), ref.Session); err != nil {
		return fmt.Errorf("forget session %q: %w", ref.Session, err)
	}
	return nil
}

func forgettable(ref launcher.Ref, s *state, c condition) error {
	if s.Generation != ref.Generation {
		return errOther(ref, s)
	}
	if c == running || c == closing {
		return fmt.Errorf("forget session %q: it is running; stop it first", ref.Session)
	}
	return nil
}
