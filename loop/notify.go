package loop

import (
	"context"
	"net/http"
	"sync"
	"time"

	"pawl/hooks/notify"
	"pawl/loop/config"
	"pawl/loop/ledger"
)

const (
	// perWindow is how many attempts a receiver is given in one window, and how many
	// events may wait for it when a window begins: the oldest beyond are told of as
	// one.
	perWindow = 100
	window    = time.Minute
	// lastNotify is how long more is begun where no pass follows.
	lastNotify = 3 * time.Second
)

// couriers tell others of events, beside the passes: one for each receiver that
// has something due, so that none waits for another. What they have done is in
// the ledger. They may take longer than the passes: so they have a lock of their
// own, and who waits for a pass does not wait for them.
type couriers struct {
	running sync.WaitGroup
	client  func() *http.Client

	mu     sync.Mutex
	busy   map[string]bool // receivers that are being told
	still  bool            // nothing more is begun
	cut    context.Context // ends what was begun
	cancel context.CancelFunc
	unlock func() error // lets other processes tell; nil: this one may not
}

// subscribe makes the configuration's receivers known to the ledger, so that what
// happens from now on is kept for them.
func (e *Engine) subscribe(ctx context.Context, cfg *config.Config) {
	var names []string
	for _, r := range receivers(cfg) {
		names = append(names, r.name)
	}
	if err := e.Ledger.KeepNotices(ctx, names); err != nil {
		e.Log.Warn("who is to be notified is not on record", "error", err)
	}
}

// notify begins to tell each receiver that has something due, and says how many
// those are. It returns at once.
func (e *Engine) notify(ctx context.Context, cfg *config.Config) int {
	list := receivers(cfg)
	if len(list) == 0 || !e.mayTell() {
		return 0
	}
	rows, err := e.Ledger.Behind(ctx)
	if err != nil {
		e.Log.Warn("nobody is notified", "error", err)
		return 0
	}
	begun := 0
	for _, row := range rows {
		for _, r := range list {
			if r.name != row.Name || !open(row, e.Now()) {
				continue
			}
			if e.send(cfg, r, row) {
				begun++
			}
			break
		}
	}
	return begun
}

// mayTell says whether this process is the one that tells others, and makes it
// that if nobody else is. How far each receiver has got is read only then: another
// process may have told it of more.
func (e *Engine) mayTell() bool {
	c := &e.couriers
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.still || c.unlock != nil || e.Outbox == nil {
		return !c.still
	}
	unlock, err := e.Outbox()
	if err != nil {
		e.Log.Warn("nobody is notified", "error", err)
		return false
	}
	c.unlock = unlock
	return unlock != nil
}

// open says that a receiver may be told something now. A wait longer than any
// that is written comes from a clock that was set back.
func open(row ledger.Notice, now time.Time) bool {
	if wait := row.NextAt.Sub(now); wait > 0 && wait <= notify.LongestWait {
		return false
	}
	return row.Told < perWindow || !within(now, row.WindowAt, window)
}

// send gives a receiver's events to a courier; false if it has one, or if no more
// is to be begun.
func (e *Engine) send(cfg *config.Config, r receiver, row ledger.Notice) bool {
	c := &e.couriers
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.still || c.busy[r.name] {
		return false
	}
	if c.busy == nil {
		c.busy, c.client = map[string]bool{}, sync.OnceValue(notify.NewClient)
		c.cut, c.cancel = context.WithCancel(context.Background())
	}
	c.busy[r.name] = true
	ctx := c.cut
	c.running.Go(func() {
		defer c.free(r.name)
		round := round{Engine: e, cfg: cfg, to: r, row: row}
		if err := round.run(ctx); err != nil && ctx.Err() == nil {
			e.Log.Warn("a receiver is not notified", "entry", r.index, "to", r.to, "error", err)
		}
	})
	return true
}

func (c *couriers) free(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.busy, name)
}

func (c *couriers) stopped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.still
}

// Notify is the last that an engine does about others: it tells them of what is
// due, as far as it begins with it within a few seconds, and ends what it or a pass
// has begun, unless ctx ends before. It comes after Close, and the coordinator's
// lock is not needed for it. What is left is told by the next process, or by the
// one that tells others meanwhile.
func (e *Engine) Notify(ctx context.Context) {
	c := &e.couriers
	defer e.dismiss()
	cfg, err := e.Source.Current(ctx, e.Ledger)
	if err != nil {
		e.Log.Warn("nobody is notified", "error", err)
		return
	}
	timer := time.AfterFunc(lastNotify, c.quiet)
	defer timer.Stop()
	broken := context.AfterFunc(ctx, c.drop)
	defer broken()
	// A courier that a pass sent does not know of what came after. And what one
	// receiver did not take, another one may have to be told.
	for more := true; more; {
		c.running.Wait()
		more = ctx.Err() == nil && e.notify(ctx, cfg) > 0
	}
}

// quiet has no more begun.
func (c *couriers) quiet() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.still = true
}

// drop ends what was begun; it is told again.
func (c *couriers) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.still = true
	if c.cancel != nil {
		c.cancel()
	}
}

// dismiss waits for what was begun, and lets other processes tell.
func (e *Engine) dismiss() {
	c := &e.couriers
	c.quiet()
	c.running.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		c.cancel()
		c.client().CloseIdleConnections()
		c.busy, c.cancel = nil, nil
	}
	if c.unlock != nil {
		if err := c.unlock(); err != nil {
			e.Log.Warn("the lock of those who notify is not released", "error", err)
		}
		c.unlock = nil
	}
}
