package loop

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"pawl/loop/control"
)

// Coordinator runs passes until it is stopped: one goroutine owns the loop, and
// everyone else sends it messages. It has no memory that a pass of `pawl tick`
// would not have.
type Coordinator struct {
	Engine  *Engine
	Version string

	pokes chan struct{}
	ticks chan tick
	stop  chan struct{}
	looks chan Look

	mu     sync.Mutex
	health control.Health
}

type tick struct {
	control.Order
	reply chan<- tickReply
}

type tickReply struct {
	report control.Report
	err    error
}

// NewCoordinator returns a coordinator that is not running yet.
func NewCoordinator(e *Engine, version string) *Coordinator {
	return &Coordinator{
		Engine: e, Version: version,
		pokes: make(chan struct{}, 1), ticks: make(chan tick), stop: make(chan struct{}, 1), looks: make(chan Look, 1),
		health: control.Health{PID: os.Getpid(), Version: version},
	}
}

// echoes are when to look again after a poke that found nothing new: a hook
// may fire before the push is visible.
var echoes = []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second}

// failedPass is how long to wait after a pass that failed as a whole, for
// instance on a full disk.
const failedPass = 2 * time.Second

// Run passes until ctx ends or Stop is called, and returns when what it began
// has ended. Sessions go on.
func (c *Coordinator) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	r := run{c: c, wg: &wg, dirty: true, timer: time.NewTimer(0)}
	defer r.timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.stop:
			return nil
		case <-c.pokes:
			r.dirty, r.echo = true, 0
		case t := <-c.ticks:
			if t.Local {
				rep, err := r.pass(ctx, Look{})
				r.answer(ctx, t, rep, err)
				break
			}
			r.waiting = append(r.waiting, t)
			r.dirty = true
		case look := <-c.looks:
			r.looked(ctx, look)
			continue
		case <-r.timer.C:
		}
		r.turn(ctx)
	}
}

// run is the state of Run: what was asked, and what is under way.
type run struct {
	c       *Coordinator
	wg      *sync.WaitGroup
	timer   *time.Timer
	dirty   bool // origin must be looked at; cleared before it is
	looking bool
	echo    int       // looks since the last poke that found nothing new
	echoAt  time.Time // when the next of them is due
	lookAt  time.Time // when the next look is due
	next    time.Time // when the next pass is due
	waiting []tick    // callers of the look that is to begin
	riding  []tick    // callers of the look under way
}

// turn starts a look if one is due, and passes unless that is all there was.
func (r *run) turn(ctx context.Context) {
	now := r.c.Engine.Now()
	if !r.echoAt.IsZero() && !now.Before(r.echoAt) {
		r.dirty, r.echoAt = true, time.Time{}
	}
	if !r.looking && !r.lookAt.IsZero() && !now.Before(r.lookAt) {
		r.dirty = true
	}
	if r.dirty && !r.looking {
		r.dirty, r.looking, r.lookAt = false, true, time.Time{}
		r.riding, r.waiting = r.waiting, nil
		r.wg.Go(func() { r.c.looks <- r.c.Engine.LookAtOrigin(ctx) })
	}
	if !now.Before(r.next) {
		r.pass(ctx, Look{})
	}
	r.arm()
}

// looked passes with what a look brought, and answers those who asked for it.
func (r *run) looked(ctx context.Context, look Look) {
	r.looking = false
	rep, err := r.pass(ctx, look)
	if rep.Moved || look.Err != nil {
		r.echo = len(echoes)
	} else if r.echo < len(echoes) {
		r.echoAt = r.c.Engine.Now().Add(echoes[r.echo])
		r.echo++
	}
	for _, t := range r.riding {
		rep, err = r.answer(ctx, t, rep, err)
	}
	r.riding = nil
	r.turn(ctx)
}

// answer tells a caller what a pass did, once that has settled.
func (r *run) answer(ctx context.Context, t tick, rep Report, err error) (Report, error) {
	if err == nil {
		rep, err = r.c.Engine.settle(ctx, rep, t.Settle, r.pass)
	}
	t.reply <- tickReply{View(rep), err}
	return rep, err
}

func (r *run) pass(ctx context.Context, look Look) (Report, error) {
	rep, err := r.c.Engine.Pass(ctx, look)
	now := r.c.Engine.Now()
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			r.c.Engine.Log.Error("a pass failed", "error", err)
		}
		r.next, r.lookAt = now.Add(failedPass), now.Add(failedPass)
		return rep, err
	}
	r.next, r.lookAt = rep.Next, rep.After.Loop.NextLook
	r.c.passed(now)
	return rep, nil
}

// arm sets the timer to the earliest thing that is due.
func (r *run) arm() {
	at := r.next
	if !r.looking {
		for _, t := range []time.Time{r.lookAt, r.echoAt} {
			if !t.IsZero() && t.Before(at) {
				at = t
			}
		}
	}
	// The wall clock may jump while the timer sleeps; it is read again at least
	// this often.
	const longest = 30 * time.Second
	r.timer.Reset(min(max(at.Sub(r.c.Engine.Now()), 0), longest))
}

func (c *Coordinator) passed(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.health.LastPass, c.health.ConfigError = at, ""
	if fault := c.Engine.Source.Fault(); fault != nil {
		c.health.ConfigError = fault.Error()
	}
}

// Health implements control.Backend.
func (c *Coordinator) Health() control.Health {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.health
}

// Poke implements control.Backend. Pokes that come while one waits are one.
func (c *Coordinator) Poke() {
	select {
	case c.pokes <- struct{}{}:
	default:
	}
}

// Stop implements control.Backend.
func (c *Coordinator) Stop() {
	select {
	case c.stop <- struct{}{}:
	default:
	}
}

// Tick implements control.Backend.
func (c *Coordinator) Tick(ctx context.Context, order control.Order) (control.Report, error) {
	reply := make(chan tickReply, 1)
	select {
	case c.ticks <- tick{order, reply}:
	case <-ctx.Done():
		return control.Report{}, ctx.Err()
	}
	select {
	case r := <-reply:
		return r.report, r.err
	case <-ctx.Done():
		return control.Report{}, ctx.Err()
	}
}
