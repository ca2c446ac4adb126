package loop

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"pawl/handoff"
	"pawl/hooks/webhook"
	"pawl/loop/config"
	"pawl/loop/ledger"
)

const (
	// openTime is how long it may take to listen on an address, whose host may have
	// to be looked up.
	openTime = 5 * time.Second
	// An address that cannot be listened on is tried again after reopenFirst, which
	// doubles up to reopenLast.
	reopenFirst, reopenLast = 5 * time.Second, 5 * time.Minute
)

// door is what is listened on, and for whom.
type door struct {
	listen, secretEnv, secret string
}

// porter listens for forges where the configuration says so, while a coordinator
// runs.
type porter struct {
	poke    func() // nil: nobody listens, as in a tick
	running sync.WaitGroup

	mu      sync.Mutex
	door    door
	branch  string
	cancel  context.CancelFunc // nil: no door is open, or about to be
	ended   chan struct{}      // closed when the last door is
	failed  int                // attempts in a row
	retryAt time.Time
}

// attend opens and closes the door as the configuration says, and as its secret
// changes. It returns at once.
func (e *Engine) attend(cfg *config.Config, branch string) {
	p := &e.porter
	if p.poke == nil {
		return
	}
	want := door{listen: cfg.Origin.Webhook.Listen, secretEnv: cfg.Origin.Webhook.SecretEnv}
	if want.listen != "" && want.secretEnv != "" {
		want.secret = EnvValue(e.Env(), want.secretEnv)
	}
	now := e.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.branch = branch
	if want != p.door {
		p.shut()
		p.door, p.failed, p.retryAt = want, 0, time.Time{}
	}
	if wait := p.retryAt.Sub(now); want.listen == "" || p.cancel != nil || wait > 0 && wait <= reopenLast {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	before, ended := p.ended, make(chan struct{})
	p.cancel, p.ended = cancel, ended
	p.running.Go(func() {
		defer close(ended)
		if before != nil {
			<-before // it may have the same port
		}
		if err := e.listen(ctx, want); ctx.Err() == nil {
			e.stopped(want, err)
		} else if err != nil {
			e.Log.Warn("the webhook did not end well", "error", err)
		}
	})
}

// shut closes the door. The caller has the lock.
func (p *porter) shut() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
}

// close closes the door for good, and waits for it.
func (p *porter) close() {
	p.mu.Lock()
	p.shut()
	p.mu.Unlock()
	p.running.Wait()
}

func (p *porter) watched() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.branch
}

// listen hears forges until ctx ends, which is no error.
func (e *Engine) listen(ctx context.Context, d door) error {
	if d.secretEnv != "" && d.secret == "" {
		return missingSecret(d.secretEnv)
	}
	limited, cancel := context.WithTimeout(ctx, openTime)
	l, err := new(net.ListenConfig).Listen(limited, "tcp", d.listen)
	cancel()
	if err != nil {
		return err
	}
	e.porter.mu.Lock()
	e.porter.failed = 0
	e.porter.mu.Unlock()
	listening := ledger.Event{Time: e.Now(), Kind: "webhook.listening", Data: map[string]any{"listen": l.Addr().String()}}
	if err := e.record(ctx, []ledger.Event{listening}); err != nil && ctx.Err() == nil {
		e.Log.Warn("that the webhook listens is not on record", "error", err)
	}
	return webhook.Serve(ctx, l, &webhook.Handler{Secret: d.secret, Branch: e.porter.watched, Poke: e.porter.poke, Log: e.Log, Now: e.Now}, e.Log)
}

// stopped notes that a door could not be opened, or closed by itself. A later pass
// tries again; what goes on failing is told of once.
func (e *Engine) stopped(d door, err error) {
	if err == nil {
		err = errors.New("it ended by itself")
	}
	p := &e.porter
	p.mu.Lock()
	if p.door != d {
		p.mu.Unlock()
		return // another one is wanted by now
	}
	p.shut()
	p.failed++
	wait := min(reopenFirst<<min(p.failed-1, 10), reopenLast)
	first := p.failed == 1
	p.retryAt = e.Now().Add(wait)
	p.mu.Unlock()
	text := handoff.Clean(fmt.Sprint(err), 300)
	if !first {
		e.Log.Debug("the webhook does not listen", "listen", d.listen, "error", text, "again", wait)
		return
	}
	failed := ledger.Event{Time: e.Now(), Kind: "webhook.failed", Data: map[string]any{"listen": d.listen, "error": text}}
	if err := e.record(context.Background(), []ledger.Event{failed}); err != nil {
		e.Log.Warn("the webhook does not listen", "listen", d.listen, "error", text)
	}
}
