package loop

import (
	"maps"
	"slices"
	"time"

	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

// rise is the time over which the sessions of a lost launcher are started again.
const rise = 5 * time.Second

// strayPatience is how long sessions that are gone wait for processes of others
// of the same launcher: whoever kept those ends them within seconds.
const strayPatience = time.Minute

// incidents finds launchers that lost all our sessions between two looks, as
// when a terminal server dies or the machine was started again. That is nobody's
// crash: it counts for no agent, and all are soon back.
func (p *planner) incidents() {
	for _, name := range slices.Sorted(maps.Keys(p.w.Sessions)) {
		if p.w.Blind[name] == nil {
			p.incident(name, p.w.Sessions[name])
		}
	}
}

// incident looks whether a launcher lost its sessions. One with terminals keeps
// what is left of a program that ended, so that a session of which nothing is
// left was taken away with all others, and a single one tells. Elsewhere it takes
// two: a keeper can fall alone.
func (p *planner) incident(name string, left map[string]launcher.Observation) {
	draws := p.w.Terminals[name]
	for _, seen := range left {
		if (seen.Alive || draws) && seen.Owner == Owner(p.w.Config.Path, seen.Agent) {
			return
		}
	}
	var gone []*unit
	for _, u := range p.units {
		row, running := p.session(u)
		if !running || row.Launcher != name || row.State != ledger.Live {
			continue
		}
		seen, there := left[row.Name]
		ended := there && seen.Generation == row.Generation && seen.Exit != nil && !seen.Exit.Lost
		switch {
		case ended:
			return
		case !p.w.Astray[u.Name]:
			gone = append(gone, u)
		}
	}
	switch {
	case p.stray(name) && !draws, len(gone) == 0, len(gone) == 1 && !draws:
		return
	case p.stray(name):
		for _, u := range gone {
			u.adrift = true
		}
		return
	}
	names := make([]string, len(gone))
	for i, u := range gone {
		p.lost[u.Name] = p.now.Add(rise * time.Duration(i) / time.Duration(len(gone)))
		names[i] = u.Name
	}
	p.event("launcher.lost", "", "launcher", name, "sessions", names)
	p.act(Action{Kind: Notify, Reason: "launcher " + name + " lost all its sessions; they are started again"})
}

// stray says that processes of a launcher's sessions run that it does not know
// any more: it is not lost, but out of reach, or they are about to end. One that
// stays for long is waited for no more.
func (p *planner) stray(name string) bool {
	for _, u := range p.units {
		row, running := p.session(u)
		if running && row.Launcher == name && p.w.Astray[u.Name] && (row.Doing != unknown || p.now.Sub(row.DoingSince) < strayPatience) {
			return true
		}
	}
	return false
}

// excused says that the end of a session is none of its agent's doing, and when
// the next one starts: it counts towards neither the restart curve nor parking.
func (p *planner) excused(u *unit) (time.Time, bool) {
	if at, lost := p.lost[u.Name]; lost {
		return at, true
	}
	return p.now, p.held(u) != ""
}
