package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/daemon"
	"pawl/loop/launcher"
	"pawl/loop/launcher/process"
	"pawl/loop/ledger"
)

// crashing is a launcher whose caller dies at one of its orders: just before
// the order, or just after it and before anything can be noted of it.
type crashing struct {
	launcher.Launcher
	order string // start, send or stop
	after bool
	left  int           // orders of that kind until it happens
	dead  chan struct{} // closed when it has
	mu    sync.Mutex
}

func (c *crashing) do(order string, run func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.dead:
		return context.Canceled // nothing that comes after a death has an effect
	default:
	}
	if order != c.order {
		return run()
	}
	if c.left--; c.left > 0 {
		return run()
	}
	var err error
	if c.after {
		err = run()
	}
	close(c.dead)
	return errors.Join(context.Canceled, err)
}

func (c *crashing) Start(ctx context.Context, spec launcher.Spec) error {
	return c.do("start", func() error { return c.Launcher.Start(ctx, spec) })
}

func (c *crashing) Send(ctx context.Context, ref launcher.Ref, m launcher.Message) error {
	return c.do("send", func() error { return c.Launcher.Send(ctx, ref, m) })
}

func (c *crashing) Stop(ctx context.Context, ref launcher.Ref, deadline time.Duration) error {
	return c.do("stop", func() error { return c.Launcher.Stop(ctx, ref, deadline) })
}

// engine puts the real edges together in this process; nil: nobody dies.
func (r *rig) engine(c *crashing) (*loop.Engine, *ledger.Ledger) {
	r.t.Helper()
	cfg, err := config.Load(r.stage.Config())
	if err != nil {
		r.t.Fatal(err)
	}
	place, err := daemon.NewPlace(cfg.StateDir)
	if err != nil {
		r.t.Fatal(err)
	}
	l, err := ledger.Open(r.t.Context(), cfg.StateDir)
	if err != nil {
		r.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	var where launcher.Launcher = process.New(process.Options{Runtime: place.Sessions(), Program: program, Self: []string{"pawl", "pump"}, Log: log})
	if c != nil {
		c.Launcher = where
		where = c
	}
	return &loop.Engine{
		Source: &loop.Source{Path: r.stage.Config()}, Ledger: l, Default: "process", Log: log, Now: time.Now,
		Env:       func() []string { return r.env },
		Launchers: map[string]launcher.Launcher{"process": where},
	}, l
}

// live runs a coordinator until the launcher's caller dies, or done says so.
func (r *rig) live(c *crashing, done func() bool) {
	r.t.Helper()
	e, l := r.engine(c)
	ctx, die := context.WithCancel(r.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- loop.NewCoordinator(e, "test").Run(ctx) }()
	var dead chan struct{}
	if c != nil {
		dead = c.dead
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for alive := true; alive && !done(); {
		select {
		case <-dead:
			alive = false
		case <-tick.C:
		case <-limit:
			r.t.Errorf("neither death nor the end came within %s", patience)
			alive = false
		}
	}
	die()
	if err := errors.Join(<-ended, l.Close()); err != nil {
		r.t.Error(err)
	}
}

// A claim is told, the agent is restarted, and the claim is told to the new
// session; meanwhile the coordinator dies at one exact point.
func TestTheCoordinatorDiesBetweenCommitAndTouch(t *testing.T) {
	for _, at := range []struct {
		order string
		nth   int
	}{
		{"start", 1}, // of the first agent
		{"start", 3}, // of the session that takes another's place
		{"send", 1},
		{"send", 2}, // to the second session
		{"stop", 1},
	} {
		for when, after := range map[string]bool{"before": false, "after": true} {
			t.Run(fmt.Sprintf("%s %s %d", when, at.order, at.nth), func(t *testing.T) {
				dies(newRig(t, ""), &crashing{order: at.order, left: at.nth, after: after, dead: make(chan struct{})})
			})
		}
	}
}

func dies(r *rig, c *crashing) {
	if err := want(r.t.Context(), r.openLedger(), ledger.Up); err != nil {
		r.t.Fatal(err)
	}
	claim := r.claim("a")
	heard := func() bool { return r.times("adversary", claim) > 0 }
	first := ""
	r.live(c, heard)
	r.live(nil, func() bool { first = r.session("adversary").Generation; return heard() })
	r.restart(c)
	r.live(nil, func() bool { return r.session("adversary").Generation != first && heard() })
	select {
	case <-c.dead:
	default:
		r.t.Fatal("nobody died")
	}
	r.settledNow()
}

// openLedger is the rig's ledger, open until the test ends.
func (r *rig) openLedger() *ledger.Ledger {
	r.t.Helper()
	l, err := ledger.Open(r.t.Context(), r.state())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		if err := l.Close(); err != nil {
			r.t.Error(err)
		}
	})
	return l
}

// restart asks for another session, and dies on the way if that is still to come.
func (r *rig) restart(c *crashing) {
	r.t.Helper()
	before := r.session("adversary").Generation
	err := r.openLedger().Edit(r.t.Context(), func(s *ledger.State) error {
		row := s.Agent("adversary")
		row.Restart = "the test asked for it"
		s.Agents["adversary"] = row
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.live(c, func() bool {
		row := r.session("adversary")
		return row.State == ledger.Live && row.Generation != before
	})
}

// settledNow is settled without a coordinator.
func (r *rig) settledNow() {
	r.t.Helper()
	tally, err := Reconcile(r.t.Context(), r.stage, r.record())
	if err != nil {
		r.t.Fatal(err)
	}
	if len(tally.Lost)+len(tally.Twice) > 0 {
		r.t.Errorf("lost: %q, told twice: %q\n%s", tally.Lost, tally.Twice, r.told())
	}
	logs, err := filepath.Glob(filepath.Join(r.state(), "logs", "*.log"))
	if err != nil || len(logs) == 0 {
		r.t.Errorf("no session has a log: %v", err)
	}
}
