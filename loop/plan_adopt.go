package loop

import (
	"slices"
	"strings"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
	"pawl/loop/turn"
)

// adoptTold settles handoffs that the ledger has as untold although the live
// generation was told them: the ledger was lost, the launcher's own record was
// not. One that was given to the session and not read yet is followed the same
// way, as its wake is not on record.
func (p *planner) adoptTold() {
	p.adoptLying()
	flying := p.flying()
	for _, id := range p.s.Order {
		h := p.s.Handoffs[id]
		u := p.byName[h.Agent]
		untold := h.State == handoff.Open && h.Attempts == 0
		if u == nil || u.obs == nil || !untold && (h.State != handoff.Sent || h.Generation != u.obs.Generation || flying[id]) {
			continue
		}
		told, times := markFor(u.obs.Marks, id)
		if times == 0 && untold {
			told, times = markFor(u.obs.Marks, p.formerly(u, h))
		}
		if times == 0 {
			continue
		}
		if untold && p.neverHeard(u, told.ID) {
			h.Attempts, h.Base, h.Why = times, times, brokeOff
			p.s.Handoffs[id] = h
			continue
		}
		if untold {
			h.State, h.Attempts, h.Generation, h.SentAt = handoff.Sent, times, u.obs.Generation, told.Written
			p.s.Handoffs[id] = h
		}
		if !told.Drained.IsZero() {
			p.take(h, told.Drained)
			p.recordTelling(u, told, delivery.Taken, delivery.Item{Kind: delivery.Handoff, ID: h.ID, Text: h.Label(), Attempt: h.Attempts, Trace: h.Trace()})
		}
	}
}

// recordTelling puts a wake of a session that was adopted on record, with one thing that it
// carried: should its turn end unheard, that is told again.
func (p *planner) recordTelling(u *unit, m launcher.Mark, state delivery.State, it delivery.Item) {
	settled := func(t turn.Turn) bool { return t.Wake == m.ID && t.Status != "" }
	if state == delivery.Taken && (!u.turning() || slices.ContainsFunc(p.w.Turns[u.Name].Turns, settled)) {
		return
	}
	w, known := p.s.Wakes[m.ID]
	if !known {
		w = delivery.Wake{ID: m.ID, Agent: u.Name, Generation: u.obs.Generation, State: state, CreatedAt: p.now, SentAt: m.Written, TakenAt: m.Drained}
	}
	w.Items = append(slices.Clone(w.Items), it)
	p.s.Wakes[w.ID] = w
}

// adoptMessages settles messages that the ledger has as untold although the live session
// was told them, or is not the one that they are for: the ledger was lost meanwhile.
func (p *planner) adoptMessages() {
	for _, id := range slices.Clone(p.s.Pending) {
		it := p.s.Items[id]
		u := p.byName[it.Agent]
		if it.Kind != delivery.Message || it.State != handoff.Open || u == nil || u.obs == nil {
			continue
		}
		told, times := markFor(u.obs.Marks, id)
		item := delivery.Item{Kind: it.Kind, ID: it.ID, Text: it.Text, Attempt: 1}
		switch {
		case isKickoff(id) && id != kickoffID(u.obs.Generation):
			it.State = handoff.Withdrawn // it has its own
		case times == 0:
			continue
		case p.neverHeard(u, told.ID):
			it.State = handoff.Withdrawn
			p.s.PutItem(ledger.Item{ID: nextTelling(id), Agent: it.Agent, Kind: it.Kind, Text: it.Text, State: handoff.Open, CreatedAt: p.now})
		case !told.Drained.IsZero():
			it.State = handoff.Taken
			p.recordTelling(u, told, delivery.Taken, item)
		default: // it lies before the session
			it.State = handoff.Queued
			p.recordTelling(u, told, delivery.Sent, item)
		}
		p.s.Items[id] = it
	}
}

// adoptLying puts a wake on record again that got as far as the input line before
// the ledger was lost: its launcher goes on with what lies there, and under
// another id what it says would be told once more.
func (p *planner) adoptLying() {
	for _, u := range p.units {
		if u.obs == nil || u.obs.Lying == "" || p.inFlight(u) != "" {
			continue
		}
		for _, m := range u.obs.Marks {
			if !m.Begun.IsZero() && strings.HasPrefix(u.obs.Lying, m.ID+" ") {
				p.adoptWake(u, m)
			}
		}
	}
}

func (p *planner) adoptWake(u *unit, m launcher.Mark) {
	w := delivery.Wake{ID: m.ID, Agent: u.Name, Generation: u.obs.Generation, State: delivery.Queued, Text: u.obs.Lying, CreatedAt: p.now}
	for _, name := range m.Items {
		id, _ := delivery.ParseItem(name)
		if it := p.s.Items[id]; it.Agent == u.Name && it.State == handoff.Open {
			it.State = handoff.Queued
			p.s.Items[id] = it
			w.Items = append(w.Items, delivery.Item{Kind: it.Kind, ID: it.ID, Text: it.Text, Attempt: 1})
			continue
		}
		h, open := p.s.Handoffs[id]
		if !open {
			h, open = p.renamed(u, name)
		}
		if !open || h.Agent != u.Name || h.State != handoff.Open || h.Attempts > 0 {
			continue
		}
		h.State, h.Attempts, h.Generation = handoff.Queued, 1, w.Generation
		p.s.Handoffs[h.ID] = h
		w.Items = append(w.Items, delivery.Item{Kind: delivery.Handoff, ID: h.ID, Text: h.Label(), Attempt: 1, Trace: h.Trace()})
	}
	if len(w.Items) > 0 {
		p.s.Wakes[w.ID] = w
		p.act(Action{Kind: Wake, Agent: u.Name, Reason: "found in its input line", Generation: w.Generation, WakeID: w.ID})
	}
}

// flying are the items of the wakes that are on record and not taken.
func (p *planner) flying() map[string]bool {
	out := map[string]bool{}
	for _, w := range p.s.Wakes {
		if w.State.InFlight() {
			for _, it := range w.Items {
				out[it.ID] = true
			}
		}
	}
	return out
}

// markFor is the last message written that carried the item, and how many did.
func markFor(marks []launcher.Mark, item string) (last launcher.Mark, times int) {
	names := func(name string) bool {
		id, _ := delivery.ParseItem(name)
		return id == item
	}
	for _, m := range marks {
		if !m.Written.IsZero() && slices.ContainsFunc(m.Items, names) {
			last = m
			times++
		}
	}
	return last, times
}
