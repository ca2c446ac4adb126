package loop

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

const (
	// touchTimeout bounds one order to a launcher.
	touchTimeout = 10 * time.Second
	// touchPatience is how long a pass waits for its orders. One that takes
	// longer goes on, and holds up nobody but its own agent.
	touchPatience = 2 * time.Second
	// starters is how many agents are started at once: twenty starts do not
	// come all at the same moment. An agent that is told something waits for
	// nobody.
	starters = 4
	// stoppers is how many are stopped at once: three hundred calls of tmux at the
	// same moment are each too late.
	stoppers = 16
)

// Outcomes of an action.
const (
	OK       = "ok"
	Deferred = "deferred" // it will be tried again by a later pass
	Fail     = "failed"
)

var errUnderWay = errors.New("an earlier order to this agent is still under way")

// outcome is how the i-th action of a decision ended.
type outcome struct {
	i int
	Result
}

// act does what the plan says, agent by agent and for each in the plan's order.
// What comes of it is seen by the next pass; only a start that failed leaves a
// row, as there is nothing to see.
func (e *Engine) act(ctx context.Context, cfg *config.Config, d Decision) []Result {
	results := make([]Result, len(d.Actions))
	orders := map[string][]int{}
	for i, a := range d.Actions {
		results[i] = Result{Action: a, Outcome: OK}
		if a.touches() {
			results[i].Outcome, results[i].Err = Deferred, errUnderWay
			orders[a.Agent] = append(orders[a.Agent], i)
		}
	}
	ended := make(chan outcome, len(d.Actions))
	starts, stops := make(chan struct{}, starters), make(chan struct{}, stoppers)
	waiting := 0
	for agent, list := range orders {
		if !e.reserve(agent) {
			if slices.ContainsFunc(list, func(i int) bool { return d.Actions[i].Kind == Stop }) {
				e.interrupt(agent)
			}
			continue
		}
		waiting += len(list)
		e.touches.Go(func() {
			var slots chan struct{}
			for _, i := range list {
				switch d.Actions[i].Kind {
				case Start, Restart:
					slots = starts
				case Stop:
					slots = stops
				}
			}
			if slots != nil {
				slots <- struct{}{}
				defer func() { <-slots }()
			}
			for n, i := range list {
				o := outcome{i, e.result(d.Actions[i], e.bounded(ctx, cfg, d, d.Actions[i]))}
				if n == len(list)-1 {
					e.release(agent) // before the pass hears of it: the next one finds the agent free
				}
				ended <- o
			}
		})
	}
	patience := time.NewTimer(touchPatience)
	defer patience.Stop()
	for waiting > 0 {
		select {
		case o := <-ended:
			results[o.i] = o.Result
			waiting--
		case <-patience.C:
			return results
		}
	}
	return results
}

func (a Action) touches() bool {
	return a.Kind == Start || a.Kind == Restart || a.Kind == Stop || a.Kind == Wake || a.Kind == Forget
}

// reserve gives an agent to one chain of orders at a time.
func (e *Engine) reserve(agent string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.touching[agent] {
		return false
	}
	if e.touching == nil {
		e.touching, e.telling = map[string]bool{}, map[string]context.CancelFunc{}
	}
	e.touching[agent] = true
	return true
}

func (e *Engine) release(agent string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.touching, agent)
	delete(e.telling, agent)
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

func (e *Engine) bounded(ctx context.Context, cfg *config.Config, d Decision, a Action) error {
	ctx, cancel := context.WithTimeout(ctx, touchTimeout)
	defer cancel()
	if a.Kind == Wake {
		e.mu.Lock()
		e.telling[a.Agent] = cancel
		e.mu.Unlock()
	}
	return e.touch(ctx, cfg, d, a)
}

// interrupt ends a telling that is under way: it goes on from where it was,
// if it has to, and what is to be stopped does not wait for it.
func (e *Engine) interrupt(agent string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if cancel, tells := e.telling[agent]; tells {
		cancel()
	}
}

func (e *Engine) touch(ctx context.Context, cfg *config.Config, d Decision, a Action) error {
	if a.Kind == Forget {
		return e.forget(ctx, cfg, a)
	}
	row := d.After.Sessions[a.Agent]
	ref := launcher.Ref{Session: row.Name, Generation: a.Generation}
	if a.Kind == Start || a.Kind == Restart {
		return e.start(ctx, cfg, d.After.Loop.Branch, row)
	}
	l, err := e.launcher(e.seat(row))
	if err != nil {
		return err
	}
	if a.Kind == Wake {
		w := d.After.Wakes[a.WakeID]
		m, err := spoken(row, launcher.Message{ID: w.ID, Text: w.Text, Items: w.ItemIDs(), Reader: e.asReader(cfg, row)})
		if err != nil {
			return err
		}
		return l.Send(ctx, ref, m)
	}
	// The clock may have been set back since the deadline was written.
	err = l.Stop(ctx, ref, min(max(row.KillAt.Sub(e.Now()), 0), stopDeadline))
	if errors.Is(err, launcher.ErrGone) {
		return nil // that is what was wanted
	}
	return err
}

// forget clears away an ended session of an agent that has no other on record.
func (e *Engine) forget(ctx context.Context, cfg *config.Config, a Action) error {
	session, where := e.place(cfg, a.Agent)
	session, where = cmp.Or(a.Session, session), cmp.Or(a.Launcher, where)
	l, err := e.launcher(where)
	if err != nil {
		return err
	}
	err = l.Forget(ctx, launcher.Ref{Session: session, Generation: a.Generation})
	if errors.Is(err, launcher.ErrGone) {
		return nil
	}
	return err
}

// place is the session's name and the launcher of an agent or service.
func (e *Engine) place(cfg *config.Config, agent string) (session, where string) {
	if a, ok := cfg.Agent(agent); ok {
		return a.Session, cmp.Or(a.Launcher, e.Default)
	}
	s, _ := service(cfg, agent)
	return s.Session, cmp.Or(s.Launcher, e.Default)
}

func (e *Engine) launcher(name string) (launcher.Launcher, error) {
	if l, ok := e.where()[name]; ok {
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
	l, err := e.launcher(e.seat(row))
	if err != nil {
		return err
	}
	spec, err := e.spec(cfg, branch, row)
	if err != nil {
		return err
	}
	return l.Start(ctx, spec)
}
