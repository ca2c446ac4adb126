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

// speaks says that a watcher tells its agents something at once. That comes before it is
// decided whether a worker's work is over, as it keeps that going; all else comes after
// that: a worker that is done has not to be stopped, and who was asked about others may
// have answered.
func speaks(w config.Watcher) bool { return w.Do == config.DoNudge && w.Watch != config.WatchLLM }

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

// found acts where a rule is met once more than it was.
func (p *planner) found(w config.Watcher, u *unit, f workers.Finding) {
	was := p.row(u).Watched[w.Name]
	if was == f.Value() || w.Watch == config.WatchLLM && p.judging(w, u) {
		return // what came meanwhile is asked about once that is answered
	}
	p.remember(u, w.Name, f.Value())
	switch {
	case !f.Beyond(was):
	case w.Watch == config.WatchLLM:
		p.askJudge(w, u, f)
	default:
		p.trip(w, u, f.Why, workers.Nudge(w, f.Why))
	}
}

// remember keeps a word about an agent for later passes; "" forgets it.
func (p *planner) remember(u *unit, key, value string) {
	agent := p.row(u)
	if agent.Watched[key] == value {
		return
	}
	kept := maps.Clone(agent.Watched)
	if kept == nil {
		kept = map[string]string{}
	}
	if kept[key] = value; value == "" {
		delete(kept, key)
	}
	agent.Watched = kept
	p.put(agent)
}

// counted is how often something was remembered in the present session of an agent.
func (p *planner) counted(u *unit, key string) int {
	count, generation, _ := strings.Cut(p.row(u).Watched[key], " ")
	n, err := strconv.Atoi(count)
	if err != nil || generation != p.s.Sessions[u.Name].Generation {
		return 0
	}
	return n
}

func (p *planner) countUp(u *unit, key string) {
	p.remember(u, key, strconv.Itoa(p.counted(u, key)+1)+" "+p.s.Sessions[u.Name].Generation)
}

// trip does what a watcher is to do.
func (p *planner) trip(w config.Watcher, u *unit, why, nudge string) {
	do := w.Do
	if do == config.DoNudge && p.counted(u, nudged+w.Name) >= maxNudges {
		do, why = config.DoNotify, why+"; it was nudged "+strconv.Itoa(maxNudges)+" times in vain"
	}
	said := "watcher " + w.Name + ": " + why
	p.event("watch.tripped", u.Name, "watcher", w.Name, "watch", w.Watch, "do", do, "why", why)
	p.act(Action{Kind: Notify, Agent: u.Name, Reason: said})
	switch do {
	case config.DoNudge:
		p.nudgedBy(w, u, nudge)
	case config.DoPause:
		if agent := p.row(u); !agent.Paused {
			agent.Paused, agent.Why = true, handoff.Clean(said, 300)
			p.put(agent)
		}
	case config.DoStop:
		p.stoppedBy(u, handoff.Clean(said, 300))
	}
}

// stoppedBy has an agent, or a worker, end.
func (p *planner) stoppedBy(u *unit, why string) {
	if r, worker := p.s.Runs[u.Name]; worker {
		r.Stop = why
		p.s.Runs[u.Name] = r
	}
	agent := p.row(u)
	agent.Wanted, agent.Restart, agent.RestartAt = ledger.Down, "", time.Time{}
	p.put(agent)
}

const (
	// maxNudges is how often a watcher nudges one session. What then is not better is
	// worth no more turns.
	maxNudges = 5
	// nudged is before a watcher's name where it is remembered how often that was.
	nudged = "nudges:"
)

// nudgedBy tells an agent what a watcher has to say.
func (p *planner) nudgedBy(w config.Watcher, u *unit, text string) {
	p.countUp(u, nudged+w.Name)
	p.s.PutItem(ledger.Item{
		ID: "watch-" + w.Name + "-" + u.Name + "-" + strconv.FormatInt(p.now.UnixMilli(), 36), Agent: u.Name, Kind: delivery.Message,
		Text: handoff.Clean(text, config.MaxNudge), State: handoff.Open, CreatedAt: p.now,
	})
}
