package loop

import (
	"slices"
	"strconv"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/launcher"
)

// formerly is the id under which an adopted session was told h, where that is
// another one than now: origin was rewritten, and then the ledger lost that knew
// both. It is "" if there is none. What this ledger itself had told goes by ids that
// it knows.
func (p *planner) formerly(u *unit, h handoff.Handoff) string {
	trace := h.Trace()
	if trace == "" || !p.amongFirst(h) {
		return ""
	}
	former := p.gone(u, trace)
	if len(former) == 0 {
		return ""
	}
	for _, id := range p.handoffsOf(u.Name) {
		other := p.s.Handoffs[id]
		if other.ID == h.ID || other.Attempts == 0 || other.Generation != u.obs.Generation || other.Trace() != trace {
			continue
		}
		// One for one: what another one was told by is used up.
		if _, times := markFor(u.obs.Marks, other.ID); times == 0 && len(former) > 0 {
			former = former[1:]
		}
	}
	if len(former) == 0 {
		return ""
	}
	return former[0]
}

// first is the name under which it is remembered when this ledger first derived
// what origin holds.
const first = "first"

// amongFirst says that h was there when this ledger began. What came later is a
// handoff of its own, even where it is a copy to the letter of what the session was
// told: a commit that was cherry-picked, or one made in the same second.
func (p *planner) amongFirst(h handoff.Handoff) bool {
	return p.s.Loop.Told[first] == strconv.FormatInt(h.SeenAt.UnixMilli(), 10)
}

// gone are the ids of a trace, the oldest first, that the launcher's record has
// from before the session was adopted and that no handoff has now.
func (p *planner) gone(u *unit, trace string) []string {
	row, known := p.session(u)
	if !known || row.Generation != u.obs.Generation {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	// By its place in the record and not by its date: clocks are set back.
	newest := slices.IndexFunc(u.obs.Marks, func(m launcher.Mark) bool { return m.ID == row.Known })
	for _, m := range u.obs.Marks[:newest+1] {
		if m.Written.IsZero() {
			continue
		}
		for _, name := range m.Items {
			id, has := delivery.ParseItem(name)
			if _, lives := p.s.Handoffs[id]; has == trace && !lives && !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	return out
}

// renamed finds the untold handoff that an item of an adopted session's record is
// called now.
func (p *planner) renamed(u *unit, name string) (handoff.Handoff, bool) {
	_, trace := delivery.ParseItem(name)
	for _, id := range p.handoffsOf(u.Name) {
		if h := p.s.Handoffs[id]; trace != "" && h.State == handoff.Open && h.Attempts == 0 && h.Trace() == trace {
			return h, true
		}
	}
	return handoff.Handoff{}, false
}
