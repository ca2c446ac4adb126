package main

import (
	"context"
	"errors"
	"time"

	"pawl/loop"
	"pawl/loop/control"
	"pawl/loop/daemon"
)

// settleTime is how long a command waits to see what its order led to.
const settleTime = 3 * time.Second

// order has a pass run now: by the coordinator if one runs, else here. local
// leaves origin out of it.
func (p *project) order(ctx context.Context, what string, o control.Order) (control.Report, error) {
	var last error
	// A coordinator may start or end between asking and locking.
	for range 3 {
		rep, err := p.client.Tick(ctx, o)
		if !notRunning(err) {
			return rep, err
		}
		lock, err := p.lock(ctx, what, lockPatience)
		if err != nil {
			last = err
			var held *daemon.HeldError
			if errors.As(err, &held) {
				continue
			}
			return control.Report{}, err
		}
		rep, err = p.passHere(ctx, o)
		return rep, errors.Join(err, lock.Release())
	}
	return control.Report{}, heldHint(last)
}

// lockPatience is how long a command waits for another one's pass.
const lockPatience = 15 * time.Second

func (p *project) lock(ctx context.Context, what string, patience time.Duration) (*daemon.Lock, error) {
	return daemon.AcquireWithin(ctx, patience, func() (*daemon.Lock, error) { return p.tryLock(what) })
}

func (p *project) passHere(ctx context.Context, o control.Order) (control.Report, error) {
	e, err := p.engine(p.app.logger(p.app.err))
	if err != nil {
		return control.Report{}, err
	}
	pass := e.Tick
	if o.Local {
		pass = e.Local
	}
	rep, err := pass(ctx, o.Settle)
	return loop.View(rep), err
}

// tell prints what a pass did, one action a line.
func (a *app) tell(rep control.Report) {
	for _, act := range rep.Actions {
		line := act.Kind
		if act.Agent != "" {
			line += " " + act.Agent
		}
		if act.Reason != "" {
			line += ": " + act.Reason
		}
		if act.Result != loop.OK {
			line += " (" + act.Result + ": " + act.Error + ")"
		}
		a.say("%s", line)
	}
	if rep.Error != "" {
		a.say("origin cannot be seen: %s", rep.Error)
	}
}
