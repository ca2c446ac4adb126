package report

import (
	"slices"
	"time"
)

// answerUnderWay is how long it may take until origin shows what was pushed.
const answerUnderWay = time.Minute

// troubles follows what held agents up.
type troubles struct {
	*spells
	holds  []Hold
	crowds map[string]bool // agents whose launcher lost all sessions in this pass
	lostAt time.Time

	watcher
	quits map[string]time.Time // when agents ended well that nobody has started since
}

func newTroubles(f Facts) *troubles {
	t := &troubles{
		spells: newSpells(later(f.Since, f.KnownFrom)), quits: map[string]time.Time{},
		watcher: watcher{sign: f.Before.Sign, watched: f.Before.Watched, down: f.Before.Down},
	}
	for cause, lasts := range map[string]bool{byConfig: f.Before.Invalid, byHeld: f.Before.Held, byCoordinator: f.Before.Ended && !f.Before.Down} {
		if lasts {
			t.begin(cause, "", t.since)
		}
	}
	return t
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
	case "config.invalid", "config.held", "config.approved", "config.reloaded":
		t.file(e)
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

// agent follows what is told of one agent's session.
func (t *troubles) agent(e Event) {
	switch e.Kind {
	case "agent.waiting", "agent.unauthorised":
		t.end(byDialog, e.Agent, e.Time, true)
		t.begin(byDialog, e.Agent, e.Time)
	case "handoff.taken", "wake.taken", "agent.stalled":
		t.end(byDialog, e.Agent, e.Time, true)
	case "handoff.answered":
		// An answer may have been on its way when the dialog came up.
		if from, open := t.open[subject{byDialog, e.Agent}]; open && e.Time.Sub(from) >= answerUnderWay {
			t.end(byDialog, e.Agent, e.Time, true)
		}
	case "agent.exited":
		t.end(byDialog, e.Agent, e.Time, false)
		t.exited(e)
	case "agent.restarted":
		if at, ended := t.quits[e.Agent]; ended {
			t.begin(byCrash, e.Agent, at)
		}
		delete(t.quits, e.Agent)
	case "operator.restart":
		delete(t.quits, e.Agent) // it had ended, and would have been left so
	case "agent.parked":
		delete(t.quits, e.Agent)
		t.end(byCrash, e.Agent, e.Time, false)
		t.begin(byParking, e.Agent, e.Time)
	case "agent.started", "agent.adopted":
		delete(t.quits, e.Agent)
		for _, cause := range []string{byCrash, byParking} {
			t.end(cause, e.Agent, e.Time, false)
		}
	}
}

// exited begins the time in which a session is missed. One that ended well is
// missed only if it is started again for that.
func (t *troubles) exited(e Event) {
	delete(t.quits, e.Agent)
	switch {
	case !t.crash(e):
	case e.number("code") == 0 && e.text("signal") == "":
		t.quits[e.Agent] = e.Time
	default:
		t.begin(byCrash, e.Agent, e.Time)
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
// leaves a parked one parked; any applies a change of pawl.yaml that was held.
func (t *troubles) ordered(e Event) {
	names := e.names("agents")
	if e.Kind == "operator.up" {
		t.end(byHeld, "", e.Time, false)
	}
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
