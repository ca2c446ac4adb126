package loop

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"pawl/handoff"
	"pawl/handoff/mirror"
	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

// Engine runs passes: it holds the thin edges that a pass looks through and
// acts with, and no state that a crash could lose.
type Engine struct {
	Source    *Source // where the configuration comes from
	Ledger    *ledger.Ledger
	Launchers map[string]launcher.Launcher // those of the start
	Default   string                       // the launcher of agents that name none
	Env       func() []string              // what sessions and git are started with
	Log       *slog.Logger
	Now       func() time.Time
	Event     func(ledger.Event) // told of each event once it is on record, by any goroutine; nil: nobody
	Version   string             // of pawl, as others are told it

	// Made is what Launchers were made from, by name; nil: that is not known, and
	// sessions are taken to be where their launcher is.
	Made map[string]config.Launcher

	// Turns is the folder in which sessions that run in turns say what they do. It
	// outlives the state directory's removal, as they do.
	Turns string
	// Runner is the command of such a session.
	Runner []string

	// Late is shared by the engines of one process; nil: this one is alone.
	Late *Late

	// Connect makes a launcher that the configuration has since it was read again;
	// nil where it cannot be used here.
	Connect func(config.Launcher) launcher.Launcher

	// Outbox makes this process the one that tells others of events, until unlock is
	// called; unlock is nil where another one is. nil: there are no others.
	Outbox func() (unlock func() error, err error)

	// Tidy clears away what lies outside the state directory, as of a moment;
	// nil: nothing does.
	Tidy func(context.Context, time.Time) error

	// Replaced is told that the ledger is another file now; nil: nobody is.
	Replaced func() error

	failures failures
	unkept   bool // what was asked for could not be kept beside the ledger, and that was said

	upkeep upkeep

	verifying verifying
	couriers  couriers
	porter    porter
	touches   sync.WaitGroup // orders to launchers that are under way
	glass     glass
	sights    sights
	watching  watching
	ears      ears

	mu        sync.Mutex
	later     map[string]launcher.Launcher // with those that came with a reload; replaced, never changed
	made      map[string]string            // what the launchers were made from, as rows keep it; replaced, never changed
	out       map[string]bool              // launchers that could not be looked at
	connected *config.Config               // that later was made for
	mirror    *mirror.Mirror
	origin    config.Origin                 // that mirror was made for
	env       []string                      // likewise
	touching  map[string]bool               // agents with an order under way
	telling   map[string]context.CancelFunc // ends what an agent is being told
}

// Look is what a look at origin brought.
type Look struct {
	Done bool // origin was asked
	mirror.Look
	Err error
	Of  config.Origin // who was asked
}

// Result is how an action ended.
type Result struct {
	Action
	Outcome string // ok, failed or deferred
	Err     error
}

// Report is what one pass did.
type Report struct {
	Decision
	Config  *config.Config
	Moved   bool
	Results []Result
}

// maxReplans bounds how often one pass is planned again because the operator
// edited the ledger meanwhile.
const maxReplans = 5

// pass is one observe → plan → act with what a look at origin brought.
func (e *Engine) pass(ctx context.Context, look Look) (Report, error) {
	cfg, err := e.Source.Load(ctx, e.Ledger)
	if err != nil {
		return Report{}, err
	}
	e.subscribe(ctx, cfg)
	if err := e.record(ctx, e.Source.Notes()); err != nil {
		return Report{}, err
	}
	e.connect(cfg)
	if look.Of != cfg.Origin {
		look = Look{} // it is about another origin than the one of today
	}
	for range maxReplans {
		w, err := e.observe(ctx, cfg, look)
		if err != nil {
			return Report{}, err
		}
		d := Plan(w)
		if soon := w.Now.Add(steady); e.Source.Changing() && soon.Before(d.Next) {
			d.Next = soon
		}
		err = e.Ledger.Commit(ctx, w.State.Loop.Revision, d.Changes)
		if errors.Is(err, ledger.ErrStale) {
			continue
		}
		if err != nil {
			return Report{}, err
		}
		e.tell(d.Changes.Events)
		e.keepWants(ctx, d.After)
		if err := e.pin(ctx, w, d); err != nil {
			e.Log.Warn("the cursor is not pinned", "error", err)
		}
		results := e.act(ctx, Staffed(cfg, d.After), d) // some may be new in it
		e.heartbeat(ctx, w, d)
		e.keepUp(ctx, cfg)
		e.notify(ctx, cfg)
		e.attend(cfg, d.After.Loop.Branch)
		e.verify(ctx, cfg, d.After.Loop.Cursor)
		return Report{Decision: d, Config: cfg, Moved: d.After.Loop.Cursor != w.State.Loop.Cursor, Results: results}, nil
	}
	return Report{}, ledger.ErrStale
}

