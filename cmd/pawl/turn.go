package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"pawl/loop"
	"pawl/loop/control"
	"pawl/loop/daemon"
)

// tick has a pass run that looks at origin. Ticks come once a minute from cron,
// and one whose origin hangs holds the lock for longer: so one waits behind it,
// and the others leave, with the reason. Who waits lets the next one in before
// its own look at origin begins, so whatever made a tick that left come is seen.
func (p *project) tick(ctx context.Context) (rep control.Report, left string, err error) {
	rep, err = p.looking("tick", func(o control.Order) (control.Report, error) {
		if err := p.endStray(ctx); err != nil {
			return control.Report{}, err
		}
		rep, err := p.orderWithin(ctx, 0, "tick", o, func() error { return nil })
		var held *daemon.HeldError
		if errors.As(err, &held) {
			rep, left, err = p.queued(ctx, o, lockPatience)
		}
		return rep, err
	})
	if left != "" && err == nil {
		rep, err = p.unmoved(ctx)
	}
	return rep, left, heldHint(err)
}

// queued waits behind whoever has the lock, so long at most, unless somebody does
// already.
func (p *project) queued(ctx context.Context, o control.Order, patience time.Duration) (rep control.Report, left string, err error) {
	me := daemon.Holder{PID: os.Getpid(), Config: p.path, What: "tick"}
	next, err := daemon.WaitTurn(p.place, me)
	var held *daemon.HeldError
	if errors.As(err, &held) {
		return rep, fmt.Sprintf("left it to process %d, which waits for its turn already", held.Holder.PID), nil
	}
	if err != nil {
		return rep, "", err
	}
	release := sync.OnceValue(next.Release)
	rep, err = p.orderWithin(ctx, patience, "tick", o, release)
	err = errors.Join(err, release())
	if errors.As(err, &held) && ctx.Err() == nil && held.Holder.Config == p.path && held.Holder.What != "watch" {
		return rep, fmt.Sprintf("left it to pawl %s with process id %d, which is still at it", held.Holder.What, held.Holder.PID), nil
	}
	return rep, "", err
}

// unmoved is what a pass would report that did nothing.
func (p *project) unmoved(ctx context.Context) (control.Report, error) {
	s, err := p.ledger.Load(ctx)
	if err != nil {
		return control.Report{}, err
	}
	return loop.View(loop.Report{Decision: loop.Decision{After: s}, Config: p.cfg}), nil
}
