package loop

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/delivery"
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
		p.forgive(u)
		p.renew(u)
		if row, running := p.session(u); running && row.State == ledger.Failed {
			p.ended(u, row, nil)
		} else if running {
			p.keep(u, row)
		}
		if _, running := p.session(u); !running {
			p.begin(u)
		}
	}
	p.strays()
}

// forgive lets an agent that ended and was left so start again with the next
// `up`, once it is down. A task that has run has run.
func (p *planner) forgive(u *unit) {
	agent := p.row(u)
	if agent.Finished && u.Kind != "task" && (agent.Wanted == ledger.Down || agent.Wanted == ledger.Off) {
		agent.Finished = false
		p.put(agent)
	}
}

// unwanted says why u must not run; "" when it may.
func (p *planner) unwanted(u *unit) string {
	row := p.row(u)
	switch {
	case u.Kind == config.KindRun && p.s.Runs[u.Name].Status != ledger.RunRunning:
		return "its task has ended"
	case row.Wanted == ledger.Down || row.Wanted == ledger.Off:
		return "down"
	case row.Parked:
		return "parked"
	case u.Kind == "loop" && p.s.Loop.Phase.Complete:
		return "the sequence is complete"
	}
	return ""
}

// ending says why a session that runs is to end; "" when it goes on. Only the
// operator's word ends one that nobody asked for, or that is frozen.
func (p *planner) ending(u *unit, row ledger.Session) string {
	agent := p.row(u)
	why := p.unwanted(u)
	if agent.Wanted != ledger.Down && agent.Wanted != ledger.Off && (agent.Wanted == ledger.Undecided || p.frozen(u) != "") {
		return ""
	}
	if why == "" {
		why = agent.Restart
	}
	known := len(p.w.Config.Phases.Sequence) == 0 || p.s.Loop.Phase.Known
	if phase := p.s.Loop.Phase.Current; why == "" && known && u.Kind == "loop" && row.Phase != phase {
		why = fmt.Sprintf("phase %s is over, %s begins", cmp.Or(row.Phase, "(none)"), cmp.Or(phase, "(none)"))
	}
	return why
}

// keep decides whether a session that is on record goes on.
func (p *planner) keep(u *unit, row ledger.Session) {
	if row.State == ledger.Stopping {
		p.act(Action{Kind: Stop, Agent: u.Name, Reason: row.Reason, Generation: row.Generation, Again: true})
		return
	}
	why := p.ending(u, row)
	switch {
	case why != "" && p.mayCome(u, row):
		// What becomes of that start is waited for: nobody would know of a worker's
		// session that comes up once the worker has ended.
	case why != "" && p.neverCame(u, row, why):
	case why != "":
		p.stop(u, row, why)
	case row.State == ledger.Starting && u.obs == nil && u.conflict == "" && p.frozen(u) == "":
		p.act(Action{Kind: Start, Agent: u.Name, Reason: row.Reason, Generation: row.Generation, Again: true})
	}
}

// mayCome says that a worker's session was ordered so short a time ago that it may still
// come up.
func (p *planner) mayCome(u *unit, row ledger.Session) bool {
	young := p.now.Sub(row.CreatedAt).Abs() < touchTimeout
	return u.Kind == config.KindRun && row.State == ledger.Starting && u.obs == nil && young
}

// neverCame ends a session that is to end before anything of it is known to run: should
// the launcher still bring it up, it is recognised by its generation and stopped then.
func (p *planner) neverCame(u *unit, row ledger.Session, why string) bool {
	if row.State != ledger.Starting || u.obs != nil || u.blind {
		return false
	}
	row.State, row.Reason = ledger.Stopping, why
	p.ended(u, row, nil)
	return true
}

func (p *planner) stop(u *unit, row ledger.Session, why string) {
	row.State, row.Reason = ledger.Stopping, why
	row.StopAt, row.KillAt = p.now, p.now.Add(stopDeadline)
	p.s.Sessions[u.Name] = row
	// What is about to end is not told anything any more.
	p.withhold(func(a Action) bool { return a.Agent == u.Name })
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
	case p.frozen(u) != "":
		p.holds[u.Name] = p.frozen(u)
		return
	case u.Kind == "loop" && len(p.w.Config.Phases.Sequence) > 0 && !p.s.Loop.Phase.Known:
		p.holds[u.Name] = "origin was not seen yet, so the phase is not known"
		return
	case u.Kind == config.KindRun && p.crowded():
		p.holds[u.Name] = fmt.Sprintf("%d workers run already, and workers.parallel allows no more", p.w.Config.Workers.Parallel)
		return
	case p.now.Before(agent.RestartAt):
		p.holds[u.Name] = "it is started again at " + p.moment(agent.RestartAt) + ": " + agent.Restart
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
	talk, resume := p.resumes(u, agent, phase)
	agent.Restart, agent.RestartAt, agent.Fresh = "", time.Time{}, false
	if !resume {
		agent.Talk = ledger.Talk{} // what was given up is not gone on with later
	}
	p.put(agent)
	model := p.model(u, agent, phase)
	p.s.Sessions[u.Name] = ledger.Session{
		Generation: agent.Generation, Agent: u.Name, Name: u.Session, Launcher: u.launcher,
		Adapter: p.adapter(u), Model: model, Phase: phase, Print: p.print(u, model), Place: p.w.Places[u.launcher],
		State: ledger.Starting, CreatedAt: p.now, Doing: "starting", DoingSince: p.now, Reason: reason,
		Mode: u.Mode, Talk: talk, Resume: resume,
	}
	u.profile = p.profile(u)
	if text := p.typedKickoff(u, agent.Generation, talk, resume); text != "" {
		p.s.PutItem(ledger.Item{ID: kickoffID(agent.Generation), Agent: u.Name, Kind: delivery.Message, State: handoff.Open, CreatedAt: p.now, Text: text})
	}
	p.act(Action{Kind: kind, Agent: u.Name, Reason: reason, Generation: agent.Generation})
	if kind == Restart {
		p.event("agent.restarted", u.Name, "generation", agent.Generation, "reason", reason, "streak", agent.History.Streak)
	}
}

// typedKickoff is what a program that takes its prompt typed is told first; "" nothing.
func (p *planner) typedKickoff(u *unit, generation string, talk ledger.Talk, resume bool) string {
	switch {
	case u.profile.Prompt != adapter.PromptType || u.service || resume && !talk.Unfinished:
		return ""
	case resume:
		return goOnTurn
	}
	return "your instructions are in the file " + PromptPath(p.w.Config, u.Name, generation) + "; read all of it and begin"
}

// kickoffID names the item with which a program that takes its prompt typed is
// told where it is: a prompt has many lines, and is no text for an input line.
func kickoffID(generation string) string { return kickoffs + generation }

func isKickoff(item string) bool { return strings.HasPrefix(item, kickoffs) }

const kickoffs = "kickoff-"

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
	for _, name := range slices.Sorted(maps.Keys(p.s.Sessions)) {
		row := p.s.Sessions[name]
		if p.byName[name] != nil {
			continue
		}
		seen, there := p.w.Sessions[row.Launcher][row.Name]
		switch {
		case p.unseen(row.Launcher, row.State) != "":
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
