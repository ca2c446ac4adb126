package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
	if err := p.endStray(ctx); err != nil {
		return control.Report{}, err
	}
	rep, err := p.orderWithin(ctx, lockPatience, what, o, func() error { return nil })
	return rep, heldHint(err)
}

// orderWithin is order for somebody who waits that long for the lock, after which
// the error is a *daemon.HeldError. begin is called before a pass here.
func (p *project) orderWithin(ctx context.Context, patience time.Duration, what string, o control.Order, begin func() error) (control.Report, error) {
	// A coordinator may start or end at any moment: both ways are tried in turn.
	for deadline := time.Now().Add(patience); ; {
		rep, err := p.client.Tick(ctx, o)
		if err == nil {
			return rep, p.ledger.Refresh(ctx) // the pass may have set a damaged one aside
		}
		if !notRunning(err) {
			return rep, err
		}
		lock, err := p.lock(ctx, what, lockTurn)
		if err == nil {
			if err = begin(); err != nil {
				return rep, errors.Join(err, lock.Release())
			}
			return p.passHere(ctx, o, lock)
		}
		var held *daemon.HeldError
		if !errors.As(err, &held) || ctx.Err() != nil || time.Now().After(deadline) {
			return control.Report{}, err
		}
	}
}

// lookingOrder is an order whose pass looks at origin.
func (p *project) lookingOrder(ctx context.Context, what string) (control.Report, error) {
	return p.looking(what, func(o control.Order) (control.Report, error) { return p.order(ctx, what, o) })
}

// looking tells a person that origin is looked at, which takes a while where it
// is far away or was never fetched before.
func (p *project) looking(what string, order func(control.Order) (control.Report, error)) (control.Report, error) {
	_, err := os.Stat(filepath.Join(p.cfg.StateDir, "origin.git"))
	first := errors.Is(err, fs.ErrNotExist)
	text := "looking at origin"
	if first {
		text = "fetching origin for the first time"
	}
	s := p.app.step(text, first && what == "up") // what cron calls is quiet
	defer s.end()
	return order(control.Order{Settle: settleTime})
}

// passHere is one pass by this process, which lets go of the lock when it is done
// and only then waits for those who are told of it.
func (p *project) passHere(ctx context.Context, o control.Order, lock *daemon.Lock) (control.Report, error) {
	// Who had the lock before may have set a damaged ledger aside.
	if err := p.ledger.Refresh(ctx); err != nil {
		return control.Report{}, errors.Join(err, lock.Release())
	}
	e, err := p.engine(p.app.logger(p.app.err))
	if err != nil {
		return control.Report{}, errors.Join(err, lock.Release())
	}
	pass := e.Tick
	if o.Local {
		pass = e.Local
	}
	rep, err := pass(ctx, o.Settle)
	err = errors.Join(err, e.Close(), lock.Release())
	e.Notify(ctx)
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
	a.tellOrigin(rep)
}

// tellOrigin warns of an origin that could not be asked.
func (a *app) tellOrigin(rep control.Report) {
	if rep.Error != "" {
		a.warn("origin cannot be seen: %s", rep.Error)
	}
}
