package main

import (
	"context"
	"errors"
	"os"

	"pawl/loop"
	"pawl/loop/ledger"
	"pawl/loop/report"
)

// fileFacts are why pawl.yaml as it is now is not used, and when it was written.
// What a coordinator has on record of that may be of an older content.
func (p *project) fileFacts(f *report.Facts) {
	var held *loop.HeldError
	switch {
	case errors.As(p.fault, &held):
		f.ConfigHeld = held.Agent
	case p.fault != nil:
		f.ConfigError = p.fault.Error()
	}
	if info, err := os.Stat(p.path); err == nil { // where it is missing, that is the fault
		f.ConfigAt = info.ModTime()
	}
}

// earlier is what the events before a span tell of the moment at which it begins.
func (p *project) earlier(ctx context.Context, span ledger.Span) (report.Earlier, error) {
	var e report.Earlier
	sign, signed, err := p.ledger.LastOther(ctx, span, report.OperatorKinds...)
	if err != nil {
		return e, err
	}
	if signed {
		e.Sign, e.Ended = sign.Time, sign.Kind == "coordinator.ended"
	}
	watch, found, err := p.ledger.LastBefore(ctx, span, "coordinator.started", "coordinator.ended")
	if err != nil {
		return e, err
	}
	e.Watched = found && watch.Kind == "coordinator.started"
	if e, err = p.unused(ctx, span, e); err != nil {
		return e, err
	}
	return p.ordered(ctx, span, e)
}

// unused adds whether pawl.yaml was used then. That is looked for only where it
// matters, as most ledgers hold no such event: the search would go through all.
func (p *project) unused(ctx context.Context, span ledger.Span, e report.Earlier) (report.Earlier, error) {
	_, ended, err := p.ledger.FirstOf(ctx, span, "config.reloaded")
	if err != nil || !ended && p.fault == nil {
		return e, err
	}
	file, found, err := p.ledger.LastBefore(ctx, span, "config.invalid", "config.held", "config.approved", "config.reloaded")
	e.Invalid, e.Held = found && file.Kind == "config.invalid", found && file.Kind == "config.held"
	return e, err
}

// ordered adds what the operator wanted at that moment. Taking some agents down
// says nothing about the others.
func (p *project) ordered(ctx context.Context, span ledger.Span, e report.Earlier) (report.Earlier, error) {
	for {
		order, found, err := p.ledger.LastBefore(ctx, span, "operator.up", "operator.down")
		if err != nil || !found {
			return e, err
		}
		names, _ := order.Data["agents"].(string)
		if order.Kind == "operator.down" && names != "" {
			span.First = order.Seq
			continue
		}
		e.Down = order.Kind == "operator.down"
		if !e.Down && e.Sign.IsZero() {
			e.Sign = order.Time // something was to be up from then on
		}
		return e, nil
	}
}
