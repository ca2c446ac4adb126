package report

import (
	"slices"
	"strings"
	"time"
)

// idleCoordinator is how long no pass may have run until that counts: whoever
// runs `pawl tick` from cron has minutes between them.
const idleCoordinator = 15 * time.Minute

// watcher is what is known of whether anything looks after the agents.
type watcher struct {
	sign    time.Time // the last one of life: an event that a pass or a coordinator left
	watched bool      // by a coordinator, as far as is known
	down    bool      // the operator wants nothing to run
	idle    time.Time // once the books are closed: since when nobody looks; zero: somebody does
}

// watch follows whether a coordinator ran while something was wanted up. One that
// was killed leaves no event: that was after the last of its others. Where passes
// are made by `pawl tick`, what they tell ends the time without one.
func (t *troubles) watch(e Event) {
	if operators(e.Kind) {
		t.obey(e)
		return
	}
	before := t.sign
	t.sign = e.Time
	switch e.Kind {
	case "coordinator.started":
		if at, err := time.Parse(time.RFC3339, e.text("last_pass")); err == nil {
			before = later(before, at)
		}
		if t.watched && !t.down && e.Time.Sub(before) > idleCoordinator {
			t.add(byCoordinator, "", stretch{later(before, t.since), e.Time}, true)
		}
		t.end(byCoordinator, "", e.Time, false)
		t.watched = true
	case "coordinator.ended":
		t.watched = false
		if !t.down {
			t.begin(byCoordinator, "", e.Time)
		}
	default:
		t.end(byCoordinator, "", e.Time, false)
	}
}

// obey follows what the operator wants. Before that was anything, nobody had to
// look after it.
func (t *troubles) obey(e Event) {
	if t.sign.IsZero() {
		t.sign = e.Time
	}
	switch {
	case e.Kind == "operator.up":
		if t.down {
			t.sign = e.Time
		}
		t.down = false
	case e.Kind == "operator.down" && len(e.names("agents")) == 0:
		t.down = true
		t.end(byCoordinator, "", e.Time, false)
	}
}

// operators says that a command of the operator left events of a kind.
func operators(kind string) bool {
	return slices.ContainsFunc(OperatorKinds, func(pattern string) bool {
		prefix, any := strings.CutSuffix(pattern, "*")
		return kind == pattern || any && strings.HasPrefix(kind, prefix)
	})
}

// abandoned says that agents are to be up, and no coordinator runs.
func abandoned(f Facts) bool {
	return !f.Running && slices.ContainsFunc(f.Agents, func(m Member) bool { return m.Wanted })
}

// unattended is since when agents are to be up and nobody looks after them; zero
// when somebody does.
func (t *troubles) unattended(f Facts) time.Time {
	last, patience := later(f.LastPass, t.sign), idleCoordinator
	if t.watched || t.lasts(byCoordinator, "") {
		patience = 0 // it is known to have run, and does not any more
	}
	if !abandoned(f) || last.IsZero() || f.Until.Sub(last) <= patience {
		return time.Time{}
	}
	return last
}

// unwatched closes the books about coordinators. A pass after the last one ended
// was a tick's.
func (t *troubles) unwatched(f Facts) {
	if from := t.open[subject{byCoordinator, ""}]; f.LastPass.After(from) {
		t.end(byCoordinator, "", f.LastPass, true)
	}
	t.idle = t.unattended(f)
	if from := t.idle; !from.IsZero() {
		t.lasting(byCoordinator, "", from, f.Until)
	} else if abandoned(f) && t.lasts(byCoordinator, "") {
		t.lasting(byCoordinator, "", f.Until, f.Until)
	}
}
