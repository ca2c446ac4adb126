package model

import (
	"fmt"
	"reflect"
	"strings"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
)

// lawful judges what a decision is about to have touched, by the operator's
// wants that it is written beside.
func (m *Model) lawful(w *World, p *planned) error {
	for _, a := range p.Actions {
		row := w.rows.Agents[a.Agent]
		session := p.before.Sessions[a.Agent]
		parked := p.After.Agents[a.Agent].Parked
		switch a.Kind {
		case loop.Start, loop.Restart:
			if !wanted(row) || parked {
				return fmt.Errorf("%s is started: it is wanted %q, parked %t, paused %t", a.Agent, row.Wanted, parked, row.Paused)
			}
		case loop.Wake:
			if row.Wanted != ledger.Up && row.Wanted != ledger.Undecided || parked || row.Paused {
				return fmt.Errorf("%s is told something: it is wanted %q, parked %t, paused %t", a.Agent, row.Wanted, parked, row.Paused)
			}
			if p.After.Wakes[a.WakeID].Text == "" {
				return fmt.Errorf("wake %s of %s is sent and has no row", a.WakeID, a.Agent)
			}
		case loop.Stop:
			asked := row.Wanted == ledger.Down || row.Wanted == ledger.Off || row.Restart != "" || session.State == ledger.Stopping
			if !asked {
				return fmt.Errorf("%s is stopped (%s), and nobody asked for it", a.Agent, a.Reason)
			}
		case loop.Forget:
		default:
			continue
		}
		if p.blind {
			return fmt.Errorf("%s: %s, although its launcher could not be looked at", a.Agent, a.Kind)
		}
	}
	return w.distinct(p.Changes)
}

// distinct fails if a letter that was deleted is told of under its old name when
// it comes again: whoever was told that name would not hear of it.
func (w *World) distinct(c ledger.Changes) error {
	for _, h := range c.Handoffs {
		was, known := w.rows.Handoffs[h.ID]
		if known && h.Kind == handoff.Inbox && was.State == handoff.Answered && !h.State.Closed() && !w.origin.rewritten() {
			return fmt.Errorf("%s: %s was deleted and is there again, and has the name %s that it had", h.Agent, h.Label(), h.ID)
		}
	}
	return nil
}

// mayTell judges a wake that is about to be written to a program.
func (m *Model) mayTell(w *World, p *program, o order) error {
	row, there := w.rows.Wakes[o.wake.ID]
	if !there || !reflect.DeepEqual(row.Items, o.wake.Items) {
		return fmt.Errorf("%s is told %q, and no row says so", o.Agent, o.wake.Text)
	}
	for _, it := range o.wake.Items {
		if it.Kind != delivery.Handoff {
			continue
		}
		if err := repeats(p.tellings(w.rows, it), it); err != nil {
			return fmt.Errorf("%s of generation %s: %w", o.Agent, p.obs.Generation, err)
		}
		if n := p.asked(w.rows, it) + 1; asked(it) && n > w.retries {
			return fmt.Errorf("%s is told %q for the %d. time, and the operator asked %d times", o.Agent, it.Text, n, w.retries)
		}
	}
	return nil
}

// tellings are the times at which a program was told what it says.
func (p *program) tellings(r *rows, it delivery.Item) []delivery.Item {
	var out []delivery.Item
	for _, t := range p.told {
		for _, old := range t.items {
			if r.same(old, it.ID, it.Trace) {
				out = append(out, old)
			}
		}
	}
	return out
}

// knows says that a program has read of h.
func (p *program) knows(r *rows, h handoff.Handoff) bool {
	for _, t := range p.told {
		for _, old := range t.items {
			if t.read && r.same(old, h.ID, h.Trace()) {
				return true
			}
		}
	}
	return false
}

// same says that what was told is the handoff of that id and trace: by its id, or
// by its trace where no handoff has that id any more, as when origin was
// rewritten and the ledger lost.
func (r *rows) same(old delivery.Item, id, trace string) bool {
	_, lives := r.Handoffs[old.ID]
	return old.ID == id || old.Trace == trace && trace != "" && !lives
}

func (p *program) asked(r *rows, it delivery.Item) int {
	n := 0
	for _, old := range p.tellings(r, it) {
		if asked(old) {
			n++
		}
	}
	return n
}

func asked(it delivery.Item) bool { return strings.HasPrefix(it.Text, "again, as the operator asks") }

// repeats fails if it, told after the times before, is neither new nor labelled
// as the repetition that it is.
func repeats(before []delivery.Item, it delivery.Item) error {
	count, limit := numbered(it)
	if count > limit {
		return fmt.Errorf("%q, of at most %d reminders", it.Text, limit)
	}
	if asked(it) {
		return nil
	}
	reminded := -1 // how often since it was told
	for _, b := range before {
		switch n, _ := numbered(b); {
		case asked(b), n == 0:
			reminded = 0
		default:
			reminded = n
		}
	}
	if count != reminded+1 {
		return fmt.Errorf("%q after %d tellings, the last %v", it.Text, len(before), before)
	}
	return nil
}

// numbered is which reminder of how many a telling is; 0 where it is none.
func numbered(it delivery.Item) (n, of int) {
	if _, err := fmt.Sscanf(it.Text, "reminder %d of %d:", &n, &of); err != nil {
		return 0, 0
	}
	return n, of
}
