package loop

import (
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	"pawl/phases"
)

// Explanation is the answer to "why is nothing happening with it?" for one agent
// or service.
type Explanation struct {
	Name    string
	Service bool
	Answer  string // the whole of it in one sentence

	State      string // what its session was last seen doing; gone or exited without one
	Evidence   string // what that was read from
	Since      time.Time
	Wanted     ledger.Want
	Parked     bool
	Finished   bool
	Paused     string // who is paused: "the loop", "the agent", or ""
	Generation string // of its session; "" without one
	Phase      string // that its session was started for

	Hold      string    // the first rule that keeps it from being told or started; "" none
	Conflict  string    // why it cannot have its session's name; "" it can
	Restart   string    // why it is started again, where that is due
	RestartAt time.Time // not before this
	Limit     *Limit    // the usage limit that holds it; nil: none
	NextWake  time.Time // its next scheduled wake; zero: none
	Outdated  string    // what pawl.yaml says otherwise than at its start, and what follows; "" nothing

	Handoffs []Standing // what is open, oldest first
	Items    []Waiting  // what else it is to be told, oldest first
	Wait     *PhaseWait // what its phase waits for; nil for one without

	NextPass time.Time // when a pass looks at all of this again at the latest, if a coordinator runs
	NextLook time.Time // when origin is looked at again, likewise
}

// Limit is a usage limit as one agent meets it.
type Limit struct {
	Account string
	Banner  string // what the program said
	Since   time.Time
	Until   time.Time // zero: not known
	NextAt  time.Time // when the agent goes on, or when that is looked into
}

// Standing is one open handoff: why it is where it is, and when that is looked at next.
type Standing struct {
	handoff.Handoff
	Owed   bool // the agent must answer it, or read it
	Reason string
	NextAt time.Time
	Next   string // what happens then
}

// Waiting is something beside handoffs that an agent is to be told.
type Waiting struct {
	ledger.Item
	Reason string
}

// PhaseWait is what the current phase still needs.
type PhaseWait struct {
	ID      string
	Status  string // the STATUS file, where it lies or is to lie
	For     string // in a sentence
	Unclear []phases.Marker
}

// Explain says why an agent or service of the configuration is told, started and
// restarted, or is not. w and d are those of a preview: what d plans is about to
// be done, and is not done yet.
func Explain(w World, d Decision, agent string) Explanation {
	x := newExplainer(w, d, agent)
	if x.u == nil {
		return Explanation{Name: agent, Answer: agent + " is not in pawl.yaml"}
	}
	x.session()
	x.held()
	x.handoffs()
	x.items()
	x.phase()
	x.NextWake, x.Outdated = NextWake(x.u.Agent, w.State, w.Now), d.Stale(x.u.Name)
	x.Answer = x.answer()
	return x.Explanation
}

// explainer reads a decision with the planner's own rules.
type explainer struct {
	Explanation
	p   *planner // with the state after the decision
	was ledger.State
	d   Decision
	u   *unit
	row ledger.Agent

	runs     bool // it has a session that was seen, or was on record
	starting bool // the next pass starts one
}

func newExplainer(w World, d Decision, agent string) *explainer {
	was := w.State
	w.State = d.After
	p := newPlanner(w)
	x := &explainer{p: p, was: was, d: d, u: p.byName[agent]}
	x.Name, x.NextPass, x.NextLook = agent, d.Next, d.After.Loop.NextLook
	if x.u != nil {
		x.Service, x.row = x.u.service, p.row(x.u)
	}
	return x
}

// session is what its session does. One that the next pass starts does not run yet.
func (x *explainer) session() {
	x.State = "gone"
	if x.row.Finished {
		x.State = "exited"
	}
	x.Wanted, x.Parked, x.Finished = x.row.Wanted, x.row.Parked, x.row.Finished
	was, known := x.was.Sessions[x.Name]
	now, ok := x.p.session(x.u)
	if ok && (!now.LiveAt.IsZero() || known && now.Generation == was.Generation) {
		x.runs = true
		x.State, x.Evidence, x.Since = now.Doing, now.Evidence, now.DoingSince
		x.Generation, x.Phase = now.Generation, now.Phase
	}
	x.starting = ok && !x.runs
}

