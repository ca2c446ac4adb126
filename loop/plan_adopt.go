package loop

import (
	"slices"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/launcher"
)

// adoptTold settles handoffs that the ledger has as untold although the live
// generation was told them: the ledger was lost, the launcher's own record was
// not. One that was given to the session and not read yet is followed the same
// way, as its wake is not on record. One that only got as far as the input line
// is told: its launcher goes on with what lies there.
func (p *planner) adoptTold() {
	flying := p.flying()
	for _, id := range p.s.Order {
		h := p.s.Handoffs[id]
		u := p.byName[h.Agent]
		untold := h.State == handoff.Open && h.Attempts == 0
		if u == nil || u.obs == nil || !untold && (h.State != handoff.Sent || h.Generation != u.obs.Generation || flying[id]) {
			continue
		}
		told, times := markFor(u.obs.Marks, id)
		if times == 0 {
			continue
		}
		if untold {
			h.State, h.Attempts, h.Generation, h.SentAt = handoff.Sent, times, u.obs.Generation, told.Written
			p.s.Handoffs[id] = h
		}
		if !told.Drained.IsZero() {
			p.take(h, told.Drained)
		}
	}
}

// flying are the items of the wakes that are on record and not taken.
func (p *planner) flying() map[string]bool {
	out := map[string]bool{}
	for _, w := range p.s.Wakes {
		if w.State == delivery.Queued || w.State == delivery.Sent {
			for _, it := range w.Items {
				out[it.ID] = true
			}
		}
	}
	return out
}

// markFor is the last message written that carried the item, and how many did.
func markFor(marks []launcher.Mark, item string) (last launcher.Mark, times int) {
	for _, m := range marks {
		if !m.Written.IsZero() && slices.Contains(m.Items, item) {
			last = m
			times++
		}
	}
	return last, times
}
