package main

import (
	"context"
	"errors"
	"os"
	"time"

	"pawl/loop"
	"pawl/loop/config"
)

// approve lets pawl.yaml as it is now take effect, and says what that changes
// where it had waited for this.
func (p *project) approve(ctx context.Context) error {
	data, err := os.ReadFile(p.path)
	if err != nil {
		return err
	}
	before, err := loop.Held(ctx, p.ledger, p.path, data)
	var held *loop.HeldError
	if err != nil && !errors.As(err, &held) {
		return err
	}
	if err := loop.Approve(ctx, p.ledger, p.path); err != nil {
		return err
	}
	if held == nil {
		return nil
	}
	d := config.Diff(before, p.cfg)
	p.app.say("the change of pawl.yaml is applied: %s", loop.Describe(d))
	return p.ledger.AddEvents(ctx, loop.Approved(d, time.Now()))
}