// held is what keeps it from being told or started.
func (x *explainer) held() {
	x.Paused = x.p.paused(x.u)
	x.Hold, x.Conflict = x.d.Holds[x.Name], x.d.Conflicts[x.Name]
	if x.starting {
		x.Hold = "the next pass starts it"
	}
	if !x.runs && x.Finished {
		x.Hold = "it ran to its end; pawl up " + x.Name + " starts it again"
	}
	if x.Hold == "" && x.Service && !x.runs {
		x.Hold = x.p.unwanted(x.u)
	}
	if x.row.RestartAt.After(x.p.now) && !x.runs {
		x.Restart, x.RestartAt = x.row.Restart, x.row.RestartAt
	}
	account := x.p.account(x.u)
	if l := x.p.s.Limits[account]; account != "" && l.Holds(x.Name) {
		x.Limit = &Limit{Account: account, Banner: l.Banner, Since: l.Since, Until: l.Until, NextAt: l.Expected(x.Name, x.p.limitRule())}
	}
}

// items are what else waits to be told.
func (x *explainer) items() {
	for _, id := range x.p.s.Pending {
		it := x.p.s.Items[id]
		if it.Agent != x.Name || !it.Waits() {
			continue
		}
		reason := x.untold(id)
		if was, ok := x.was.Items[id]; ok && was.State == handoff.Queued {
			reason = x.onItsWay(id)
		}
		x.Items = append(x.Items, Waiting{Item: it, Reason: reason})
	}
}

// wake is the one in flight that carries an item; false where none is on record.
func (x *explainer) wake(item string) (delivery.Wake, bool) {
	for _, w := range x.was.Wakes {
		if w.Agent != x.Name || !w.State.InFlight() {
			continue
		}
		for _, it := range w.Items {
			if it.ID == item {
				return w, true
			}
		}
	}
	return delivery.Wake{}, false
}

// phase is what the loop's phase waits for.
func (x *explainer) phase() {
	l, seq := x.p.s.Loop, x.p.w.Config.Phases.Sequence
	if x.u.Kind != config.KindLoop || len(seq) == 0 || l.Phase.Complete {
		return
	}
	x.Wait = phaseWait(x.p.w.Config, l)
}

// String says what the phase waits for.
func (p PhaseWait) String() string {
	switch {
	case p.ID == "":
		return p.For
	case strings.HasPrefix(p.For, "for "):
		return "phase " + p.ID + " waits " + p.For
	}
	return "phase " + p.ID + ": " + p.For
}

func phaseWait(cfg *config.Config, l ledger.Loop) *PhaseWait {
	if !l.Phase.Known {
		return &PhaseWait{For: "the phase is not known before origin is seen"}
	}
	out := &PhaseWait{ID: l.Phase.Current}
	for _, ph := range cfg.Phases.Sequence {
		if ph.ID == out.ID {
			out.Status = ph.Status
		}
	}
	fact := l.Facts[out.ID]
	if fact.Path != "" {
		out.Status = fact.Path
	}
	for _, m := range fact.Verdict.Markers {
		if !m.Obey && !fact.Verdict.Done {
			out.Unclear = append(out.Unclear, m)
		}
	}
	marker := cfg.Phases.DoneMarker
	switch {
	case len(fact.Missing) > 0:
		out.For = "its " + marker + " is not obeyed: " + strings.Join(fact.Missing, "; ")
	case fact.Verdict.Done && l.Phase.Held:
		out.For = "it is done, and held until pawl phase release"
	case fact.Verdict.Done && !cfg.Phases.AutoAdvance:
		out.For = "it is done; pawl phase next goes on, as auto_advance is off"
	case fact.Verdict.Done && l.Paused:
		out.For = "it is done, and the loop is paused; pawl resume lets it go on"
	case fact.Verdict.Done:
		out.For = "it is done, and has not been left"
	case fact.Path == "":
		out.For = "for " + marker + " in " + out.Status + ", which is not in origin's branch yet"
	case len(out.Unclear) > 0:
		out.For = "for " + marker + " in " + out.Status + "; what is there is not obeyed"
	default:
		out.For = "for " + marker + " in " + out.Status
	}
	return out
}
