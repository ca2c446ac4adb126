package loop

import (
	"maps"
	"slices"
	"time"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
	"pawl/loop/supervise"
)

// wakesInFlight follows each wake that is on record by what the launchers
// remember of it.
func (p *planner) wakesInFlight() {
	for _, id := range slices.Sorted(maps.Keys(p.s.Wakes)) {
		w := p.s.Wakes[id]
		if !w.State.InFlight() {
			continue // its session's last words took it
		}
		u := p.byName[w.Agent]
		if u == nil {
			p.drop(w)
			continue
		}
		row, running := p.session(u)
		live := running && row.Generation == w.Generation
		if live && u.obs == nil {
			continue // nobody could look, or it is not there yet: doubt decides nothing
		}
		p.advance(u, w, p.evidence(u, w, live))
	}
}

func (p *planner) evidence(u *unit, w delivery.Wake, live bool) delivery.Evidence {
	e := delivery.Evidence{Live: live, Moot: p.moot(w)}
	if !live {
		return e
	}
	for _, m := range u.obs.Marks {
		if m.ID == w.ID {
			e.Written, e.Drained = m.Written, m.Drained
			// What lies in the input line goes on to its end: left there, nothing
			// else could be typed.
			e.Moot = e.Moot && m.Begun.IsZero()
		}
	}
	return e
}

// mootWakes drops wakes that have not gone out and that origin has just left
// with nothing to say.
func (p *planner) mootWakes() {
	for _, id := range slices.Sorted(maps.Keys(p.s.Wakes)) {
		w := p.s.Wakes[id]
		u := p.byName[w.Agent]
		if w.State != delivery.Queued || u == nil || u.obs == nil || !p.moot(w) {
			continue
		}
		if delivery.Advance(w, p.evidence(u, w, true)) == delivery.Drop {
			p.drop(w)
			p.withhold(func(a Action) bool { return a.WakeID == w.ID })
		}
	}
}

// withhold takes back wakes that this plan was about to send.
func (p *planner) withhold(which func(Action) bool) {
	p.actions = slices.DeleteFunc(p.actions, func(a Action) bool { return a.Kind == Wake && which(a) })
}

// moot says that all handoffs of a wake were closed before it went out, or opened
// anew to be told another way.
func (p *planner) moot(w delivery.Wake) bool {
	for _, it := range w.Items {
		if it.Kind != delivery.Handoff {
			return false
		}
		if h, open := p.s.Handoffs[it.ID]; open && !h.State.Closed() && h.Generation == w.Generation {
			return false
		}
	}
	return true
}

func (p *planner) advance(u *unit, w delivery.Wake, e delivery.Evidence) {
	row, _ := p.session(u)
	switch delivery.Advance(w, e) {
	case delivery.Drop:
		p.drop(w)
	case delivery.Send:
		if p.paused(u) != "" || row.State != ledger.Live || w.Text == "" {
			return // nobody is told anything now; the wake waits, or ends with its session
		}
		p.act(Action{Kind: Wake, Agent: u.Name, Reason: "sent again after an interruption", Generation: w.Generation, WakeID: w.ID, Again: true})
	case delivery.Mark:
		w.State, w.SentAt = delivery.Sent, e.Written
		p.sent(w)
	case delivery.Take:
		if w.State == delivery.Queued {
			w.SentAt = e.Written
			p.sent(w)
		}
		// It was taken after it was queued, whatever the clock of who keeps the session says.
		w.State, w.TakenAt = delivery.Taken, supervise.Later(e.Drained, w.CreatedAt)
		p.taken(w)
	}
}

// lastWords takes what a session had read before it ended.
func (p *planner) lastWords(u *unit, row ledger.Session, marks []launcher.Mark) {
	for _, m := range marks {
		w, ok := p.s.Wakes[m.ID]
		flying := ok && w.State.InFlight()
		if flying && w.Generation == row.Generation && !m.Drained.IsZero() {
			p.advance(u, w, delivery.Evidence{Written: m.Written, Drained: m.Drained})
		}
	}
}

// drop ends a wake that will never be read. What it carried is open again.
func (p *planner) drop(w delivery.Wake) {
	w.State = delivery.Dropped
	p.s.Wakes[w.ID] = w
	for _, it := range w.Items {
		if item, ok := p.s.Items[it.ID]; ok {
			item.State = handoff.Open
			if item.Kind == delivery.Probe || it.ID == kickoffID(w.Generation) {
				item.State = handoff.Withdrawn // it was for that session alone
			}
			p.s.Items[it.ID] = item
		}
		if h, ok := p.s.Handoffs[it.ID]; ok && h.Generation == w.Generation && !h.State.Closed() {
			h.State, h.Generation, h.OpenedAt = handoff.Open, "", p.now
			h.Attempts = max(h.Attempts-1, 0)
			p.s.Handoffs[it.ID] = h
		}
	}
}

