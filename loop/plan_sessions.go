package loop

import (
	"cmp"
	"fmt"
	"time"

	"pawl/handoff"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
	"pawl/loop/supervise"
)

// sessions brings the rows in line with what was seen.
func (p *planner) sessions() {
	for _, u := range p.units {
		row, known := p.session(u)
		where, name := u.launcher, u.Session
		if known {
			where, name = row.Launcher, row.Name
		}
		if known && row.State == ledger.GivenUp {
			p.ended(u, row, nil)
			continue
		}
		if why := p.unseen(where, row.State); why != "" {
			u.blind = true
			p.doing(u, unknown, p.wayOut(u, where, known, why), p.now)
			continue
		}
		seen, there := p.w.Sessions[where][name]
		switch {
		case known && !there && p.w.Astray[u.Name]:
			u.blind = true
			p.doing(u, "unknown", fmt.Sprintf("process %d runs, but its launcher's files are gone; end it by hand", row.PID), p.now)
		case known && !there && u.adrift:
			u.blind = true
			p.doing(u, "unknown", "it is gone, and processes of other sessions of its launcher are still to end", p.now)
		case there && known && seen.Generation == row.Generation:
			p.seen(u, row, seen)
		case there && seen.Alive:
			p.stranger(u, row, known, seen)
		case there && !known && p.owns(u, seen):
			// Its end is on record. What it may have left running ends now.
			p.act(Action{Kind: Forget, Agent: u.Name, Generation: seen.Generation, Again: true})
		case known && row.State != ledger.Starting:
			p.ended(u, row, seen.Exit)
		}
	}
}

// unseen says why nothing is known about the sessions of a launcher; "" when
// they were looked at. One that is not available any more has told nothing of
// a session that is on record there.
func (p *planner) unseen(where string, state ledger.SessionState) string {
	if err := p.w.Blind[where]; err != nil {
		return handoff.Clean(err.Error(), 200)
	}
	if _, looked := p.w.Sessions[where]; !looked && (state == ledger.Live || state == ledger.Stopping) {
		return "launcher " + handoff.Clean(where, 40) + " is not available"
	}
	return ""
}

// wayOut says that u's launcher could not be looked at, and what can be done where
// that may last.
func (p *planner) wayOut(u *unit, where string, known bool, why string) string {
	name, former := entryName(where)
	if former {
		return fmt.Sprintf("launcher %s was changed while %s runs where it was before, and that could not be looked at; put it back, or give the session up: pawl down %s --forget (%s)",
			name, u.Name, u.Name, why)
	}
	if known && p.w.Hosts[where] != "" {
		why += "; or give the session up: pawl down " + u.Name + " --forget"
	}
	return "the launcher could not be looked at: " + why
}

// seen follows a session that is the one on record. One that was said to have
// failed to start, and runs, has started.
func (p *planner) seen(u *unit, row ledger.Session, seen launcher.Observation) {
	if !seen.Alive {
		p.lastWords(u, row, seen.Marks)
		p.ended(u, row, seen.Exit)
		return
	}
	u.obs = &seen
	if row.State == ledger.Starting || row.State == ledger.Failed {
		row.State, row.Error, row.PID, row.Started, row.LiveAt = ledger.Live, "", seen.PID, seen.Started, p.now
		p.missing(u)
		p.event("agent.started", u.Name, "generation", row.Generation, "pid", seen.PID, "phase", row.Phase, "reason", row.Reason)
	}
	if row.Host == "" {
		row.Host = p.w.Hosts[row.Launcher]
	}
	p.s.Sessions[u.Name] = row
	r := p.look(u, row, seen)
	p.doing(u, r.Doing, r.Evidence, r.Since)
}

