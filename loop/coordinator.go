package loop

import (
	"context"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"pawl/loop/control"
)

// Coordinator runs passes until it is stopped: one goroutine owns the loop, and
// everyone else sends it messages. It has no memory that a pass of `pawl tick`
// would not have.
type Coordinator struct {
	Version string

	engine passer
	pokes  chan struct{}
	ticks  chan tick
	stop   chan struct{}
	looks  chan Look
	ended  chan struct{} // closed when Run returns

	mu     sync.Mutex
	health control.Health
}

// passer is what a coordinator drives: an Engine.
type passer interface {
	// Pass runs one pass with what a look brought.
	Pass(context.Context, Look) (Report, error)
	// LookAtOrigin may take as long as the network does.
	LookAtOrigin(context.Context) Look
	// Close waits for what passes left under way.
	Close() error

	clock() time.Time
	hurry() // the next pass goes by pawl.yaml as it is then
	fault() error
	logger() *slog.Logger
}

// tick is an order that waits for its answer.
type tick struct {
	control.Order
	reply chan<- tickReply
}

type tickReply struct {
	report control.Report
	err    error
}

// NewCoordinator returns a coordinator that is not running yet. Run may be
// called once.
func NewCoordinator(e *Engine, version string) *Coordinator {
	c := newCoordinator(e, version)
	e.porter.poke = c.Poke
	return c
}

func newCoordinator(p passer, version string) *Coordinator {
	return &Coordinator{
		Version: version, engine: p,
		pokes: make(chan struct{}, 1), ticks: make(chan tick), stop: make(chan struct{}, 1), looks: make(chan Look, 1),
		ended:  make(chan struct{}),
		health: control.Health{PID: os.Getpid(), Version: version},
	}
}

// Run passes until ctx ends or Stop is called, and returns when what it began
// has ended. Sessions go on.
func (c *Coordinator) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	r := run{c: c, dirty: true, timer: time.NewTimer(0)}
	r.loop(ctx)
	r.timer.Stop()
	close(c.ended)
	cancel()
	r.looker.Wait()
	return c.engine.Close()
}

func (c *Coordinator) passed(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.health.LastPass, c.health.ConfigError = at, ""
	if fault := c.engine.fault(); fault != nil {
		c.health.ConfigError = fault.Error()
	}
}

// Health implements control.Backend.
func (c *Coordinator) Health() control.Health {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.health
	h.Goroutines = runtime.NumGoroutine()
	return h
}

// Poke implements control.Backend. Pokes that come while one waits are one, but
// for their count.
func (c *Coordinator) Poke() {
	c.mu.Lock()
	c.health.Pokes++
	c.mu.Unlock()
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

// Tick implements control.Backend. It is control.ErrNotRunning once the
// coordinator has ended.
func (c *Coordinator) Tick(ctx context.Context, order control.Order) (control.Report, error) {
	reply := make(chan tickReply, 1)
	select {
	case c.ticks <- tick{order, reply}:
	case <-c.ended:
		return control.Report{}, control.ErrNotRunning
	case <-ctx.Done():
		return control.Report{}, ctx.Err()
	}
	select {
	case r := <-reply:
		return r.report, r.err
	case <-c.ended:
	case <-ctx.Done():
		return control.Report{}, ctx.Err()
	}
	select {
	case r := <-reply: // both were ready, and this one tells more
		return r.report, r.err
	default:
		return control.Report{}, control.ErrNotRunning
	}
}
