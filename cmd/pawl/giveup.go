package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/ledger"
)

// giveUp ends the rows of sessions whose launcher cannot be looked at, of the named
// agents or of all: for a host that is gone for good. What became of them is not known.
func (p *project) giveUp(ctx context.Context, names []string) error {
	if err := p.known(names...); err != nil {
		return err
	}
	w, _, err := p.preview(ctx)
	if err != nil {
		return err
	}
	var lost []string
	for name, row := range w.State.Sessions {
		if _, looked := w.Sessions[row.Launcher]; !looked && (len(names) == 0 || slices.Contains(names, name)) {
			lost = append(lost, name)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	slices.Sort(lost)
	err = p.ledger.Edit(ctx, func(s *ledger.State) error {
		for _, name := range lost {
			row, there := s.Sessions[name]
			if !there || row.Generation != w.State.Sessions[name].Generation {
				continue
			}
			row.State, row.StopAt = ledger.GivenUp, time.Now()
			s.Sessions[name] = row
		}
		s.Events = append(s.Events, operatorEvent("down", "", map[string]any{"agents": strings.Join(lost, " "), "forget": true}))
		return p.unwant(s, names)
	})
	if err != nil {
		return err
	}
	for _, name := range lost {
		row := w.State.Sessions[name]
		p.app.say("%s given up: it may still run on launcher %s, as session %s", name, handoff.Clean(row.Launcher, 80), row.Name)
	}
	return nil
}
