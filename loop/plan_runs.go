package loop

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	workers "pawl/loop/run"
	"pawl/loop/supervise"
	"pawl/loop/turn"
)

// runs decides what became of the workers whose turn or session has ended, and tells
// whoever asked.
func (p *planner) runs() {
	for _, id := range slices.Sorted(maps.Keys(p.s.Runs)) {
		u := p.byName[id]
		if u == nil || u.Kind != config.KindRun || p.s.Runs[id].Status != ledger.RunRunning {
			continue
		}
		last := p.countTurns(id)
		r, agent := p.s.Runs[id], p.row(u)
		_, running := p.session(u)
		switch {
		case r.Stop != "":
			if !running {
				p.finish(r, ledger.RunStopped, r.Stop, last)
			}
		case last != nil && last.Status == turn.Completed:
			if !p.awaits(id) {
				p.finish(r, ledger.RunCompleted, "", last)
			}
		case last != nil && last.Status == turn.Failed && last.Why != sessionOver:
			p.finish(r, ledger.RunFailed, last.Why, last)
		case agent.Parked:
			p.finish(r, ledger.RunFailed, "its session ended again and again: "+agent.Restart, nil)
		}
	}
}

// countTurns takes the turns of a run that this plan has found ended into its sums, and
// returns the last of them; nil without one.
func (p *planner) countTurns(id string) *ledger.Turn {
	r := p.s.Runs[id]
	var last *ledger.Turn
	for i, t := range p.s.Turns {
		if t.Agent == id {
			last = &p.s.Turns[i]
			r.Turns, r.Tools, r.Usage, r.LastTurn = r.Turns+1, r.Tools+t.Tools, r.Usage.Plus(t.Usage), t.ID
		}
	}
	p.s.Runs[id] = r
	return last
}

// awaits says that something waits to be told to an agent, or is on its way.
func (p *planner) awaits(agent string) bool {
	return slices.ContainsFunc(p.s.Pending, func(id string) bool {
		it := p.s.Items[id]
		return it.Agent == agent && (it.State == handoff.Open || it.State == handoff.Queued)
	})
}

// finish ends a run. Its session ends with it, and its conversation can be gone on with.
func (p *planner) finish(r ledger.Run, status ledger.RunStatus, why string, last *ledger.Turn) {
	r.Status, r.Why, r.Stop, r.EndedAt = status, handoff.Clean(why, 500), "", p.now
	r.Rounds++
	p.s.Runs[r.ID] = r
	agent := p.s.Agent(r.ID)
	agent.Wanted, agent.Parked, agent.Restart, agent.RestartAt, agent.History = ledger.Down, false, "", time.Time{}, supervise.History{}
	p.put(agent)
	p.event("run."+string(status), r.ID, "type", r.Type, "title", r.Title(), "why", r.Why, "parent", r.Parent,
		"turns", r.Turns, "tools", r.Tools, "tokens", r.Usage.Tokens(), "seconds", int(p.now.Sub(r.Since)/time.Second))
	n := workers.Notice{Run: r}
	if last != nil {
		n.Answer = last.Answer
	}
	p.tellParent(r, n)
}

// tellParent has the parent of a run told of its end, once for each time that it ends.
// A parent that is a run itself, and is done, goes on with that.
func (p *planner) tellParent(r ledger.Run, n workers.Notice) {
	text := n.Page()
	parent, isRun := p.s.Runs[r.Parent]
	switch u := p.byName[r.Parent]; {
	case u != nil && !u.service:
		if !u.turning() {
			text = n.Line()
		}
	case !isRun || !parent.Removed.IsZero():
		return // nobody is there any more
	}
	p.s.PutItem(ledger.Item{
		ID: "run-" + r.ID + "-" + strconv.Itoa(r.Rounds), Agent: r.Parent, Kind: delivery.Message, Text: text,
		State: handoff.Open, CreatedAt: p.now,
	})
	if isRun && parent.Status == ledger.RunCompleted {
		p.s.Runs[parent.ID] = ContinueRun(&p.s, parent, p.now)
		p.event("run.continued", parent.ID, "why", "its worker "+r.ID+" has ended")
	}
}

// ContinueRun has a run that has ended go on with its conversation; what it is to do is
// an item that it is told.
func ContinueRun(s *ledger.State, r ledger.Run, now time.Time) ledger.Run {
	r.Status, r.Why, r.Stop, r.Since, r.EndedAt = ledger.RunRunning, "", "", now, time.Time{}
	agent := s.Agent(r.ID)
	agent.Wanted, agent.Finished, agent.Parked = ledger.Up, false, false
	agent.Talk.Unfinished = false // what it is told now goes before what it left
	s.Agents[r.ID] = agent
	return r
}

// crowded says that as many workers run as may.
func (p *planner) crowded() bool {
	n := 0
	for name := range p.s.Sessions {
		if u := p.byName[name]; u != nil && u.Kind == config.KindRun {
			n++
		}
	}
	return n >= p.w.Config.Workers.Parallel
}
