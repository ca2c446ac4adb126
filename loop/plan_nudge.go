package loop

import (
	"maps"
	"slices"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	"pawl/loop/supervise"
)

// goOn is what an agent that stopped at a limit is told when nothing else is.
const goOn = "the usage limit should be over; go on where you stopped"

// muzzle takes back wakes that were about to be repeated to agents that must not
// be told anything now. The one that asks whether a limit stands goes out, as long as
// its end is not known.
func (p *planner) muzzle() {
	p.withhold(func(a Action) bool {
		u := p.byName[a.Agent]
		if u == nil {
			return false
		}
		r, _ := p.reading(u)
		l := p.s.Limits[p.account(u)]
		asking := l.Asked == u.Name && l.Until.IsZero()
		return r.State == adapter.Waiting || r.State == adapter.Auth || p.held(u) != "" && !asking
	})
}

// nudges sees to it that each agent that stopped at a limit is told once that it
// is over. Whatever waits to be told serves; without that it is a probe.
func (p *planner) nudges() {
	for _, u := range p.units {
		account := p.account(u)
		l := p.s.Limits[account]
		row, running := p.session(u)
		if !running || row.State != ledger.Live || !l.Unheard(u.Name, row.Generation) {
			continue
		}
		r, _ := p.reading(u)
		nudged := l.Members[u.Name].Nudged
		flying, read := p.wakesSince(u, nudged)
		switch {
		case !read.IsZero():
			p.s.Limits[account] = l.Heard(u.Name, p.now) // what its screen shows by now may be from before
		case r.State == adapter.Active && !flying:
			p.s.Limits[account] = l.Heard(u.Name, p.now)
			p.withdraw(u, delivery.Probe)
		case !flying && len(p.toTell(u)) == 0:
			p.probe(u, "limit-"+row.Generation+"-"+dated(nudged), goOn)
		}
	}
}

// wakesSince says whether a wake is on its way to u, and when it read one after
// the moment given.
func (p *planner) wakesSince(u *unit, since time.Time) (flying bool, read time.Time) {
	for _, w := range p.s.Wakes {
		switch {
		case w.Agent != u.Name:
		case w.State.InFlight():
			flying = true
		case w.State == delivery.Taken && !w.TakenAt.Before(since) && w.TakenAt.After(read):
			read = w.TakenAt
		}
	}
	return flying, read
}

// withdraw takes back what of a kind was not told yet.
func (p *planner) withdraw(u *unit, kind delivery.Kind) {
	for _, id := range p.s.Pending {
		if it := p.s.Items[id]; it.Agent == u.Name && it.Kind == kind && it.State == handoff.Open {
			it.State = handoff.Withdrawn
			p.s.Items[id] = it
		}
	}
}

func (p *planner) probeDue(l supervise.Limit) bool {
	return l.Standing() && l.Until.IsZero() && !p.now.Before(l.ProbeAt)
}

// asks tells one agent of an account whose limit has no known end to go on, now
// and then: if it does, the limit is over. It is over too where nobody can be asked, or
// could be for as long as that again: the next one who is refused tells.
func (p *planner) asks() {
	for _, account := range slices.Sorted(maps.Keys(p.s.Limits)) {
		l := p.s.Limits[account]
		if !p.probeDue(l) {
			continue
		}
		askable := p.askable(l)
		i := slices.IndexFunc(askable, func(name string) bool { return p.ask(p.byName[name]) })
		overdue := !p.now.Before(l.ProbeAt.Add(p.limitRule().Probe))
		switch {
		case i >= 0:
			// What the one before was asked, and perhaps never got, waits now.
			p.withhold(func(a Action) bool { return a.Agent == l.Asked && a.Agent != askable[i] })
			p.s.Limits[account] = l.Ask(askable[i], p.now, p.limitRule())
		case len(askable) == 0, overdue:
			p.s.Limits[account] = l.Lift(p.now)
		}
	}
}

// askable are the agents that could say whether a limit stands. One that is paused, or
// has nothing to do any more, would keep all others of its account waiting for ever.
func (p *planner) askable(l supervise.Limit) []string {
	return slices.DeleteFunc(l.Candidates(p.w.Config.Names()), func(name string) bool {
		u := p.byName[name]
		return u == nil || p.paused(u) != "" || p.unwanted(u) != ""
	})
}

func (p *planner) ask(u *unit) bool {
	t := p.target(u)
	flying := t.InFlight != ""
	if t.Held, t.InFlight = "", ""; delivery.Hold(t) != "" {
		return false
	}
	if flying {
		return true // what is on its way to it asks as well
	}
	if len(p.toTell(u)) == 0 {
		p.probe(u, "limit-"+u.obs.Generation+"-"+dated(p.now), goOn)
	}
	w := p.form(u).Compose(u.Name, u.obs.Generation, p.toTell(u), p.now)
	if w == nil {
		return false
	}
	p.queue(u, *w)
	return true
}

// dated is a moment as a part of a name.
func dated(t time.Time) string { return t.UTC().Format("20060102T150405") }
