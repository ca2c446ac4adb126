package report

import (
	"slices"
	"strings"
	"time"
)

// idleCoordinator is how long no pass may have run until that counts: whoever
// runs `pawl tick` from cron has minutes between them.
const idleCoordinator = 15 * time.Minute

// troubles follows what held agents up.
type troubles struct {
	*spells
	holds  []Hold
	crowds map[string]bool // agents whose launcher lost all sessions in this pass
	lostAt time.Time

	last    time.Time // of the event before
	watched bool      // by a coordinator, as far as is known
	down    bool      // the operator wants nothing to run
}

func newTroubles(f Facts) *troubles {
	return &troubles{spells: newSpells(f.Since)}
}

func (t *troubles) see(e Event) {
	t.watch(e)
	switch e.Kind {
	case "agent.held":
		t.held(e)
	case "agent.released":
		t.released(e)
	case "origin.unreachable":
		t.begin(byOrigin, "", e.Time)
	case "origin.reachable":
		t.ended(byOrigin, "", e.Time)
	case "config.invalid":
		t.begin(byConfig, "", e.Time)
	case "config.reloaded":
		t.end(byConfig, "", e.Time, false)
	case "operator.pause":
		t.begin(byPause, e.Agent, e.Time)
	case "operator.resume":
		t.resumed(e)
	case "operator.up", "operator.down":
		t.ordered(e)
	case "launcher.lost":
		t.crowd(e)
	default:
		t.agent(e)
	}
}

// watch follows whether a coordinator ran while something was wanted up. One that
// was killed leaves no event: that was after the last of its others. Where passes
// are made by `pawl tick`, what they tell ends the time without one.
func (t *troubles) watch(e Event) {
	before := t.last
	t.last = e.Time
	switch {
	case e.Kind == "coordinator.started":
		if t.watched && !t.down && e.Time.Sub(before) > idleCoordinator {
			t.add(byCoordinator, "", stretch{later(before, t.since), e.Time}, true)
		}
		t.end(byCoordinator, "", e.Time, false)
		t.watched = true
	case e.Kind == "coordinator.ended":
		t.watched = false
		if !t.down {
			t.begin(byCoordinator, "", e.Time)
		}
	case e.Kind == "operator.up":
		t.down = false
	case e.Kind == "operator.down" && len(e.names("agents")) == 0:
		t.down = true
		t.forget(byCoordinator, "")
	case !strings.HasPrefix(e.Kind, "operator."):
		t.end(byCoordinator, "", e.Time, false)
	}
}

// agent follows what is told of one agent's session.
func (t *troubles) agent(e Event) {
	switch e.Kind {
	case "agent.waiting", "agent.unauthorised":
		t.end(byDialog, e.Agent, e.Time, true)
		t.begin(byDialog, e.Agent, e.Time)
	case "handoff.taken":
		t.end(byDialog, e.Agent, e.Time, true)
	case "agent.exited":
		t.end(byDialog, e.Agent, e.Time, false)
		if t.crash(e) {
			t.begin(byCrash, e.Agent, e.Time)
		}
	case "agent.parked":
		t.end(byCrash, e.Agent, e.Time, false)
		t.begin(byParking, e.Agent, e.Time)
	case "agent.started", "agent.adopted":
		for _, cause := range []string{byCrash, byParking} {
			t.end(cause, e.Agent, e.Time, false)
		}
	}
}

// crash says that a session ended although nobody asked for that, and that it
// was its own doing: neither a usage limit's nor that of a launcher that fell.
func (t *troubles) crash(e Event) bool {
	if e.text("reason") != "" || t.crowds[e.Agent] && e.Time.Equal(t.lostAt) {
		return false
	}
	return !slices.ContainsFunc(t.holds, func(h Hold) bool { return h.To.IsZero() && slices.Contains(h.Agents, e.Agent) })
}

func (t *troubles) crowd(e Event) {
	t.lostAt, t.crowds = e.Time, map[string]bool{}
	for _, name := range e.names("sessions") {
		t.crowds[name] = true
	}
}

// ordered ends what the operator's word about agents ends. `up` without names
// leaves a parked one parked.
func (t *troubles) ordered(e Event) {
	names := e.names("agents")
	for key := range t.open {
		all := len(names) == 0 && e.Kind == "operator.down"
		if (all || slices.Contains(names, key.who)) && (key.cause == byParking || key.cause == byCrash) {
			t.end(key.cause, key.who, e.Time, false)
		}
	}
}

// resumed ends a pause. Resuming the loop resumes all its agents as well.
func (t *troubles) resumed(e Event) {
	if e.Agent != "" {
		t.end(byPause, e.Agent, e.Time, false)
		return
	}
	for key := range t.open {
		if key.cause == byPause {
			t.end(byPause, key.who, e.Time, false)
		}
	}
}

// standing closes the books: what is so now lasts until now.
func (t *troubles) standing(f Facts) {
	for _, m := range f.Agents {
		t.member(m, f)
	}
	for _, l := range f.Limits {
		t.limit(l)
	}
	if f.OriginError != "" {
		t.lasting(byOrigin, "", f.Since, f.Until)
	}
	if f.ConfigError != "" {
		t.lasting(byConfig, "", f.Since, f.Until)
	}
	if f.Paused {
		t.lasting(byPause, "", f.Since, f.Until)
	}
	if idle(f) {
		t.lasting(byCoordinator, "", f.LastPass, f.Until)
	}
	t.lose()
	t.spread(f.Until)
}

func (t *troubles) member(m Member, f Facts) {
	if m.Parked && m.Wanted {
		t.lasting(byParking, m.Name, f.Since, f.Until)
	}
	if m.Paused {
		t.lasting(byPause, m.Name, f.Since, f.Until)
	}
	if m.Waiting {
		t.lasting(byDialog, m.Name, m.WaitingSince, f.Until)
	}
	if m.Restarting && m.Wanted {
		t.lasting(byCrash, m.Name, f.Since, f.Until)
	} else {
		t.forget(byCrash, m.Name) // it ended and is to be left so
	}
}

// idle says that agents are to be up, and nobody looks after them.
func idle(f Facts) bool {
	wanted := slices.ContainsFunc(f.Agents, func(m Member) bool { return m.Wanted })
	return wanted && !f.Running && !f.LastPass.IsZero() && f.Until.Sub(f.LastPass) > idleCoordinator
}
