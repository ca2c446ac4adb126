package loop

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	workers "pawl/loop/run"
)

// speaks says that a watcher tells its agents something. That comes before it is decided
// whether a worker's work is over, as it keeps that going; all else comes after that: a
// worker that is done has not to be stopped.
func speaks(w config.Watcher) bool { return w.Do == config.DoNudge }

// watch follows what agents do in their turns, and acts where one of the watchers says so
// that speak, or one of those that do not.
func (p *planner) watch(speaking bool) {
	watchers := p.w.Config.Watchers
	for _, name := range slices.Sorted(maps.Keys(watchers)) {
		w := watchers[name]
		if speaks(w) != speaking {
			continue
		}
		shared := map[string]workers.Spent{} // by account
		for _, u := range p.units {
			if !p.watches(w, u) {
				continue
			}
			if f, some := p.finding(w, u, shared); some {
				p.found(w, u, f)
			}
		}
	}
}

// forgetWatchers drops what is remembered of watchers that there are no more.
func (p *planner) forgetWatchers() {
	gone := func(key, _ string) bool {
		_, is := p.w.Config.Watchers[strings.TrimPrefix(strings.TrimPrefix(key, nudged), failed)]
		return !is
	}
	for _, u := range p.units {
		agent := p.row(u)
		if agent.Watched == nil {
			continue
		}
		kept := maps.Clone(agent.Watched)
		if maps.DeleteFunc(kept, gone); len(kept) < len(agent.Watched) {
			agent.Watched = kept
			p.put(agent)
		}
	}
}

// watches says that a watcher is about somebody who works, or is to.
func (p *planner) watches(w config.Watcher, u *unit) bool {
	_, running := p.session(u)
	r, worker := p.s.Runs[u.Name]
	switch {
	case u.service, !w.ByTurns(), !u.turning(), !w.Follows(u.Agent):
		return false
	case worker:
		return r.Status == ledger.RunRunning && r.Stop == ""
	}
	return running || p.row(u).Wanted == ledger.Up
}

// finding is how far a watcher's rule is met by an agent.
func (p *planner) finding(w config.Watcher, u *unit, shared map[string]workers.Spent) (workers.Finding, bool) {
	switch {
	case w.Watch == config.WatchBudget:
		return workers.Budget(w, p.spent(w, u, shared)), true
	case w.Watch == config.WatchProgress:
		return workers.Progress(w, p.past(u.Name), p.underway(u).Time), true
	case w.Watch == config.WatchRepeat && w.Of == config.OfTree:
		return workers.Trees(w, p.past(u.Name)), true
	}
	for _, f := range p.w.Steps[u.Name] {
		if f.Watcher == w.Name {
			return f, true
		}
	}
	return workers.Finding{}, false
}

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

// found acts where a rule is met once more than it was.
func (p *planner) found(w config.Watcher, u *unit, f workers.Finding) {
	agent := p.row(u)
	was, known := agent.Watched[w.Name]
	now := f.Value()
	if was == now {
		return
	}
	agent.Watched = maps.Clone(agent.Watched)
	if agent.Watched == nil {
		agent.Watched = map[string]string{}
	}
	if agent.Watched[w.Name] = now; now == "" && known {
		delete(agent.Watched, w.Name)
	}
	p.put(agent)
	switch {
	case !f.Beyond(was):
	case w.Watch == config.WatchLLM:
		p.askJudge(w, u, f)
	default:
		p.trip(w, u, f.Why, workers.Nudge(w, f.Why))
	}
}

// trip does what a watcher is to do.
func (p *planner) trip(w config.Watcher, u *unit, why, nudge string) {
	do := w.Do
	if do == config.DoNudge && !p.mayNudge(w, u) {
		do, why = config.DoNotify, why+"; it was nudged "+strconv.Itoa(maxNudges)+" times in vain"
	}
	said := "watcher " + w.Name + ": " + why
	p.event("watch.tripped", u.Name, "watcher", w.Name, "watch", w.Watch, "do", do, "why", why)
	p.act(Action{Kind: Notify, Agent: u.Name, Reason: said})
	agent := p.row(u)
	r, worker := p.s.Runs[u.Name]
	switch {
	case do == config.DoNudge:
		p.nudgedBy(w, u, nudge)
		return
	case do == config.DoPause && !agent.Paused:
		agent.Paused, agent.Why = true, handoff.Clean(said, 300)
	case do == config.DoStop && worker:
		r.Stop = handoff.Clean(said, 300)
		p.s.Runs[u.Name] = r
		agent.Wanted, agent.Restart, agent.RestartAt = ledger.Down, "", time.Time{}
	case do == config.DoStop:
		agent.Wanted, agent.Restart, agent.RestartAt = ledger.Down, "", time.Time{}
	}
	p.put(agent)
}

// maxNudges is how often a watcher nudges one session. What then is not better is
// worth no more turns.
const maxNudges = 5

// nudges is where it is remembered how often that was.
func nudges(w config.Watcher) string { return nudged + w.Name }

const nudged = "nudges:"

func (p *planner) mayNudge(w config.Watcher, u *unit) bool {
	count, generation, _ := strings.Cut(p.row(u).Watched[nudges(w)], " ")
	n, err := strconv.Atoi(count)
	return err != nil || generation != p.s.Sessions[u.Name].Generation || n < maxNudges
}

// nudgedBy tells an agent what a watcher has to say.
func (p *planner) nudgedBy(w config.Watcher, u *unit, text string) {
	agent, generation := p.row(u), p.s.Sessions[u.Name].Generation
	count, of, _ := strings.Cut(agent.Watched[nudges(w)], " ")
	n, err := strconv.Atoi(count)
	if err != nil || of != generation {
		n = 0
	}
	n++
	agent.Watched = maps.Clone(agent.Watched)
	if agent.Watched == nil {
		agent.Watched = map[string]string{}
	}
	agent.Watched[nudges(w)] = strconv.Itoa(n) + " " + generation
	p.put(agent)
	p.s.PutItem(ledger.Item{
		ID: "watch-" + w.Name + "-" + u.Name + "-" + strconv.FormatInt(p.now.UnixMilli(), 36), Agent: u.Name, Kind: delivery.Message,
		Text: handoff.Clean(text, maxNudge), State: handoff.Open, CreatedAt: p.now,
	})
}

// maxNudge bounds what a nudge says, in bytes: it is typed as one line.
const maxNudge = 600
