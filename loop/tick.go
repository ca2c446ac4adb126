package loop

import (
	"context"
	"time"

	"pawl/loop/config"
)

// Tick is the whole program once: a look at origin, a pass, and up to settle of
// further passes until what was begun is seen to have happened. It is what
// `pawl tick` runs where no coordinator does; the caller holds the lock.
func (e *Engine) Tick(ctx context.Context, settle time.Duration) (Report, error) {
	if _, err := e.Source.Load(ctx, e.Ledger); err != nil {
		return Report{}, err
	}
	look := e.LookAtOrigin(ctx)
	if ctx.Err() != nil {
		return Report{}, ctx.Err()
	}
	return e.settled(ctx, look, settle)
}

// Local is a Tick that does not ask origin: for orders that do not depend on it.
func (e *Engine) Local(ctx context.Context, settle time.Duration) (Report, error) {
	return e.settled(ctx, Look{}, settle)
}

func (e *Engine) settled(ctx context.Context, look Look, settle time.Duration) (Report, error) {
	rep, err := e.Pass(ctx, look)
	if err != nil {
		return rep, err
	}
	rep, err = e.settle(ctx, rep, settle, e.Pass)
	if err != nil {
		return rep, err
	}
	return rep, e.Ledger.LastPass(ctx, e.Now())
}

// settle goes on passing for up to d while the last pass left something under
// way, and returns one report of all of them.
func (e *Engine) settle(ctx context.Context, rep Report, d time.Duration, pass func(context.Context, Look) (Report, error)) (Report, error) {
	deadline := e.Now().Add(d)
	for rep.Settling && e.Now().Before(deadline) {
		timer := time.NewTimer(max(min(rep.Next.Sub(e.Now()), deadline.Sub(e.Now())), 0))
		select {
		case <-ctx.Done():
			timer.Stop()
			return rep, ctx.Err()
		case <-timer.C:
		}
		next, err := pass(ctx, Look{})
		if err != nil {
			return rep, err
		}
		next.Moved = rep.Moved || next.Moved
		next.Results = append(rep.Results, next.Results...)
		rep = next
	}
	return rep, nil
}

// Preview is what a pass would find and decide now, from what is known of
// origin already. It writes nothing and touches nothing.
func (e *Engine) Preview(ctx context.Context, cfg *config.Config) (World, Decision, error) {
	w, err := e.observe(ctx, cfg, Look{})
	if err != nil {
		return w, Decision{}, err
	}
	return w, Plan(w), nil
}
