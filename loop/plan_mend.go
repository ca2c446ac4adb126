package loop

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/ledger"
)

// otherProgram is how long another agent's program must be seen until it counts.
const otherProgram = 10 * time.Second

// interpreters run many agent CLIs, and much else: their names tell nothing.
var interpreters = []string{"node", "bun", "deno", "python", "python3", "ruby", "java"}

// follow notes that another adapter's program runs where u's own should.
func (p *planner) follow(u *unit, row ledger.Session, r adapter.Reading) ledger.Session {
	name := u.obs.Program
	if u.profile.Process == "" || name == u.profile.Process || r.State == adapter.Starting ||
		slices.Contains(interpreters, name) || !p.isAgent(name) {
		name = ""
	}
	if name != row.Program {
		row.Program, row.ProgramSince = name, time.Time{}
		if name != "" {
			row.ProgramSince = p.now
		}
	}
	return row
}

// isAgent says that a program is one that an adapter expects.
func (p *planner) isAgent(program string) bool {
	for _, profile := range p.w.Config.Adapters {
		if program != "" && profile.Process == program {
			return true
		}
	}
	return false
}

// mend restarts a session that cannot go on as it is.
func (p *planner) mend(u *unit, row ledger.Session, r adapter.Reading) {
	agent := p.row(u)
	if agent.Wanted != ledger.Up || u.Watch == "none" || p.frozen(u) != "" {
		return
	}
	evidence := handoff.Clean(cmp.Or(r.Banner, r.Evidence), 200)
	switch {
	case r.State == adapter.Fatal:
		p.event("agent.fatal", u.Name, "generation", row.Generation, "evidence", evidence)
		p.relaunch(u, row, agent, "its program cannot go on: "+evidence)
	case r.State == adapter.Full:
		p.event("agent.full", u.Name, "generation", row.Generation, "evidence", evidence)
		p.refresh(u, row, agent, evidence)
	case row.Program != "" && p.now.Sub(row.ProgramSince) >= otherProgram:
		why := row.Program + " runs in its session instead of " + u.profile.Process
		p.event("agent.mismatch", u.Name, "generation", row.Generation, "program", row.Program, "expected", u.profile.Process)
		p.relaunch(u, row, agent, why)
	}
}

const (
	fullContext = "its context is full"
	// fillsUp is how soon a context may be full again without that counting.
	fillsUp = 10 * time.Minute
)

// refresh replaces a session whose context is full by a fresh one at once. That
// is no crash, unless the session before it ended so too, a short time ago:
// then a fresh one does not help, and the restart curve keeps it from burning
// the account.
func (p *planner) refresh(u *unit, row ledger.Session, agent ledger.Agent, evidence string) {
	why := fullContext + ": " + evidence
	agent.Fresh = true
	if strings.HasPrefix(row.Reason, fullContext) && p.now.Sub(row.LiveAt) < fillsUp {
		p.relaunch(u, row, agent, why)
		return
	}
	agent.RestartAt, agent.Restart = p.now, why
	p.put(agent)
	p.stop(u, row, why)
}

// relaunch ends a session and starts the next one under the restart curve.
func (p *planner) relaunch(u *unit, row ledger.Session, agent ledger.Agent, why string) {
	p.restartLater(u, agent, p.now.Sub(row.LiveAt), why)
	p.stop(u, row, why)
}
