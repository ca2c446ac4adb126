package main

import (
	"context"
	"errors"
	"time"

	"pawl/loop"
	"pawl/loop/config"
)

// approve lets pawl.yaml take effect as it was read, and says what that changes
// where it had waited for this. What was written into the file since then is not
// approved: it was not checked, and nobody has seen it.
func (p *project) approve(ctx context.Context) error {
	before, err := loop.Held(ctx, p.ledger, p.path, p.text)
	var held *loop.HeldError
	if err != nil && !errors.As(err, &held) {
		return err
	}
	if err := p.ledger.KeepConfig(ctx, p.path, string(p.text), time.Now()); err != nil {
		return err
	}
	if err := p.place.Remember(p.path, p.cfg.StateDir); err != nil {
		return err
	}
	if held == nil {
		return nil
	}
	d := config.Diff(before, p.cfg)
	p.app.say("the change of pawl.yaml is applied: %s", loop.Describe(d))
	return p.ledger.AddEvents(ctx, loop.Approved(d, time.Now()))
}