// missing tells once of each file that u should have been started with.
func (p *planner) missing(u *unit) {
	m := p.w.Missing[u.Name]
	if m.Prompt != "" && p.once("prompt:"+u.Name, m.Prompt) {
		p.event("prompt.missing", u.Name, "file", m.Prompt, "hint", "write it; a built-in prompt serves if there is one for the role")
	}
	if m.Plan != "" && p.once("plan:"+u.Name, m.Plan) {
		p.event("plan.missing", u.Name, "file", m.Plan, "hint", "write it, commit and push: the agents read it in their clones")
	}
}

// stranger is a live session of u's name that is not the one on record. It is
// adopted if it is ours and the ledger knows of none: then the ledger was lost.
// A generation that the ledger gave up, because a start took long, is taken
// back: what was to follow it cannot start beside it. Anything else is left alone.
func (p *planner) stranger(u *unit, row ledger.Session, known bool, seen launcher.Observation) {
	agent := p.row(u)
	owned := p.owns(u, seen)
	if owned && known && row.State == ledger.Starting && p.gaveUp(agent, seen.Generation) {
		p.close(row)
		known = false
	}
	if !owned || known || agent.Generations > 0 && !p.gaveUp(agent, seen.Generation) {
		u.conflict = fmt.Sprintf("a session named %s of generation %s is there that is not ours", u.Session, handoff.Clean(seen.Generation, 40))
		if p.once("conflict:"+u.Name, seen.Generation) {
			p.event("agent.conflict", u.Name, "session", u.Session, "generation", handoff.Clean(seen.Generation, 40))
		}
		if known && row.State != ledger.Starting {
			p.ended(u, row, nil)
		}
		return
	}
	adopted := ledger.Session{
		Generation: seen.Generation, Agent: u.Name, Name: u.Session, Launcher: u.launcher,
		Adapter: p.adapter(u), Model: u.Model, Phase: seen.Phase, State: ledger.Live, PID: seen.PID, Started: seen.Started,
		CreatedAt: p.now, LiveAt: p.now, Reason: "adopted", Place: p.w.Places[u.launcher],
	}
	if n := len(seen.Marks); n > 0 {
		adopted.Known = seen.Marks[n-1].ID
	}
	adopted = p.adoptTurns(u, adopted)
	agent.Generation, agent.Generations = seen.Generation, max(agent.Generations, 1)
	p.put(agent)
	p.s.Sessions[u.Name] = adopted
	p.event("agent.adopted", u.Name, "generation", seen.Generation, "pid", seen.PID)
	p.seen(u, adopted, seen)
}

func (p *planner) owns(u *unit, seen launcher.Observation) bool {
	return seen.Owner == Owner(p.w.Config.Path, u.Name) && seen.Agent == u.Name
}

// gaveUp says that a generation is one that this ledger started, of late.
func (p *planner) gaveUp(agent ledger.Agent, generation string) bool {
	const late = 10
	for n := agent.Generations; n > 0 && n > agent.Generations-late; n-- {
		if generationID(p.s.Loop.Epoch, agent.Name, n) == generation {
			return true
		}
	}
	return agent.Generation == generation
}

// ended closes a session's row, reopens what it was told and has not answered,
// and decides when the next one starts.
func (p *planner) ended(u *unit, row ledger.Session, exit *launcher.Exit) {
	want := p.row(u).Wanted
	asked := row.State == ledger.Stopping || want == ledger.Down || want == ledger.Off
	how := cmp.Or(p.lastTurn(u, row), describe(row, exit))
	if exit != nil {
		row.ExitCode, row.ExitSignal = exit.Code, exit.Signal
	} else {
		row.ExitCode = -1
	}
	p.neverBegun(u, row)
	p.close(row)
	p.event("agent.exited", u.Name, "generation", row.Generation, "how", how, "code", row.ExitCode, "signal", row.ExitSignal, "reason", asWord(asked, row.Reason))
	switch {
	case !asked:
		if exit != nil && !exit.Lost && p.givesUpTalk(u, row) {
			agent := p.row(u)
			agent.Talk, agent.Fresh = ledger.Talk{}, true
			p.put(agent)
		}
		p.heal(u, row, how, exit)
	case exit != nil && (want == ledger.Down || want == ledger.Off || row.Launcher != u.launcher || row.Name != u.Session):
		// Nothing starts in its place: what its launcher still shows of it goes away now.
		p.act(Action{Kind: Forget, Agent: u.Name, Generation: row.Generation, Session: row.Name, Launcher: row.Launcher, Again: true})
	}
}

