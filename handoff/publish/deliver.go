package publish

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"pawl/handoff"
)

const (
	mostRebases = 12 // how often main may move under us
	mostTries   = 5  // how often a push is tried that fails although main stands still
	maxPause    = 2 * time.Second
)

// delivery is a signal on its way.
type delivery struct {
	*signal
	*place
	since   string // where origin's branch stood at first
	rebases int
	tries   int // pushes that failed since the branch moved last
}

// deliver pushes a signal, on top of what came to origin's branch meanwhile.
func (c *Clone) deliver(ctx context.Context, d *delivery) (Result, error) {
	for {
		if err := c.catchUp(ctx, d); err != nil {
			return Result{}, c.undo(ctx, d.place, err)
		}
		failed := c.push(ctx, d.now)
		if failed == nil {
			return c.result(d, d.now), nil
		}
		landed, err := c.outcome(ctx, d, failed)
		var kept *KeptError
		switch {
		case landed != "":
			return c.result(d, landed), nil
		case errors.As(err, &kept):
			return Result{}, err
		case err == nil:
			err = pause(ctx, d.rebases+d.tries)
		}
		if err != nil {
			return Result{}, c.undo(ctx, d.place, err)
		}
	}
}

// catchUp puts the signal on top of what is known of origin's branch.
func (c *Clone) catchUp(ctx context.Context, d *delivery) error {
	behind, err := c.behind(ctx, d.place)
	if err != nil || !behind {
		return err
	}
	if d.rebases == mostRebases {
		return refuse("try again", "origin's branch %s moved %d times while this was pushed; nothing was committed", c.branch, mostRebases)
	}
	d.rebases++
	return c.rebase(ctx, d.signal, d.place)
}

// outcome finds out what became of a push that failed. The signal may have landed
// all the same: the connection can be lost after it was taken. Without an error the
// push is worth trying again.
func (c *Clone) outcome(ctx context.Context, d *delivery, failed error) (landed string, err error) {
	was := c.tip
	if err := c.fetch(ctx); locked(err) {
		return c.asked(ctx, d, failed, err)
	} else if err != nil {
		return "", &KeptError{Result: c.result(d, d.now), Err: errors.Join(failed, err)}
	}
	if landed, err = c.landed(ctx, d); err != nil || landed == "" && errors.Is(failed, context.DeadlineExceeded) {
		return "", &KeptError{Result: c.result(d, d.now), Err: errors.Join(failed, err)}
	}
	if landed != "" {
		return landed, nil
	}
	if c.tip != was {
		d.tries = 0
		return "", c.recheck(ctx, d.signal)
	}
	if d.tries++; d.tries == mostTries || refused(failed) {
		return "", refuse("see what is said above; nothing was committed", "the push was refused: %v", failed)
	}
	return "", nil
}

// asked is outcome where another git has locked the clone, so that origin's branch
// cannot be fetched: where it stands tells as much, unless it moved.
func (c *Clone) asked(ctx context.Context, d *delivery, failed, lock error) (landed string, err error) {
	tip, err := c.remoteTip(ctx)
	switch {
	case err == nil && tip == d.now:
		return d.now, nil
	case err == nil && tip == c.tip:
		return "", errors.Join(c.unreachable(lock), failed)
	}
	return "", &KeptError{Result: c.result(d, d.now), Err: errors.Join(failed, lock, err)}
}

func (c *Clone) result(d *delivery, commit string) Result {
	return Result{
		Commit: commit, Subject: d.subject(), Gate: d.Gate, Verdict: d.Verdict, Reviewed: d.reviewed, PawlID: d.id,
		Remote: c.remote, Branch: c.branch, Rebased: d.rebases > 0, Left: len(d.tree.unstaged),
	}
}

// behind says that origin's branch has what the signal does not stand on.
func (c *Clone) behind(ctx context.Context, at *place) (bool, error) {
	if c.tip == "" {
		return false, nil
	}
	on, err := c.contains(ctx, at.now, c.tip)
	return !on, err
}

// push pushes one commit, never by force.
func (c *Clone) push(ctx context.Context, commit string) error {
	_, err := c.git.run(ctx, call{limit: hooked, args: []string{
		"push", "--quiet", "--no-follow-tags", "--recurse-submodules=no", "--", c.remote, commit + ":refs/heads/" + c.branch,
	}})
	return err
}

// refused says that a push was turned down by a hook or a rule, so that trying it
// again leads nowhere. What git ends with code 128 is trouble with the connection,
// and a lock is somebody else's push that is about to end.
func refused(err error) bool {
	var failed *gitError
	if !errors.As(err, &failed) || failed.code != 1 {
		return false
	}
	return !strings.Contains(failed.said, "lock") && !strings.Contains(failed.said, "failed to update ref") &&
		!strings.Contains(failed.said, "non-fast-forward") && !strings.Contains(failed.said, "fetch first")
}

// landed is the commit on origin's branch that carries the signal; "" if none does.
// It goes by the Pawl-Id: somebody may have rewritten the branch since.
func (c *Clone) landed(ctx context.Context, d *delivery) (string, error) {
	if c.tip == "" {
		return "", nil
	}
	args := []string{"log", "--max-count=1", "--format=%H", "--fixed-strings", "--grep=Pawl-Id: " + d.id, c.tip}
	return c.git.run(ctx, call{limit: reading, args: append(args, without(d.since)...)})
}

// recheck refuses a review that a newer claim has overtaken.
func (c *Clone) recheck(ctx context.Context, s *signal) error {
	if s.rule != reviewRule {
		return nil
	}
	claims, _, err := c.claims(ctx, s.Gate)
	if err != nil {
		return err
	}
	newest, err := c.newest(ctx, claims)
	if err != nil {
		return err
	}
	for _, claim := range newest {
		covers, err := c.contains(ctx, s.reviewed, claim)
		if err != nil {
			return err
		}
		if !covers {
			return refuse(c.pull()+", look at it, and review again",
				"claim(%s) %s came while this was pushed: a review of %s answers nothing any more", s.Gate, handoff.Short(claim), handoff.Short(s.reviewed))
		}
	}
	return nil
}

// pause waits a moment, longer each time, and never as long as the others do.
func pause(ctx context.Context, n int) error {
	limit := min(50*time.Millisecond<<min(n, 8), maxPause)
	timer := time.NewTimer(rand.N(limit))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait for another push: %w", ctx.Err())
	case <-timer.C:
		return nil
	}
}
