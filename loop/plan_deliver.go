package loop

import (
	"fmt"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
)

// deliver makes one wake for each agent that may be told something and has
// something to be told.
func (p *planner) deliver() {
	for _, u := range p.units {
		if u.service {
			continue
		}
		hold := delivery.Hold(p.target(u))
		if hold != "" {
			if p.holds[u.Name] == "" {
				p.holds[u.Name] = hold
			}
			continue
		}
		if w := p.form(u).Compose(u.Name, u.obs.Generation, p.toTell(u), p.now); w != nil {
			p.queue(u, *w)
		}
	}
}

func (p *planner) target(u *unit) delivery.Target {
	agent := p.row(u)
	row, running := p.session(u)
	reading, screen := p.reading(u)
	t := delivery.Target{
		Wanted:   agent.Wanted == ledger.Up || agent.Wanted == ledger.Undecided && running,
		Parked:   agent.Parked,
		Paused:   p.pausedWhy(u),
		Held:     p.held(u),
		Complete: u.Kind == "loop" && p.s.Loop.Phase.Complete,
		Present:  running,
		Ready:    running && row.State == ledger.Live && u.obs != nil && (!screen || reading.State != adapter.Starting),
		Idle:     p.idle(u),
		Queues:   u.profile.QueuesInput,
	}
	t.InFlight = p.inFlight(u)
	if screen {
		t.Blocked = p.blocked(u, reading)
	}
	return t
}

// inFlight is the wake of u that it has not taken yet; "" without one.
func (p *planner) inFlight(u *unit) string {
	first := ""
	for id, w := range p.s.Wakes {
		if w.Agent == u.Name && w.State.InFlight() && (first == "" || id < first) {
			first = id
		}
	}
	return first
}

// toTell are the items for one wake: open handoffs, due reminders, and what
// else waits for the agent.
func (p *planner) toTell(u *unit) []delivery.Item {
	var out []delivery.Item
	if row, _ := p.session(u); p.s.Items[kickoffID(row.Generation)].State == handoff.Open {
		it := p.s.Items[kickoffID(row.Generation)]
		return []delivery.Item{{Kind: it.Kind, ID: it.ID, Text: it.Text, Attempt: 1}} // everything else comes after it
	}
	for _, id := range p.handoffsOf(u.Name) {
		h := p.s.Handoffs[id]
		if h.State == handoff.Open {
			out = append(out, telling(h))
		}
		if p.reminderDue(h) && p.idle(u) {
			out = append(out, p.reminder(h))
		}
	}
	for _, id := range p.s.Pending {
		if it := p.s.Items[id]; it.Agent == u.Name && it.State == handoff.Open {
			out = append(out, delivery.Item{Kind: it.Kind, ID: it.ID, Text: it.Text, Attempt: 1})
		}
	}
	return out
}

// queue records a wake before anything goes out.
func (p *planner) queue(u *unit, w delivery.Wake) {
	p.s.Wakes[w.ID] = w
	for _, it := range w.Items {
		if h, ok := p.s.Handoffs[it.ID]; ok {
			h.State, h.Generation, h.Attempts, h.RemindAt = handoff.Queued, w.Generation, it.Attempt, time.Time{}
			p.s.Handoffs[it.ID] = h
		}
		if item, ok := p.s.Items[it.ID]; ok {
			item.State = handoff.Queued
			p.s.Items[it.ID] = item
		}
	}
	p.act(Action{Kind: Wake, Agent: u.Name, Reason: reasonOf(w), Generation: w.Generation, WakeID: w.ID})
}

// reasonOf is the wake in words: its text without the id.
func reasonOf(w delivery.Wake) string {
	if len(w.Items) == 1 {
		return handoff.Clean(w.Items[0].Text, 120)
	}
	return handoff.Clean(fmt.Sprintf("%s and %d more", w.Items[0].Text, len(w.Items)-1), 120)
}

// underWay is how long a wake may take to be read before what it carries can
// count as stuck, however long that had waited for it.
const underWay = time.Minute

// stuck tells people once of a handoff that does not get through.
func (p *planner) stuck() {
	fresh := map[string]bool{}
	for _, w := range p.s.Wakes {
		for _, it := range w.Items {
			fresh[it.ID] = fresh[it.ID] || p.now.Sub(w.CreatedAt) < underWay
		}
	}
	for _, id := range p.s.Order {
		h := p.s.Handoffs[id]
		if h.State != handoff.Open && fresh[id] {
			continue
		}
		untaken := h.State == handoff.Open || h.State == handoff.Queued || h.State == handoff.Sent
		if !untaken || h.Stuck || p.now.Before(h.OpenedAt.Add(p.w.Config.Handoff.RemindAfter)) {
			continue
		}
		h.Stuck = true
		p.s.Handoffs[id] = h
		p.event("handoff.stuck", h.Agent, "handoff", h.ID, "label", h.Label(), "why", p.holds[h.Agent])
		p.act(Action{Kind: Notify, Agent: h.Agent, Reason: h.Label() + " does not get through: " + p.holds[h.Agent]})
	}
}