func asWord(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

func describe(row ledger.Session, exit *launcher.Exit) string {
	switch {
	case row.State == ledger.GivenUp:
		return "was given up; it may still run on launcher " + row.Launcher
	case row.State == ledger.Failed:
		return "could not be started: " + row.Error
	case exit == nil, exit.Lost:
		return "is gone; its exit status is not known"
	case exit.Signal != "":
		return "was ended by " + exit.Signal
	}
	return fmt.Sprintf("exited with code %d", exit.Code)
}

// heal decides about a session that ended by itself.
func (p *planner) heal(u *unit, row ledger.Session, how string, exit *launcher.Exit) {
	agent := p.row(u)
	if u.Watch == "none" || u.Kind == "task" && exit != nil && !exit.Lost && exit.Code == 0 {
		agent.Finished = true
		p.put(agent)
		return
	}
	lived := time.Duration(0)
	if !row.LiveAt.IsZero() {
		lived = p.now.Sub(row.LiveAt)
	}
	p.restartLater(u, agent, lived, how)
}

// restartLater applies the restart curve, and parks where it ends.
func (p *planner) restartLater(u *unit, agent ledger.Agent, lived time.Duration, why string) {
	if at, ok := p.excused(u); ok {
		// A limit, or a launcher that was lost with all its sessions, is nobody's crash.
		agent.RestartAt, agent.Restart = at, why
		p.put(agent)
		return
	}
	c := p.w.Config.Supervise
	v := supervise.Ended(u.Name, agent.History, lived, p.now,
		supervise.Backoff{Initial: c.Backoff.Initial, Max: c.Backoff.Max, Jitter: c.Backoff.Jitter, ResetAfter: c.Backoff.ResetAfter},
		supervise.Park{Restarts: c.Park.Restarts, Within: c.Park.Within})
	agent.History = v.History
	if v.Park {
		agent.Parked, agent.Restart = true, why
		p.put(agent)
		p.event("agent.parked", u.Name, "restarts", len(v.History.Restarts), "last", why)
		p.act(Action{Kind: Parking, Agent: u.Name, Reason: why})
		return
	}
	agent.History = v.History.Restarted(p.now)
	agent.RestartAt, agent.Restart = v.At, why
	p.put(agent)
}

// close ends a session's row. What it was told and has not answered is open again.
func (p *planner) close(row ledger.Session) {
	row.EndedAt, row.Doing, row.DoingSince = p.now, "exited", p.now
	delete(p.s.Sessions, row.Agent)
	p.s.Ended = append(p.s.Ended, row)
	if agent := p.s.Agent(row.Agent); row.Talk.ID != "" && !agent.Fresh {
		agent.Talk = row.Talk
		p.put(agent)
	}
	p.reopen(row.Generation)
	if it, waits := p.s.Items[kickoffID(row.Generation)]; waits {
		it.State = handoff.Withdrawn // the next one has its own
		p.s.Items[it.ID] = it
	}
}

// reopen makes what a generation was told and has not answered open again: the
// next one is told it once. Probes were for that generation alone.
func (p *planner) reopen(generation string) {
	for _, id := range p.s.Order {
		h := p.s.Handoffs[id]
		if h.Generation != generation || h.State.Closed() || h.State == handoff.Open {
			continue
		}
		h.State, h.Generation, h.Attempts, h.Base, h.OpenedAt, h.RemindAt, h.Stuck = handoff.Open, "", 0, 0, p.now, time.Time{}, false
		if !p.stillThere(h) {
			h.State, h.Why = handoff.Superseded, "the file has another content now"
		}
		p.s.Handoffs[id] = h
	}
}
