package loop

import (
	"fmt"
	"time"

	"pawl/loop/ledger"
)

// stopDeadline is how long a session has to end politely.
const stopDeadline = 10 * time.Second

// wants compares what should run with what does. A stop is decided before a
// start: it overtakes a restart that is under way.
func (p *planner) wants() {
	for _, u := range p.units {
		if u.blind {
			p.holds[u.Name] = "its launcher could not be looked at"
			continue
		}
		row, running := p.session(u)
		if running && row.State == ledger.Failed {
			p.ended(u, row, nil)
			running = false
		}
		if running {
			p.keep(u, row)
			row, running = p.session(u)
		}
		if !running {
			p.begin(u)
		}
	}
	p.strays()
}

// unwanted says why u must not run; "" when it may.
func (p *planner) unwanted(u *unit) string {
	row := p.row(u)
	switch {
	case row.Wanted == ledger.Down || row.Wanted == ledger.Off:
		return "down"
	case row.Parked:
		return "parked"
	case u.Kind == "loop" && p.s.Loop.Phase.Complete:
		return "the sequence is complete"
	}
	return ""
}

// keep decides whether a session that is on record goes on.
func (p *planner) keep(u *unit, row ledger.Session) {
	agent := p.row(u)
	if row.State == ledger.Stopping {
		p.act(Action{Kind: Stop, Agent: u.Name, Reason: row.Reason, Generation: row.Generation, Again: true})
		return
	}
	why := p.unwanted(u)
	phase := p.s.Loop.Phase.Current
	switch {
	case why != "":
	case agent.Wanted == ledger.Undecided || p.paused(u) != "":
		return
	case agent.Restart != "":
		why = agent.Restart
	case u.Kind == "loop" && row.Phase != phase:
		why = fmt.Sprintf("phase %s is over, %s begins", orElse(row.Phase, "(none)"), orElse(phase, "(none)"))
	}
	switch {
	case why != "" && row.State == ledger.Starting && u.obs == nil:
		// Nothing is known to run: the row ends, and should the launcher still
		// bring it up, it is recognised by its generation and stopped then.
		row.State, row.Reason = ledger.Stopping, why
		p.ended(u, row, nil)
	case why != "":
		p.stop(u, row, why)
	case row.State == ledger.Starting && u.obs == nil && u.conflict == "":
		p.act(Action{Kind: Start, Agent: u.Name, Reason: row.Reason, Generation: row.Generation, Again: true})
	}
}

func (p *planner) stop(u *unit, row ledger.Session, why string) {
	row.State, row.Reason = ledger.Stopping, why
	row.StopAt, row.KillAt = p.now, p.now.Add(stopDeadline)
	p.s.Sessions[u.Name] = row
	p.act(Action{Kind: Stop, Agent: u.Name, Reason: why, Generation: row.Generation})
}

// begin starts what should run and does not.
func (p *planner) begin(u *unit) {
	agent := p.row(u)
	switch {
	case agent.Wanted != ledger.Up, agent.Finished, p.unwanted(u) != "":
		return
	case u.conflict != "":
		p.holds[u.Name] = u.conflict
		return
	case p.paused(u) != "":
		p.holds[u.Name] = p.paused(u) + " is paused"
		return
	case u.Kind == "loop" && len(p.w.Config.Phases.Sequence) > 0 && !p.s.Loop.Phase.Known:
		p.holds[u.Name] = "origin was not seen yet, so the phase is not known"
		return
	case p.now.Before(agent.RestartAt):
		p.holds[u.Name] = "it is started again at " + agent.RestartAt.Format(time.RFC3339) + ": " + agent.Restart
		return
	}
	p.start(u, agent)
}

func (p *planner) start(u *unit, agent ledger.Agent) {
	kind, reason := Start, "up"
	if agent.Restart != "" {
		kind, reason = Restart, agent.Restart
	}
	phase := ""
	if u.Kind == "loop" {
		phase = p.s.Loop.Phase.Current
		if kind == Start && phase != "" {
			reason = "phase " + phase
		}
	}
	agent.Generations++
	agent.Generation = generationID(p.s.Loop.Epoch, u.Name, agent.Generations)
	agent.Restart, agent.RestartAt = "", time.Time{}
	p.put(agent)
	p.s.Sessions[u.Name] = ledger.Session{
		Generation: agent.Generation, Agent: u.Name, Name: u.Session, Launcher: u.launcher,
		Adapter: orElse(agent.Adapter, u.Adapter), Model: p.model(u, agent, phase), Phase: phase,
		State: ledger.Starting, CreatedAt: p.now, Doing: "starting", DoingSince: p.now, Reason: reason,
	}
	p.act(Action{Kind: kind, Agent: u.Name, Reason: reason, Generation: agent.Generation})
	if kind == Restart {
		p.event("agent.restarted", u.Name, "generation", agent.Generation, "reason", reason, "streak", agent.History.Streak)
	}
}

// model is the operator's for this run, else the phase's for the role, else the agent's.
func (p *planner) model(u *unit, agent ledger.Agent, phase string) string {
	if agent.Model != "" {
		return agent.Model
	}
	for _, ph := range p.w.Config.Phases.Sequence {
		if ph.ID == phase && ph.Models[u.Role] != "" {
			return ph.Models[u.Role]
		}
	}
	return u.Model
}

// strays stops sessions on record whose agent the configuration no longer has.
func (p *planner) strays() {
	for name, row := range p.s.Sessions {
		if p.byName[name] != nil {
			continue
		}
		seen, there := p.w.Sessions[row.Launcher][row.Name]
		switch {
		case p.w.Blind[row.Launcher] != nil:
		case !there || seen.Generation != row.Generation || !seen.Alive:
			p.close(row)
			p.event("agent.exited", name, "generation", row.Generation, "reason", "no longer in the configuration")
		default:
			again := row.State == ledger.Stopping
			if !again {
				row.State, row.Reason, row.StopAt, row.KillAt = ledger.Stopping, "no longer in the configuration", p.now, p.now.Add(stopDeadline)
				p.s.Sessions[name] = row
			}
			p.act(Action{Kind: Stop, Agent: name, Reason: row.Reason, Generation: row.Generation, Again: again})
		}
	}
}
