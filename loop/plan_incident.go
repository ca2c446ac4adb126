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

// incidents finds launchers that lost all their sessions between two looks, as
// when a terminal server dies or the machine was started again. That is nobody's
// crash: it counts for no agent, and all are soon back.
func (p *planner) incidents() {
	for _, name := range slices.Sorted(maps.Keys(p.w.Sessions)) {
		if p.w.Blind[name] == nil {
			p.incident(name, p.w.Sessions[name])
		}
	}
}

func (p *planner) incident(name string, left map[string]launcher.Observation) {
	for _, seen := range left {
		if seen.Alive {
			return
		}
	}
	var gone []string
	for _, u := range p.units {
		row, running := p.session(u)
		if !running || row.Launcher != name || row.State != ledger.Live {
			continue
		}
		seen, there := left[row.Name]
		ended := there && seen.Generation == row.Generation && seen.Exit != nil && !seen.Exit.Lost
		if ended || p.w.Astray[u.Name] {
			return
		}
		gone = append(gone, u.Name)
	}
	if len(gone) < 2 {
		return
	}
	for i, agent := range gone {
		p.lost[agent] = p.now.Add(rise * time.Duration(i) / time.Duration(len(gone)))
	}
	p.event("launcher.lost", "", "launcher", name, "sessions", gone)
	p.act(Action{Kind: Notify, Reason: "launcher " + name + " lost all its sessions; they are started again"})
}

// excused says that the end of a session is none of its agent's doing, and when
// the next one starts: it counts towards neither the restart curve nor parking.
func (p *planner) excused(u *unit) (time.Time, bool) {
	if at, lost := p.lost[u.Name]; lost {
		return at, true
	}
	return p.now, p.held(u) != ""
}
