package loop

import (
	"context"
	"time"

	"pawl/loop/config"
)

// Tick is the whole program once: a look at origin, a pass, and up to settle of
// further passes until what was begun is seen to have happened. It is what
// `pawl tick` runs where no coordinator does; the caller holds the lock, and
// calls Notify when it has let go of it: others may take their time.
// While origin takes its time, passes without it go on.
func (e *Engine) Tick(ctx context.Context, settle time.Duration) (Report, error) {
	if _, err := e.Source.Load(ctx, e.Ledger); err != nil {
		return Report{}, err
	}
	looked := make(chan Look, 1)
	go func() { looked <- e.LookAtOrigin(ctx) }()
	var before Report
	next := e.Now().Add(lookPatience)
	for {
		timer := time.NewTimer(max(next.Sub(e.Now()), 0))
		select {
		case look := <-looked: // it returns soon after ctx ends, too
			timer.Stop()
			if ctx.Err() != nil {
				return before, ctx.Err()
			}
			rep, err := e.settled(ctx, look, settle)
			return before.then(rep), err
		case <-timer.C:
		}
		rep, err := e.Pass(ctx, Look{})
		if err != nil {
			e.Log.Error("a pass failed", "error", err)
			rep.Next = e.Now().Add(failedPass)
		} else {
			before = before.then(rep)
		}
		next = rep.Next
	}
}

// Local is a Tick that does not ask origin, and notifies nobody: for orders that do
// not depend on it, and whose caller waits. Others are told by the next Tick.
func (e *Engine) Local(ctx context.Context, settle time.Duration) (Report, error) {
	e.couriers.quiet()
	return e.settled(ctx, Look{}, settle)
}

func (e *Engine) settled(ctx context.Context, look Look, settle time.Duration) (Report, error) {
	defer e.touches.Wait() // the process may end when this returns
	defer e.upkeep.rest(tickUpkeep)
	defer e.verifying.rest(tickVerify)
	rep, err := e.Pass(ctx, look)
	if err != nil {
		return rep, err
	}
	rep, err = e.settle(ctx, rep, settle)
	if err != nil {
		return rep, err
	}
	return rep, e.Ledger.LastPass(ctx, e.Now())
}

// settle goes on passing for up to d while the last pass left something under
// way, and returns one report of all of them.
func (e *Engine) settle(ctx context.Context, rep Report, d time.Duration) (Report, error) {
	deadline := e.Now().Add(d)
	for rep.Settling && e.Now().Before(deadline) {
		timer := time.NewTimer(max(min(rep.Next.Sub(e.Now()), deadline.Sub(e.Now())), 0))
		select {
		case <-ctx.Done():
			timer.Stop()
			return rep, ctx.Err()
		case <-timer.C:
		}
		next, err := e.Pass(ctx, Look{})
		if err != nil {
			return rep, err
		}
		rep = rep.then(next)
	}
	return rep, nil
}

// then is the report of r and a later pass together.
func (r Report) then(next Report) Report {
	next.Moved = r.Moved || next.Moved
	next.Results = append(r.Results[:len(r.Results):len(r.Results)], next.Results...)
	return next
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
