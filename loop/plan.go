package loop

import (
	"cmp"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

// Plan decides one pass. It reads nothing but w and changes nothing: the same
// world gives the same decision.
//
// Its order is that of the facts: what the sessions did, what came to origin,
// where that leaves the phases, who must run then, and who is told what.
func Plan(w World) Decision {
	p := newPlanner(w)
	p.rebuilt()
	p.clocks()
	p.incidents()
	p.limits()
	p.turns()
	p.conversations()
	p.sessions()
	p.adoptMessages()
	p.wakesInFlight()
	p.turnsOver()
	p.watch(true)
	p.runs()
	p.watch(false)
	p.forgetWatchers()
	p.origin()
	p.mootWakes()
	p.phases()
	p.adoptTold()
	p.screens()
	p.wants()
	p.freeze()
	p.expire()
	p.stalls()
	p.quiet()
	p.schedules()
	p.nudges()
	p.asks()
	p.deliver()
	p.stuck()
	return p.decision()
}

// planner is the working copy of one plan.
type planner struct {
	w       World
	now     time.Time
	s       ledger.State
	units   []*unit
	byName  map[string]*unit
	actions []Action
	holds   map[string]string
	stale   map[string][]string

	settling bool
	lost     map[string]time.Time // agents whose launcher lost all its sessions, and when each starts again

	index   map[string][]string // agent → its handoffs, oldest first
	indexed int                 // how many of them there were then
}

// unit is one agent or service with all that is known about it.
type unit struct {
	config.Agent
	service  bool
	profile  adapter.Profile
	launcher string
	obs      *launcher.Observation // its own session, as seen; nil when not there
	blind    bool                  // its launcher could not be looked at
	adrift   bool                  // it is gone, and whether its launcher lost all is not known yet
	conflict string                // why the session of its name is not its own
	tables   []Timetable           // its schedules
}

func newPlanner(w World) *planner {
	p := &planner{w: w, now: w.Now, s: w.State.Clone(), byName: map[string]*unit{}, holds: map[string]string{}, stale: map[string][]string{}, lost: map[string]time.Time{}}
	for _, a := range w.Config.Agents {
		p.add(&unit{Agent: a})
	}
	for _, svc := range w.Config.Services {
		p.add(&unit{Agent: ServiceAgent(svc), service: true})
	}
	return p
}

// ServiceAgent is a service seen as an agent that is never told anything.
func ServiceAgent(s config.Service) config.Agent {
	return config.Agent{
		Name: s.Name, Kind: "service", Dir: s.Dir, Session: s.Session, Launcher: s.Launcher, Env: s.Env,
		Enabled: true, Watch: "heal",
	}
}

func (p *planner) add(u *unit) {
	u.profile = p.profile(u)
	if row, runs := p.s.Sessions[u.Name]; runs && row.Adapter != "" {
		u.profile, _ = p.w.Config.Profile(row.Adapter, row.Mode)
	}
	u.launcher = cmp.Or(u.Launcher, p.w.Default)
	u.tables = Timetables(u.Agent)
	p.units = append(p.units, u)
	p.byName[u.Name] = u
}

// adapter is the one that u is started with: the operator's choice for this
// run, else the configuration's.
func (p *planner) adapter(u *unit) string { return cmp.Or(p.s.Agent(u.Name).Adapter, u.Adapter) }

// profile is how u's program is run as things are now.
func (p *planner) profile(u *unit) adapter.Profile {
	profile, _ := p.w.Config.Profile(p.adapter(u), u.Mode)
	return profile
}

func (p *planner) row(u *unit) ledger.Agent { return p.s.Agent(u.Name) }

func (p *planner) put(a ledger.Agent) { p.s.Agents[a.Name] = a }

func (p *planner) session(u *unit) (ledger.Session, bool) {
	s, ok := p.s.Sessions[u.Name]
	return s, ok
}

func (p *planner) act(a Action) { p.actions = append(p.actions, a) }

// handoffsOf are the ids of an agent's handoffs, oldest first. None is ever
// removed, so that the number of all tells whether the index is good.
func (p *planner) handoffsOf(agent string) []string {
	if p.index == nil || p.indexed != len(p.s.Order) {
		p.index, p.indexed = map[string][]string{}, len(p.s.Order)
		for _, id := range p.s.Order {
			name := p.s.Handoffs[id].Agent
			p.index[name] = append(p.index[name], id)
		}
	}
	return p.index[agent]
}

// event notes a decision; pairs are keys and values.
func (p *planner) event(kind, agent string, pairs ...any) {
	data := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := pairs[i+1]; v != "" {
			data[pairs[i].(string)] = v
		}
	}
	p.s.Events = append(p.s.Events, ledger.Event{Time: p.now, Kind: kind, Agent: agent, Data: data})
}

// once says whether something about value was not said before, and remembers it.
func (p *planner) once(key, value string) bool {
	if p.s.Loop.Told[key] == value {
		return false
	}
	p.s.Loop.Told[key] = value
	return true
}

func (p *planner) decision() Decision {
	next := p.next()
	changes := ledger.Diff(p.w.State, p.s)
	changes.Pass = p.now
	return Decision{
		Changes:  changes,
		Actions:  p.actions,
		After:    p.s,
		At:       p.now,
		Next:     next,
		Holds:    p.holds,
		Outdated: p.stale,
		Settling: p.settling,

		Conflicts: p.conflicts(),
	}
}

// conflicts are the agents whose session's name another session has.
func (p *planner) conflicts() map[string]string {
	out := map[string]string{}
	for _, u := range p.units {
		if u.conflict != "" {
			out[u.Name] = u.conflict
		}
	}
	return out
}

// frozen says in a sentence why u is neither started, told, judged nor
// restarted, and its clocks stand still; "" when that is not so.
func (p *planner) frozen(u *unit) string {
	if why := p.pausedWhy(u); why != "" {
		return why
	}
	return p.held(u)
}

// paused says what the operator keeps from being touched; "" when nothing.
func (p *planner) paused(u *unit) string {
	switch {
	case p.row(u).Paused:
		return "the agent"
	case p.s.Loop.Paused && u.Kind == "loop":
		return "the loop"
	}
	return ""
}

// pausedWhy is paused in a sentence, with why no person asked for it.
func (p *planner) pausedWhy(u *unit) string {
	who, row := p.paused(u), p.row(u)
	switch {
	case who == "":
		return ""
	case row.Paused && row.Why != "":
		return who + " is paused (" + row.Why + ")"
	}
	return who + " is paused"
}
