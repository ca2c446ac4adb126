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
	// sameFailure is how long a failure is not logged again.
	sameFailure = 10 * time.Minute
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
	poked   time.Time   // the last poke
	echo    int         // looks since then that found nothing new
	echoAt  appointment // when the next of them is due
	lookAt  appointment // when the next look is due
	next    appointment // when the next pass is due
	origin  config.Origin
	callers []*caller

	failed   string    // why the last pass failed; "" it did not
	failedAt time.Time // when that was logged
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
	if r.echoAt.due(now) {
		r.dirty, r.echoAt = true, appointment{}
	}
	if !r.looking && r.lookAt.due(now) {
		r.dirty = true
	}
	if r.dirty && !r.looking {
		r.dirty, r.looking, r.lookAt = false, true, appointment{}
		r.ride()
		r.looker.Go(func() { r.c.looks <- r.c.engine.LookAtOrigin(ctx) })
	}
	if r.next.at.IsZero() || r.next.due(now) || r.impatient(now) {
		r.pass(ctx, Look{})
	}
	r.answerSettled()
	r.arm()
}

// appointment is a moment, and when it was set; the zero one never comes.
type appointment struct{ set, at time.Time }

// due says that the moment has come, by the wall clock or by the time that has gone
// by: the one runs on while the machine sleeps, the other is not set back. A wall
// clock from before the moment was set was set back itself: then the appointment says
// nothing any more, and is kept at once.
func (a appointment) due(now time.Time) bool {
	wall := now.Round(0)
	return !a.at.IsZero() && (!now.Before(a.at) || !wall.Before(a.at.Round(0)) || wall.Before(a.set.Round(0)))
}

// looked passes with what a look brought, and answers those who asked for it.
func (r *run) looked(ctx context.Context, look Look) {
	r.looking = false
	rep, err := r.pass(ctx, look)
	r.landed(rep, err)
	if err != nil {
		r.lookAt = r.next // what the look brought is lost with the pass
	}
	switch {
	case r.dirty: // a poke came meanwhile, and its own look is still to come
	case err != nil, rep.Moved, look.Err != nil:
		r.echo, r.echoAt = len(echoes), appointment{}
	default:
		r.echoLater()
	}
}

// echoLater has origin looked at again at the next of the echoes of the last
// poke, if one is left.
func (r *run) echoLater() {
	now := r.now()
	if r.poked.After(now) {
		r.poked = now // the clock was set back
	}
	for r.echo < len(echoes) {
		at := r.poked.Add(echoes[r.echo])
		r.echo++
		if at.After(now) {
			r.echoAt = appointment{now, at}
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
			r.complain(err, now)
		}
		r.next = appointment{now, now.Add(failedPass)}
		return rep, err
	}
	r.failed = ""
	// Set when the pass was planned: the clock may have been set back since.
	r.next = appointment{rep.At, rep.Next}
	// Before a pass has put a look on record, the ledger does not say when the next one is due.
	if at := rep.After.Loop.NextLook; !at.IsZero() {
		r.lookAt = appointment{rep.At, at}
	}
	if rep.Config != nil && rep.Config.Origin != r.origin {
		// Another origin, or another way to poll it: the last look's date says nothing.
		r.dirty = r.dirty || r.origin != (config.Origin{})
		r.origin = rep.Config.Origin
	}
	r.c.passed(now)
	return rep, nil
}

// complain logs why a pass failed. The same again is left out for a while: where the
// disk is full, the log is on it.
func (r *run) complain(err error, now time.Time) {
	if text := err.Error(); text != r.failed || !within(now, r.failedAt, sameFailure) {
		r.failed, r.failedAt = text, now
		r.c.engine.logger().Error("a pass failed", "error", err)
	}
}

// arm sets the timer to the earliest thing that is due.
func (r *run) arm() {
	now, wait := r.now(), longestWait
	sooner := func(a appointment) {
		switch {
		case a.due(now):
			wait = 0
		case !a.at.IsZero():
			wait = min(wait, a.at.Sub(now))
		}
	}
	sooner(r.next)
	if !r.looking {
		sooner(r.lookAt)
		sooner(r.echoAt)
		if r.dirty {
			wait = 0
		}
	}
	for _, c := range r.callers {
		sooner(c.deadline())
	}
	r.timer.Reset(max(wait, 0))
}
