package loop

import (
	"fmt"
	"slices"
	"time"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/doctor"
)

func (p *planner) reminderDue(h handoff.Handoff) bool {
	return h.State == handoff.Taken && !h.RemindAt.IsZero() && !p.now.Before(h.RemindAt) && p.stillThere(h)
}

// stillThere says that an inbox handoff is about the letter that lies there
// now; a newer letter has a handoff, and a reminder, of its own.
func (p *planner) stillThere(h handoff.Handoff) bool {
	if h.Kind != handoff.Inbox {
		return true
	}
	ids := p.handoffsOf(h.Agent) // the oldest first, whatever the clock said
	for _, id := range ids[slices.Index(ids, h.ID)+1:] {
		if o := p.s.Handoffs[id]; o.Kind == handoff.Inbox && o.Path == h.Path && !o.State.Closed() {
			return false
		}
	}
	return true
}

// telling is h told, for the first time or because the operator asked for it
// once more.
func telling(h handoff.Handoff) delivery.Item {
	text := h.Label()
	switch {
	case h.Repeated() && h.Why == brokeOff:
		text = "again, as your last turn broke off before it began: " + text
	case h.Repeated():
		text = "again, as the operator asks: " + text
	}
	return delivery.Item{Kind: delivery.Handoff, ID: h.ID, Text: text, Attempt: h.Attempts + 1, Trace: h.Trace()}
}

// reminder is h told again, counted.
func (p *planner) reminder(h handoff.Handoff) delivery.Item {
	text := fmt.Sprintf("reminder %d of %d: %s", h.Reminders()+1, p.w.Config.Handoff.GiveUpAfter, h.Label())
	return delivery.Item{Kind: delivery.Handoff, ID: h.ID, Text: text, Attempt: h.Attempts + 1, Trace: h.Trace()}
}

// expire gives up on handoffs that an idle agent was reminded of often enough,
// and tells people.
func (p *planner) expire() {
	limit := p.w.Config.Handoff.GiveUpAfter
	for _, id := range p.s.Order {
		h := p.s.Handoffs[id]
		u := p.byName[h.Agent]
		if u == nil || h.Reminders() < limit || !p.reminderDue(h) {
			continue
		}
		if row, _ := p.session(u); row.Doing != "idle" || delivery.Hold(p.target(u)) != "" {
			continue
		}
		h.State, h.RemindAt = handoff.Expired, time.Time{}
		h.Why = "not answered after " + doctor.Count(limit, "reminder")
		p.s.Handoffs[id] = h
		p.event("handoff.expired", h.Agent, "handoff", h.ID, "label", h.Label(), "reminders", limit)
		p.act(Action{Kind: Notify, Agent: h.Agent, Reason: h.Label() + ": " + h.Why})
	}
}
