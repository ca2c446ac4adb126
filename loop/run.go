package loop

import (
	"context"
	"errors"
	"sync"
	"time"

	"pawl/loop/config"
)

// echoes are when, after a poke, to look again while nothing new is found: a
// hook may fire before the push is visible.
var echoes = []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second}

const (
	// failedPass is how long to wait after a pass that failed as a whole, for
	// instance on a full disk.
	failedPass = 2 * time.Second
	// longestWait is how long the timer may sleep: the wall clock may have
	// jumped meanwhile, or the machine slept.
	longestWait = 30 * time.Second
)

// run is the state of Coordinator.Run: what was asked, and what is under way.
type run struct {
	c       *Coordinator
	looker  sync.WaitGroup
	timer   *time.Timer
	dirty   bool // origin must be looked at; cleared before it is
	looking bool
	poked   time.Time // the last poke
	echo    int       // looks since then that found nothing new
	echoAt  time.Time // when the next of them is due
	lookAt  time.Time // when the next look is due
	next    time.Time // when the next pass is due
	origin  config.Origin
	callers []*caller
}

func (r *run) now() time.Time { return r.c.engine.clock() }

// loop takes one message at a time until it is told to end.
func (r *run) loop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.c.stop:
			return
		case <-r.c.pokes:
			r.dirty, r.poked, r.echo = true, r.now(), 0
		case t := <-r.c.ticks:
			r.ask(ctx, t)
		case look := <-r.c.looks:
			r.looked(ctx, look)
		case <-r.timer.C:
		}
		r.turn(ctx)
	}
}

// turn starts a look and passes, as far as either is due.
func (r *run) turn(ctx context.Context) {
	now := r.now()
	if due(now, r.echoAt) {
		r.dirty, r.echoAt = true, time.Time{}
	}
	if !r.looking && due(now, r.lookAt) {
		r.dirty = true
	}
	if r.dirty && !r.looking {
		r.dirty, r.looking, r.lookAt = false, true, time.Time{}
		r.ride()
		r.looker.Go(func() { r.c.looks <- r.c.engine.LookAtOrigin(ctx) })
	}
	if r.next.IsZero() || due(now, r.next) || r.impatient(now) {
		r.pass(ctx, Look{})
	}
	r.answerSettled()
	r.arm()
}

// due says that at has come, by the wall clock or by the time that has gone by:
// the one runs on while the machine sleeps, the other is not set back.
func due(now, at time.Time) bool {
	return !at.IsZero() && (!now.Before(at) || !now.Round(0).Before(at.Round(0)))
}

// looked passes with what a look brought, and answers those who asked for it.
func (r *run) looked(ctx context.Context, look Look) {
	r.looking = false
	rep, err := r.pass(ctx, look)
	r.landed(rep, err)
	switch {
	case r.dirty: // a poke came meanwhile, and its own look is still to come
	case err != nil, rep.Moved, look.Err != nil:
		r.echo, r.echoAt = len(echoes), time.Time{}
	default:
		r.echoLater()
	}
}

// echoLater has origin looked at again at the next of the echoes of the last
// poke, if one is left.
func (r *run) echoLater() {
	now := r.now()
	for r.echo < len(echoes) {
		at := r.poked.Add(echoes[r.echo])
		r.echo++
		if at.After(now) {
			r.echoAt = at
			return
		}
	}
}

// pass runs one pass and notes what follows from it.
func (r *run) pass(ctx context.Context, look Look) (Report, error) {
	rep, err := r.c.engine.Pass(ctx, look)
	now := r.now()
	r.passed(rep, err, now)
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			r.c.engine.logger().Error("a pass failed", "error", err)
		}
		r.next = now.Add(failedPass)
		return rep, err
	}
	r.next, r.lookAt = rep.Next, rep.After.Loop.NextLook
	if rep.Config != nil && rep.Config.Origin != r.origin {
		// Another origin, or another way to poll it: the last look's date says nothing.
		r.dirty = r.dirty || r.origin != (config.Origin{})
		r.origin = rep.Config.Origin
	}
	r.c.passed(now)
	return rep, nil
}

// arm sets the timer to the earliest thing that is due.
func (r *run) arm() {
	at := r.next
	sooner := func(t time.Time) {
		if !t.IsZero() && t.Before(at) {
			at = t
		}
	}
	if !r.looking {
		sooner(r.lookAt)
		sooner(r.echoAt)
		if r.dirty {
			sooner(r.now())
		}
	}
	for _, c := range r.callers {
		sooner(c.deadline())
	}
	r.timer.Reset(min(max(at.Sub(r.now()), 0), longestWait))
}
