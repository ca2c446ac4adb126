package loop

import (
	"strconv"
	"time"

	"pawl/handoff"
	"pawl/loop/supervise"
)

// Origin is asked less often while it does not answer.
const (
	maxLookDelay = 15 * time.Minute
	lookJitter   = 0.10
)

// origin applies what was seen of origin: when to look again, and the
// handoffs that follow from the new commits.
func (p *planner) origin() {
	switch {
	case p.w.Origin.Looked:
		p.looked()
	case p.w.Origin.Err != "":
		// The mirror cannot be read, and a look at origin mends it.
		p.s.Loop.NextLook = p.now
	}
	if p.w.Origin.Facts != nil {
		p.s.Loop.Facts = p.w.Origin.Facts
	}
	if w := p.w.Origin.Window; w != nil {
		p.derive(*w)
	}
	p.orphans()
}

func (p *planner) looked() {
	l, o := &p.s.Loop, p.w.Origin
	poll := p.w.Config.Origin.Poll
	if o.Err != "" {
		l.Failures++
		delay := poll
		for i := 1; i < l.Failures && delay < maxLookDelay; i++ {
			delay *= 2
		}
		l.NextLook = p.now.Add(supervise.Spread(min(delay, max(poll, maxLookDelay)), lookJitter, "origin", l.Failures))
		if l.OriginError == "" {
			p.event("origin.unreachable", "", "error", o.Err)
		}
		l.OriginError = o.Err
		return
	}
	if l.OriginError != "" {
		p.event("origin.reachable", "", "failures", l.Failures)
	}
	l.Failures, l.OriginError = 0, ""
	l.URL, l.Branch = o.URL, o.Branch
	// The attempt that jitters a healthy poll is the poll's own time.
	l.NextLook = p.now.Add(supervise.Spread(poll, lookJitter, "origin", int(p.now.Unix())))
	l.FetchedAt = p.now
}

func (p *planner) derive(w handoff.Window) {
	l := &p.s.Loop
	moved := w.Tip != l.Cursor
	if moved {
		p.event("origin.moved", "", "from", l.Cursor, "to", w.Tip, "commits", len(w.Commits))
	}
	if w.Rewritten {
		p.event("origin.rewritten", "", "from", l.Cursor, "to", w.Tip, "dropped", len(w.Dropped))
	}
	delta := handoff.Derive(handoff.Input{Window: w, Rules: p.w.Rules, Known: p.current(p.w.Origin.Known), Done: p.done(), Now: p.now})
	for _, h := range delta.Handoffs {
		if _, known := p.s.Handoffs[h.ID]; !known && h.State == handoff.Open {
			p.event("handoff.open", h.Agent, "handoff", h.ID, "label", h.Label(), "subject", handoff.Clean(h.Subject, 120))
		}
		p.s.PutHandoff(h)
	}
	for _, n := range delta.Notes {
		p.event(n.Kind, n.Agent, "handoff", n.Handoff, "commit", n.Commit, "text", n.Text)
	}
	p.rounds(delta.Handoffs)
	if l.Cursor == "" {
		l.Told[first] = strconv.FormatInt(p.now.UnixMilli(), 10)
	}
	l.Cursor, l.Fingerprint = w.Tip, p.w.Origin.Print
}

// current replaces the ledger's rows by what this plan has made of them.
func (p *planner) current(rows []handoff.Handoff) []handoff.Handoff {
	out := make([]handoff.Handoff, len(rows))
	for i, h := range rows {
		out[i] = h
		if mine, ok := p.s.Handoffs[h.ID]; ok {
			out[i] = mine
		}
	}
	return out
}

// done are the commits that completed a phase, as far as they are known.
func (p *planner) done() []string {
	var out []string
	for _, phase := range p.w.Config.Phases.Sequence {
		if f := p.s.Loop.Facts[phase.ID]; f.Done() && f.Commit != "" {
			out = append(out, f.Commit)
		}
	}
	return out
}

// orphans withdraws what is open for agents that the configuration no longer has.
func (p *planner) orphans() {
	for _, id := range p.s.Order {
		h := p.s.Handoffs[id]
		if p.byName[h.Agent] != nil || h.State.Closed() {
			continue
		}
		h.State, h.Why, h.RemindAt = handoff.Withdrawn, "the configuration has no agent of that name any more", time.Time{}
		p.s.Handoffs[id] = h
		p.event("handoff.withdrawn", h.Agent, "handoff", h.ID, "text", h.Label())
	}
	for _, id := range p.s.Pending {
		if it := p.s.Items[id]; p.byName[it.Agent] == nil && it.State == handoff.Open {
			it.State = handoff.Withdrawn
			p.s.Items[id] = it
		}
	}
}
