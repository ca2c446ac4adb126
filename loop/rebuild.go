package loop

import (
	"context"
	"time"

	"pawl/handoff"
	"pawl/loop/ledger"
)

// Pass is one observe → plan → act with what a look at origin brought. A ledger that
// was found damaged, by whatever read it, is set aside first, and the pass is made
// with a new one. It is ledger.ErrReplaced where the ledger is not the one that others
// open any more: a process that waited for the lock may have opened it before another
// one set it aside, and does not know of the orders since. It is not called by two at
// once, and the caller holds the coordinator's lock.
func (e *Engine) Pass(ctx context.Context, look Look) (Report, error) {
	if e.Ledger.Lost() {
		return Report{}, e.failures.note(ctx, e, ledger.ErrReplaced)
	}
	rep, why := Report{}, e.Ledger.Settle(ctx)
	if why == nil {
		rep, why = e.pass(ctx, look)
	}
	if !ledger.Damaged(why) {
		return rep, e.failures.note(ctx, e, why)
	}
	if err := e.rebuild(ctx, why); err != nil {
		return Report{}, e.failures.note(ctx, e, err)
	}
	rep, err := e.pass(ctx, look)
	return rep, e.failures.note(ctx, e, err)
}

// rebuild goes on with a new ledger, which tells of it in its first pass.
func (e *Engine) rebuild(ctx context.Context, why error) error {
	r, err := e.Ledger.Rebuild(ctx, why, e.Now())
	if err != nil {
		return err
	}
	e.Log.Error("the ledger is damaged: it was set aside, and a new one has its place",
		"aside", r.Aside, "error", handoff.Clean(r.Why, 500), "wants", r.Wants, "events", r.Events)
	if r.Left != nil {
		e.Log.Warn("what is left of a damaged ledger is not cleared away", "error", r.Left)
	}
	if e.Replaced == nil {
		return nil
	}
	return e.Replaced()
}

// keepWants writes beside the ledger what the operator asked for. A pass does not
// fail by it: the ledger has it.
func (e *Engine) keepWants(ctx context.Context, s ledger.State) {
	err := e.Ledger.KeepWants(ctx, s)
	if err != nil && !e.unkept {
		e.Log.Warn("what was asked for is not kept beside the ledger", "error", err)
	}
	e.unkept = err != nil
}

// failures are the passes in a row that could not be made, for instance on a full
// disk. What they could not say they say afterwards.
type failures struct {
	count int
	since time.Time
	last  string
}

// note counts a pass, and returns its error. The first one that can be made again puts
// the others on record.
func (f *failures) note(ctx context.Context, e *Engine, err error) error {
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		if f.count == 0 {
			f.since = e.Now()
		}
		f.count, f.last = f.count+1, handoff.Clean(err.Error(), 500)
		return err
	case f.count == 0:
		return nil
	}
	err = e.record(ctx, []ledger.Event{{Time: e.Now(), Kind: "pass.failed", Data: map[string]any{
		"passes": f.count, "since": f.since.UTC().Format(time.RFC3339), "error": f.last,
	}}})
	if err == nil {
		*f = failures{}
	}
	return err
}