// record writes events that no plan decided, and tells of them.
func (e *Engine) record(ctx context.Context, list []ledger.Event) error {
	if len(list) == 0 {
		return nil
	}
	if err := e.Ledger.AddEvents(ctx, list...); err != nil {
		return err
	}
	e.tell(list)
	return nil
}

func (e *Engine) tell(list []ledger.Event) {
	for _, ev := range list {
		attrs := []any{"agent", ev.Agent}
		for _, k := range slices.Sorted(maps.Keys(ev.Data)) {
			attrs = append(attrs, k, ev.Data[k])
		}
		e.Log.Info(ev.Kind, attrs...)
		if e.Event != nil {
			e.Event(ev)
		}
	}
}

// pin keeps the cursor's history in the mirror. It comes after the commit: a
// crash in between leaves the older pin, which keeps more than is needed.
func (e *Engine) pin(ctx context.Context, w World, d Decision) error {
	if cursor := d.After.Loop.Cursor; cursor != "" && cursor != w.State.Loop.Cursor {
		return e.window(w.Config).Pin(ctx, cursor)
	}
	return nil
}

// LookAtOrigin asks origin for its tip and fetches what is new. It may take as
// long as the network does, and touches nothing that a pass reads.
func (e *Engine) LookAtOrigin(ctx context.Context) Look {
	cfg, err := e.Source.Current(ctx, e.Ledger)
	if err != nil {
		return Look{Done: true, Err: err}
	}
	got, err := e.window(cfg).Look(ctx)
	return Look{Done: true, Look: got, Err: err, Of: cfg.Origin}
}

// Close waits for the orders that a pass did not wait for, ends the upkeep and the
// webhook, and closes the launchers that hold something. Sessions go on, and so does
// what others are being told: Notify ends that.
func (e *Engine) Close() error {
	e.porter.close()
	e.upkeep.rest(0)
	e.verifying.rest(0)
	e.sights.rest()
	e.watching.rest(e.Log)
	e.touches.Wait()
	e.ears.keep(nil, e)
	e.disconnect()
	return nil
}

func (e *Engine) clock() time.Time { return e.Now() }

func (e *Engine) hurry() { e.Source.Hurry() }

func (e *Engine) fault() error { return e.Source.Fault() }

func (e *Engine) logger() *slog.Logger { return e.Log }

// Rules resolves the configuration's roles into the agents of today.
func Rules(c *config.Config) handoff.Rules {
	var r handoff.Rules
	for _, s := range c.Handoff.Signals {
		rule := handoff.Rule{Name: s.Name, Subject: s.Subject, AnsweredBy: s.AnsweredBy}
		for _, name := range s.Wakes {
			for _, agent := range c.Readers(name) {
				if !slices.Contains(rule.Wakes, agent) {
					rule.Wakes = append(rule.Wakes, agent)
				}
			}
		}
		r.Signals = append(r.Signals, rule)
	}
	for _, in := range c.Handoff.Inboxes {
		r.Inboxes = append(r.Inboxes, handoff.InboxRule{Name: in.File, Readers: c.Readers(in.Reader)})
	}
	return r
}

// heartbeatEvery is how often a pass that writes nothing else is recorded: from that
// is told later how long nobody looked.
const heartbeatEvery = time.Minute

func (e *Engine) heartbeat(ctx context.Context, w World, d Decision) {
	if !d.Changes.Empty() || w.Now.Sub(w.State.Loop.LastPass).Abs() < heartbeatEvery {
		return
	}
	if err := e.Ledger.LastPass(ctx, w.Now); err != nil {
		e.Log.Warn("the pass is not recorded", "error", err)
	}
}
