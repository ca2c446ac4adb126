package loop

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

const (
	// touchTimeout bounds one order to a launcher.
	touchTimeout = 10 * time.Second
	// touchers is how many agents are touched at once: one that hangs does not
	// hold up the others, and twenty starts do not come all at once.
	touchers = 4
)

// Outcomes of an action.
const (
	OK       = "ok"
	Deferred = "deferred" // it will be tried again by a later pass
	Fail     = "failed"
)

// act does what the plan says, agent by agent. What comes of it is seen by the
// next pass; only a start that failed leaves a row, as there is nothing to see.
func (e *Engine) act(ctx context.Context, cfg *config.Config, d Decision) []Result {
	results := make([]Result, len(d.Actions))
	var wg sync.WaitGroup
	slots := make(chan struct{}, touchers)
	for i, a := range d.Actions {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			ctx, cancel := context.WithTimeout(ctx, touchTimeout)
			defer cancel()
			results[i] = e.result(a, e.touch(ctx, cfg, d, a))
		})
	}
	wg.Wait()
	return results
}

func (e *Engine) result(a Action, err error) Result {
	r := Result{Action: a, Outcome: OK, Err: err}
	if err != nil {
		r.Outcome = Deferred
		if a.Kind == Start || a.Kind == Restart || errors.Is(err, launcher.ErrOther) {
			r.Outcome = Fail
		}
		e.Log.Warn("action "+r.Outcome, "action", a.Kind, "agent", a.Agent, "generation", a.Generation, "wake", a.WakeID, "error", err)
	}
	return r
}

func (e *Engine) touch(ctx context.Context, cfg *config.Config, d Decision, a Action) error {
	row := d.After.Sessions[a.Agent]
	ref := launcher.Ref{Session: row.Name, Generation: a.Generation}
	switch a.Kind {
	case Start, Restart:
		return e.start(ctx, cfg, d.After.Loop.Branch, row)
	case Stop:
		l, err := e.launcher(row.Launcher)
		if err != nil {
			return err
		}
		err = l.Stop(ctx, ref, max(row.KillAt.Sub(e.Now()), 0))
		if errors.Is(err, launcher.ErrGone) {
			return nil // that is what was wanted
		}
		return err
	case Wake:
		l, err := e.launcher(row.Launcher)
		if err != nil {
			return err
		}
		w := d.After.Wakes[a.WakeID]
		return l.Send(ctx, ref, launcher.Message{ID: w.ID, Text: w.Text, Items: w.ItemIDs()})
	}
	return nil
}

func (e *Engine) launcher(name string) (launcher.Launcher, error) {
	if l, ok := e.Launchers[name]; ok {
		return l, nil
	}
	return nil, fmt.Errorf("launcher %q is not available here; use launcher: %s", name, e.Default)
}

// start starts a session. A failure is put on its row for the next plan to
// judge, unless the launcher may yet bring it up.
func (e *Engine) start(ctx context.Context, cfg *config.Config, branch string, row ledger.Session) error {
	err := e.tryStart(ctx, cfg, branch, row)
	if err == nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	return errors.Join(err, e.Ledger.StartFailed(context.WithoutCancel(ctx), row.Generation, handoff.Clean(err.Error(), 500)))
}

func (e *Engine) tryStart(ctx context.Context, cfg *config.Config, branch string, row ledger.Session) error {
	l, err := e.launcher(row.Launcher)
	if err != nil {
		return err
	}
	spec, err := e.spec(cfg, branch, row)
	if err != nil {
		return err
	}
	return l.Start(ctx, spec)
}
