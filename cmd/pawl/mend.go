package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pawl/loop/control"
	"pawl/loop/daemon"
	"pawl/loop/ledger"
)

// openLedger opens the ledger, which is made if need be. Commands that run passes see
// to one that is damaged first; others say so and leave it alone.
func (p *project) openLedger(ctx context.Context) (*ledger.Ledger, error) {
	if p.app.mends != "" && ledger.Unsealed(p.cfg.StateDir) {
		if err := p.sealLedger(ctx); err != nil {
			return nil, err
		}
	}
	l, err := ledger.Open(ctx, p.cfg.StateDir)
	if err == nil && p.app.mends != "" {
		if err = l.Check(ctx); err != nil {
			err = errors.Join(err, l.Close())
		}
	}
	if !ledger.Damaged(err) {
		return l, err
	}
	if derr := ledger.Doubt(p.cfg.StateDir); p.app.mends == "" {
		return nil, errors.Join(err, derr)
	}
	if err := p.mend(ctx); err != nil {
		return nil, err
	}
	return ledger.Open(ctx, p.cfg.StateDir)
}

// mending runs f on the project that open makes, and closes it. A command that sees to
// a damaged ledger does so too where only f reads the page that does not hold, and
// then begins anew.
func (a *app) mending(ctx context.Context, open func(context.Context) (*project, error), f func(*project) error) error {
	p, err := open(ctx)
	if err != nil {
		return err
	}
	err = errors.Join(f(p), p.close())
	if a.mends == "" || !ledger.Damaged(err) {
		return err
	}
	if err := p.mend(ctx); err != nil {
		return err
	}
	if p, err = open(ctx); err != nil {
		return err
	}
	return errors.Join(f(p), p.close())
}

// sealLedger has a ledger of an older pawl get checksums, if no coordinator runs.
func (p *project) sealLedger(ctx context.Context) error {
	lock, err := p.lock(ctx, p.app.mends, 0)
	var held *daemon.HeldError
	if errors.As(err, &held) {
		return nil
	}
	if err != nil {
		return err
	}
	_, _, err = ledger.Mend(ctx, p.cfg.StateDir, time.Now())
	return errors.Join(err, lock.Release())
}

// mend sets a damaged ledger aside. Whoever has the coordinator's lock does that: a
// coordinator that runs looks at it in its next pass, as there is doubt.
func (p *project) mend(ctx context.Context) error {
	lock, err := p.lock(ctx, p.app.mends, lockTurn)
	var held *daemon.HeldError
	if errors.As(err, &held) {
		if _, terr := p.client.Tick(ctx, control.Order{Local: true}); terr == nil && p.readable(ctx) == nil {
			return nil
		}
		lock, err = p.lock(ctx, p.app.mends, lockPatience)
	}
	if err != nil {
		return heldHint(err)
	}
	r, rebuilt, err := ledger.Mend(ctx, p.cfg.StateDir, time.Now())
	if err := errors.Join(err, lock.Release()); err != nil {
		return err
	}
	if rebuilt {
		p.app.warn("the ledger was damaged (%s) and lies in %s now; a new one has its place", r.Why, r.Aside)
		if r.Left != nil {
			p.app.warn("what is left of it is not cleared away: %v", r.Left)
		}
		if !r.Wants {
			p.app.warn("what was up is not known any more: name it to pawl up")
		}
	}
	return nil
}

// readable says what is wrong with the ledger now.
func (p *project) readable(ctx context.Context) error {
	l, err := ledger.OpenExisting(ctx, p.cfg.StateDir)
	if err != nil {
		return err
	}
	return errors.Join(l.Check(ctx), l.Close())
}

// asideShown is how long status tells of a ledger that was set aside.
const asideShown = 24 * time.Hour

// aside is the newest ledger that was damaged and set aside, as long as that is news.
func (p *project) aside(now time.Time) (string, error) {
	list, err := ledger.Asides(p.cfg.StateDir)
	if err != nil || len(list) == 0 {
		return "", err
	}
	at, known := ledger.AsideSince(list[0])
	if !known || now.Sub(at) > asideShown {
		return "", nil
	}
	return list[0], nil
}

// damagedHint says what becomes of a damaged ledger.
func damagedHint(err error) error {
	var told *ledger.DamagedError
	switch {
	case !ledger.Damaged(err):
		return err
	case !errors.As(err, &told):
		err = fmt.Errorf("the ledger is damaged: %w", err)
	}
	return &hinted{err, "pawl up sets it aside and goes on with a new one, and so does a coordinator that finds it so"}
}
