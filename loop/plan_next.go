package loop

import (
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/ledger"
)

// While something that was started, stopped or sent settles, the next look
// comes soon, and later the longer it takes.
const (
	settleMin = 50 * time.Millisecond
	settleBy  = 4 // a look each time it has taken a quarter longer
)

// next is when the next pass is due at the latest: all deadlines are rows, and
// this is the earliest of them.
func (p *planner) next() time.Time {
	next := p.now.Add(p.w.Config.Supervise.Interval)
	sooner := func(t time.Time) {
		if !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	settle := func(since time.Time) {
		p.settling = true
		sooner(p.now.Add(max(settleMin, p.now.Sub(since)/settleBy)))
	}
	for _, s := range p.s.Sessions {
		switch s.State {
		case ledger.Starting:
			settle(s.CreatedAt)
		case ledger.Live:
			if s.Mode == adapter.ModeTurns && s.Doing == string(adapter.Starting) {
				settle(s.LiveAt) // what waits for it is told once it says that it listens
			}
		case ledger.Stopping:
			settle(s.StopAt)
		}
	}
	for _, w := range p.s.Wakes {
		if w.State.InFlight() {
			settle(w.CreatedAt)
		}
	}
	for _, a := range p.s.Agents {
		if a.Wanted == ledger.Up && !a.Parked && a.RestartAt.After(p.now) {
			sooner(a.RestartAt)
		}
	}
	for account, l := range p.s.Limits {
		for _, u := range p.units {
			if p.account(u) == account {
				sooner(future(l.Expected(u.Name, p.limitRule()), p.now))
			}
		}
	}
	for _, h := range p.s.Handoffs {
		if h.State == handoff.Taken && h.RemindAt.After(p.now) {
			sooner(h.RemindAt)
		}
	}
	for _, u := range p.units {
		for _, t := range u.tables {
			if p.keepsTime(u) {
				_, due := t.Upcoming(p.s, p.now)
				sooner(future(due, p.now))
			}
		}
	}
	return next
}

// future is t if that is still to come, else zero.
func future(t, now time.Time) time.Time {
	if t.After(now) {
		return t
	}
	return time.Time{}
}
