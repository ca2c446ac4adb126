package loop

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
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
		if u == nil || u.Kind != config.KindRun {
			continue
		}
		if p.s.Runs[id].Status != ledger.RunRunning {
			p.clear(id)
			continue
		}
		last := p.countTurns(id)
		r, agent := p.s.Runs[id], p.row(u)
		row, running := p.session(u)
		switch {
		case r.Stop != "":
			if !running || !p.mayCome(u, row) && p.neverCame(u, row, r.Stop) {
				p.finish(r, ledger.RunStopped, r.Stop, p.saidLast(u, last))
			}
		case last != nil && hopeless(*last) && agent.Talk.Lost == 0 && !agent.Fresh: // else it is tried without that conversation
			p.finish(r, ledger.RunFailed, last.Why, last.Answer)
		case agent.Parked:
			p.finish(r, ledger.RunFailed, "its session ended again and again: "+agent.Restart, "")
		case running:
			p.settle(u, r, row)
		case last != nil && last.Status == turn.Completed && !p.awaits(id):
			p.finish(r, ledger.RunCompleted, "", last.Answer)
		}
	}
}

// clear removes a judge that has judged, once its session is gone: nobody asked for it.
// One that failed stays to be looked at.
func (p *planner) clear(id string) {
	r := p.s.Runs[id]
	if _, runs := p.s.Sessions[id]; !runs && r.Judges != "" && r.Status != ledger.RunRunning && r.Status != ledger.RunFailed {
		r.Removed = p.now
		p.s.Runs[id] = r
	}
}

// hopeless says that nobody would get on with a turn that ended so by trying again.
func hopeless(t ledger.Turn) bool {
	return t.Status == turn.Refused || t.Status == turn.Failed && t.Why != sessionOver
}

// saidLast is what a worker said last, also in a turn that an earlier plan has found
// ended; "" nothing that is known.
func (p *planner) saidLast(u *unit, last *ledger.Turn) string {
	if last != nil {
		return last.Answer
	}
	if t, state := p.w.Turns[u.Name].Last(), p.w.Turns[u.Name]; t != nil && state.Generation == p.row(u).Generation {
		return t.Answer
	}
	return ""
}

const (
	// begins is how long a session may take from reading what it is told to the
	// beginning of that turn.
	begins = 30 * time.Second
	// lostAfter is how long a session that goes on with a conversation, and was told
	// nothing, waits for what it was started for.
	lostAfter = time.Minute
)

// settle ends a run whose session is idle, has been told all that it is to be told, and
// has answered that. It goes by what the session says now: the turn may have been counted
// by an earlier pass, or by a ledger that was lost.
func (p *planner) settle(u *unit, r ledger.Run, row ledger.Session) {
	state := p.w.Turns[u.Name]
	newest := state.Last()
	if row.State == ledger.Live && state.Generation == row.Generation && newest != nil && newest.Status == turn.Refused {
		p.finish(r, ledger.RunFailed, newest.Why, newest.Answer)
		return
	}
	if state.Generation != row.Generation || state.Doing != adapter.Idle || u.obs == nil || p.awaits(u.Name) || p.inFlight(u) != "" {
		return
	}
	for _, m := range u.obs.Marks {
		begun := slices.ContainsFunc(state.Turns, func(t turn.Turn) bool { return t.Wake == m.ID })
		if !begun && !m.Drained.IsZero() && p.now.Sub(m.Drained).Abs() < begins {
			return // it has just read that, and its turn begins
		}
	}
	switch {
	case newest == nil && row.Resume && p.now.Sub(state.Since) > lostAfter:
		p.finish(r, ledger.RunFailed, "its session was ended before it began what it was told; tell it again", "")
	case newest != nil && newest.Status == turn.Completed:
		p.finish(r, ledger.RunCompleted, "", newest.Answer)
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
			r.Turns, r.Tools, r.Usage = r.Turns+1, r.Tools+t.Tools, r.Usage.Plus(t.Usage)
		}
	}
	p.s.Runs[id] = r
	return last
}

