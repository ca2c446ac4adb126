package loop

import (
	"cmp"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	"pawl/loop/supervise"
)

// freeze keeps the reminders of agents that cannot be told anything from
// running on: when they can again, the clocks go on where they stood.
func (p *planner) freeze() {
	for _, u := range p.units {
		agent := p.row(u)
		switch frozen := p.frozen(u) != ""; {
		case frozen && agent.FrozenSince.IsZero():
			agent.FrozenSince = p.now
			p.put(agent)
		case !frozen && !agent.FrozenSince.IsZero():
			p.thaw(u, p.now.Sub(agent.FrozenSince))
			agent.FrozenSince = time.Time{}
			p.put(agent)
		}
	}
}

func (p *planner) thaw(u *unit, by time.Duration) {
	// What came while the clocks stood still has lost less.
	lost := func(since time.Time) time.Duration { return max(min(by, p.now.Sub(since)), 0) }
	if row, running := p.session(u); running {
		if !row.ProbedAt.IsZero() {
			row.ProbedAt = row.ProbedAt.Add(lost(row.ProbedAt))
		}
		row.DoingSince = row.DoingSince.Add(lost(row.DoingSince))
		p.s.Sessions[u.Name] = row
		if it, waits := p.stallProbe(row); waits {
			it.CreatedAt = it.CreatedAt.Add(lost(it.CreatedAt))
			p.s.Items[it.ID] = it
		}
	}
	for _, id := range p.handoffsOf(u.Name) {
		if h := p.s.Handoffs[id]; !h.RemindAt.IsZero() {
			h.RemindAt = h.RemindAt.Add(lost(h.TakenAt))
			p.s.Handoffs[id] = h
		}
	}
}

// stalls asks sessions that stand still although they owe something, once, and
// restarts those that still do.
func (p *planner) stalls() {
	for _, u := range p.units {
		row, running := p.session(u)
		if !running || row.State != ledger.Live || u.obs == nil || p.frozen(u) != "" || p.row(u).Wanted != ledger.Up {
			continue
		}
		if p.neverCameUp(u, row) {
			p.relaunch(u, row, p.row(u), "its program did not come up")
			continue
		}
		stall := p.stall(u, row)
		it, waits := p.stallProbe(row)
		if waits && it.State == handoff.Open && (!stall.Owes || stall.Since.After(it.CreatedAt)) {
			// It was never told, and there is no reason for it any more.
			it.State, waits = handoff.Withdrawn, false
			p.s.Items[it.ID] = it
			stall = p.stall(u, row)
		}
		switch move := stall.Judge(p.now); {
		case move == supervise.Ask && !waits && !p.beingTold(u):
			p.probe(u, "stall-"+row.Generation+"-"+dated(p.now), p.question(u))
			p.event("agent.stalled", u.Name, "generation", row.Generation, "since", row.DoingSince)
		case move == supervise.Restart:
			p.relaunch(u, row, p.row(u), "it stood still and did not answer a probe")
		}
	}
}

// beingTold says that something is on its way to u since a moment ago: it is not asked
// why it stands still before it could have read that.
func (p *planner) beingTold(u *unit) bool {
	w, flying := p.s.Wakes[p.inFlight(u)]
	return flying && p.now.Sub(w.CreatedAt).Abs() < underWay
}

// stallProbe is the question to a session why it stands still that it has not
// taken yet; false without one.
func (p *planner) stallProbe(row ledger.Session) (ledger.Item, bool) {
	for _, id := range p.s.Pending {
		it := p.s.Items[id]
		if it.Agent == row.Agent && isStallProbe(id) && it.Waits() {
			return it, true
		}
	}
	return ledger.Item{}, false
}

func isStallProbe(item string) bool { return strings.HasPrefix(item, "probe-stall-") }

// probed is when a session was asked why it stands still: when it took that, as
// nobody can answer what he was not asked. A screen that waits for input and
// takes nothing of what is typed into it counts from when it could have.
func (p *planner) probed(u *unit, row ledger.Session) time.Time {
	it, waits := p.stallProbe(row)
	if _, screen := p.reading(u); !waits || !screen {
		return row.ProbedAt
	}
	if row.DoingSince.After(it.CreatedAt) {
		return row.DoingSince
	}
	return it.CreatedAt
}

func (p *planner) stall(u *unit, row ledger.Session) supervise.Stall {
	var given time.Time
	owes := false
	for _, id := range p.handoffsOf(u.Name) {
		h := p.s.Handoffs[id]
		if h.State == handoff.Taken && p.owed(h) {
			owes = true
			// A reminder is no sign of life: only the first telling counts.
			if h.Reminders() == 0 && h.TakenAt.After(given) {
				given = h.TakenAt
			}
		}
	}
	if p.kickoffOwed(u, row) {
		owes = true
		if given.IsZero() {
			given = row.LiveAt
		}
	}
	since := p.stillSince(u, row)
	if given.After(since) {
		since = given
	}
	return supervise.Stall{
		Owes: owes, Idle: p.standsStill(u, row), Since: since, Owed: given, Probed: p.probed(u, row),
		Until: supervise.WaitingUntil(p.w.Tails[u.Name]),
		After: stallAfter(p.w.Config, row.Adapter), Grace: p.w.Config.Supervise.StallGrace,
		Unwatched: u.Watch != "heal+stall",
	}
}

// probe queues one question to an agent.
func (p *planner) probe(u *unit, id, text string) {
	p.s.PutItem(ledger.Item{ID: "probe-" + id, Agent: u.Name, Kind: delivery.Probe, Text: text, State: handoff.Open, CreatedAt: p.now})
}

// quiet notices a loop that stands still with nothing to do and the phase not
// done: one event and one probe for each tip, and never a restart.
func (p *planner) quiet() {
	l := p.s.Loop
	if len(p.w.Config.Phases.Sequence) == 0 || l.Phase.Complete || !l.Phase.Known || l.Facts[l.Phase.Current].Done() {
		return
	}
	var first *unit
	for _, u := range p.units {
		if u.Kind != "loop" || p.row(u).Wanted != ledger.Up {
			continue
		}
		row, running := p.session(u)
		if !running || row.State != ledger.Live || u.obs == nil || !p.standsStill(u, row) || p.frozen(u) != "" ||
			p.now.Sub(p.stillSince(u, row)) < p.w.Config.Supervise.StallAfter || p.hasOpen(u) {
			return
		}
		if first == nil {
			first = u
		}
	}
	if first == nil || !p.once("quiet", l.Cursor) {
		return
	}
	p.event("loop.quiet", first.Name, "phase", l.Phase.Current, "tip", l.Cursor)
	p.probe(first, "quiet-"+l.Cursor, "all agents of phase "+l.Phase.Current+" are idle, nothing is open and its STATUS is not done; go on, or mark it done")
}

func (p *planner) hasOpen(u *unit) bool {
	for _, id := range p.handoffsOf(u.Name) {
		h := p.s.Handoffs[id]
		if !h.State.Closed() && (h.State != handoff.Taken || p.owed(h)) {
			return true
		}
	}
	return false
}

// stallAfter is how long a session of the adapter may stand still.
func stallAfter(cfg *config.Config, adapter string) time.Duration {
	return cmp.Or(cfg.Adapters[adapter].StallAfter, cfg.Supervise.StallAfter)
}