func (p *planner) sent(w delivery.Wake) {
	p.s.Wakes[w.ID] = w
	for _, h := range p.carried(w) {
		h.State, h.SentAt = handoff.Sent, w.SentAt
		p.s.Handoffs[h.ID] = h
		facts := []any{"handoff", h.ID, "wake", w.ID, "label", h.Label(), "attempt", h.Attempts, "ms", w.SentAt.Sub(h.SeenAt).Milliseconds()}
		if h.Attempts > 1 {
			facts = append(facts, "reminder", h.Reminders()) // 0: the operator has it told again
		}
		p.event("handoff.sent", w.Agent, facts...)
	}
}

func (p *planner) taken(w delivery.Wake) {
	p.s.Wakes[w.ID] = w
	p.heard(w)
	for _, it := range w.Items {
		if item, ok := p.s.Items[it.ID]; ok {
			item.State = handoff.Taken
			p.s.Items[it.ID] = item
			p.event("wake.taken", w.Agent, "wake", w.ID, "about", string(it.Kind), "text", handoff.Clean(it.Text, 120))
		}
	}
	for _, h := range p.carried(w) {
		p.take(h, w.TakenAt)
		p.event("handoff.taken", w.Agent, "handoff", h.ID, "wake", w.ID, "label", h.Label())
	}
}

// heard notes what a wake that was taken says of its session: it works, it
// was asked why it stands still, unless it was given something new with that, and
// what it shows next tells whether a usage limit holds it still.
func (p *planner) heard(w delivery.Wake) {
	row, running := p.s.Sessions[w.Agent]
	if !running || row.Generation != w.Generation {
		return
	}
	asked := false
	for _, it := range w.Items {
		asked = asked || isStallProbe(it.ID)
	}
	given := slices.ContainsFunc(w.Items, func(it delivery.Item) bool { return it.Kind == delivery.Handoff && it.Attempt <= 1 })
	row.Worked = true
	if asked && !given {
		row.ProbedAt = p.now // by this clock: who keeps the session may go by another one, hours behind
	}
	p.s.Sessions[w.Agent] = row
	if u := p.byName[w.Agent]; u != nil {
		account := p.account(u)
		if l, known := p.s.Limits[account]; known {
			p.s.Limits[account] = l.Took(w.Agent, p.now)
		}
	}
}

// take records that the agent has a handoff, and when it is reminded of it. A
// rule without an answer is answered by that.
func (p *planner) take(h handoff.Handoff, at time.Time) {
	h.State, h.TakenAt = handoff.Taken, at
	if p.owed(h) {
		// A mark from the future was made before the clock was set back.
		h.RemindAt = supervise.Earlier(at, p.now).Add(p.w.Config.Handoff.RemindAfter)
	}
	p.s.Handoffs[h.ID] = h
	if u := p.byName[h.Agent]; u == nil || !u.turning() {
		p.content(h)
	}
}

// content closes a handoff that was taken, if its rule asks for no answer.
func (p *planner) content(h handoff.Handoff) {
	if h.State != handoff.Taken || h.Kind != handoff.Signal || p.w.Rules.AnsweredBy(h) != "" {
		return
	}
	h.State, h.Why = handoff.Answered, "its rule asks for no answer"
	p.event("handoff.answered", h.Agent, "handoff", h.ID, "label", h.Label())
	p.s.Handoffs[h.ID] = h
}

// carried are the handoffs of w that are still open and told by it.
func (p *planner) carried(w delivery.Wake) []handoff.Handoff {
	var out []handoff.Handoff
	for _, it := range w.Items {
		if h, ok := p.s.Handoffs[it.ID]; ok && !h.State.Closed() && h.Generation == w.Generation {
			out = append(out, h)
		}
	}
	return out
}

// owed says that the agent has to do something about h once it has taken it.
func (p *planner) owed(h handoff.Handoff) bool { return Owed(p.w.Rules, h) }

// Owed says that the agent has to do something about h: to answer it, or to
// delete it. A passing review only tells it something.
func Owed(r handoff.Rules, h handoff.Handoff) bool {
	if h.Kind == handoff.Inbox {
		return true
	}
	answer := r.AnsweredBy(h)
	return answer != "" && !h.Report(answer)
}