// awaits says that something waits to be told to an agent, or is on its way.
func (p *planner) awaits(agent string) bool {
	return slices.ContainsFunc(p.s.Pending, func(id string) bool {
		it := p.s.Items[id]
		return it.Agent == agent && it.Waits()
	})
}

// finish ends a run. Its session ends with it, and its conversation can be gone on with.
func (p *planner) finish(r ledger.Run, status ledger.RunStatus, why, answer string) {
	r.Status, r.Why, r.Stop, r.EndedAt = status, handoff.Clean(why, 500), "", p.now
	r.Rounds++
	p.s.Runs[r.ID] = r
	agent := p.s.Agent(r.ID)
	wanted := agent.Wanted
	agent.Wanted, agent.Parked, agent.Restart, agent.RestartAt, agent.History = ledger.Down, false, "", time.Time{}, supervise.History{}
	p.put(agent)
	p.event(endedAs(status), r.ID, "type", r.Type, "title", r.Title(), "why", r.Why, "parent", r.Parent,
		"turns", r.Turns, "tools", r.Tools, "tokens", r.Usage.Tokens(), "seconds", int(p.now.Sub(r.Since)/time.Second))
	p.tellParent(r, workers.Notice{Run: r, Answer: answer}, wanted)
	if r.Judges != "" {
		p.judged(r, answer)
		p.clear(r.ID)
	}
}

// endedAs is the kind of event of a run that has ended so.
func endedAs(s ledger.RunStatus) string {
	switch s {
	case ledger.RunCompleted:
		return "run.completed"
	case ledger.RunStopped:
		return "run.stopped"
	}
	return "run.failed"
}

// tellParent has the parent of a run told of its end, once for each time that it ends.
// A parent that is a run itself, and is done, goes on with that, unless all are to be
// off.
func (p *planner) tellParent(r ledger.Run, n workers.Notice, wanted ledger.Want) {
	u := p.byName[r.Parent]
	if u == nil || u.service {
		return // nobody is there any more
	}
	text := n.Page()
	if !u.turning() {
		text = n.Line()
	}
	p.s.PutItem(ledger.Item{
		ID: Notification(r), Agent: r.Parent, Kind: delivery.Message, Text: text, State: handoff.Open, CreatedAt: p.now,
	})
	parent, isRun := p.s.Runs[r.Parent]
	if !isRun || parent.Status != ledger.RunCompleted {
		return
	}
	p.s.Runs[parent.ID] = ContinueRun(&p.s, parent, p.now)
	if wanted == ledger.Off {
		agent := p.s.Agent(parent.ID)
		agent.Wanted = ledger.Off
		p.put(agent)
	}
	p.event("run.continued", parent.ID, "why", "its worker "+r.ID+" has ended")
}

// Notification names the item by which the parent of a run is told of its last end.
func Notification(r ledger.Run) string { return "run-" + r.ID + "-" + strconv.Itoa(r.Rounds) }

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

// crowded says that as many workers work as may. One that asked for a worker which is
// still to start may wait for that in its turn, and takes no place from it.
func (p *planner) crowded() bool {
	n := 0
	for name := range p.s.Sessions {
		if u := p.byName[name]; u != nil && u.Kind == config.KindRun && !p.waitsForPlace(name) {
			n++
		}
	}
	return n >= p.w.Config.Workers.Parallel
}

// waitsForPlace says that a worker which name asked for is to run, and has no session.
func (p *planner) waitsForPlace(name string) bool {
	for id, r := range p.s.Runs {
		if _, runs := p.s.Sessions[id]; r.Parent == name && r.Status == ledger.RunRunning && !runs && p.s.Agent(id).Wanted == ledger.Up {
			return true
		}
	}
	return false
}
