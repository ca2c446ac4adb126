package loop

import (
	"maps"
	"slices"

	"pawl/loop/config"
	workers "pawl/loop/run"
)

// past are the turns of an agent with those that this plan has found ended.
func (p *planner) past(agent string) []workers.Past {
	list := p.w.Past[agent]
	for _, t := range p.s.Turns {
		if t.Agent == agent {
			list = append(list, workers.PastOf(p.w.Config, t))
		}
	}
	return list
}

// underway is what the turn has cost that an agent is in.
func (p *planner) underway(u *unit) workers.Spent {
	state, row := p.w.Turns[u.Name], p.s.Sessions[u.Name]
	if last := state.Last(); last != nil && last.Ended.IsZero() && state.Generation == row.Generation && row.Turned < last.N {
		spent := workers.Running(p.w.Config, *last, row.Model, p.now)
		spent.Time = min(spent.Time, u.TurnTimeout) // a machine that slept, or a clock that jumped, is no work
		return spent
	}
	return workers.Spent{}
}

// spent is what a budget adds up. The sums over many are made once for a watcher.
func (p *planner) spent(w config.Watcher, u *unit, shared map[string]workers.Spent) workers.Spent {
	key := ""
	switch w.Per {
	case config.PerAccount:
		key = p.account(u)
	case config.PerDay:
	default:
		return p.spentBy(u, w.Per == config.PerRun, nil)
	}
	sum, known := shared[key]
	if known {
		return sum
	}
	ofAccount := func(past workers.Past) bool { return w.Per == config.PerDay || past.Account == key }
	for _, name := range slices.Sorted(maps.Keys(p.w.Past)) {
		if p.byName[name] == nil {
			sum = sum.Plus(p.sum(p.w.Past[name], false, ofAccount))
		}
	}
	for _, other := range p.units {
		sum = sum.Plus(p.spentBy(other, false, ofAccount))
	}
	shared[key] = sum
	return sum
}

// spentBy is what one agent has spent in a day, or ever, with the turn that it is in.
func (p *planner) spentBy(u *unit, ever bool, counts func(workers.Past) bool) workers.Spent {
	sum := p.sum(p.past(u.Name), ever, counts)
	if running := p.underway(u); counts == nil || counts(workers.Past{Account: p.account(u)}) {
		sum = sum.Plus(running)
	}
	return sum
}

func (p *planner) sum(past []workers.Past, ever bool, counts func(workers.Past) bool) (sum workers.Spent) {
	since := p.now.Add(-workers.Day)
	for _, t := range past {
		if (ever || !t.Ended.Before(since)) && (counts == nil || counts(t)) {
			sum = sum.Plus(t.Spent)
		}
	}
	return sum
}
