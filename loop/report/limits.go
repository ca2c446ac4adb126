package report

import (
	"slices"
	"time"

	"pawl/handoff"
)

// held begins a usage limit; one of the same account that was over is closed.
func (t *troubles) held(e Event) {
	t.holds = append(t.holds, Hold{
		Account: e.text("account"), Agents: named(e.Agent), From: Moment{e.Time}, Banner: e.text("banner"),
	})
}

// released notes that one agent goes on: a limit is over when the last one does.
func (t *troubles) released(e Event) {
	account := e.text("account")
	i := t.hold(account)
	if i < 0 {
		t.holds = append(t.holds, Hold{Account: account, From: Moment{t.since}})
		i = len(t.holds) - 1
	}
	h := &t.holds[i]
	h.To = Moment{e.Time}
	if !slices.Contains(h.Agents, e.Agent) {
		h.Agents = append(h.Agents, e.Agent)
	}
}

// hold is the newest limit of an account; -1 without one.
func (t *troubles) hold(account string) int {
	for i := len(t.holds) - 1; i >= 0; i-- {
		if t.holds[i].Account == account {
			return i
		}
	}
	return -1
}

// limit brings a hold in line with what the account's row says.
func (t *troubles) limit(l Limit) {
	account := handoff.Clean(l.Account, maxText)
	i := t.hold(account)
	if i < 0 && len(l.Holds) > 0 {
		t.holds = append(t.holds, Hold{Account: account, From: Moment{later(l.Since, t.since)}})
		i = len(t.holds) - 1
	}
	if i < 0 {
		return
	}
	h := &t.holds[i]
	for _, name := range l.Members {
		if !slices.Contains(h.Agents, name) {
			h.Agents = append(h.Agents, name)
		}
	}
	if len(l.Holds) > 0 {
		h.To = Moment{}
	} else if h.To.IsZero() {
		h.To = h.From // over, and nobody was released whose moment is on record
	}
}

// spread makes spells of the limits. An older one of an account that nobody was
// released from ended when the next began, at most.
func (t *troubles) spread(until time.Time) {
	for i := range t.holds {
		h := &t.holds[i]
		if h.Agents == nil {
			h.Agents = []string{}
		}
		s := spell{stretch: stretch{h.From.Time, h.To.Time}, cause: byLimit, agents: h.Agents}
		if next := t.next(i); h.To.IsZero() && !next.IsZero() {
			h.To, s.to, s.atMost = Moment{next}, next, true
		}
		if h.To.IsZero() {
			s.to, s.now = until, true
		}
		s.unknown = !h.To.IsZero() && h.To.Equal(h.From.Time)
		h.Took = between(s.from, s.to)
		t.closed = append(t.closed, s)
	}
}

// next is when the limit after t.holds[i] of the same account began.
func (t *troubles) next(i int) time.Time {
	for _, h := range t.holds[i+1:] {
		if h.Account == t.holds[i].Account {
			return h.From.Time
		}
	}
	return time.Time{}
}
