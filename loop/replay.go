package loop

import (
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/control"
	"pawl/loop/ledger"
)

// Replay is what a range of commits would have caused, had a coordinator looked at
// origin after each first-parent commit, and had the agents taken what they are told.
type Replay struct {
	From, To  string // full hashes; what follows From is replayed
	Rewritten bool   // To does not descend from From
	Commits   int    // how many first-parent commits there are
	Before    []handoff.Handoff
	Start     control.Phase // where the sequence stands at From
	Events    []Replayed
	Open      []handoff.Handoff // at To, oldest first
	Phase     control.Phase     // at To
}

// Replayed is an event, and the commit that would have caused it.
type Replayed struct {
	Commit string
	ledger.Event
}

// replaying is a loop that lives on what commits say alone: it has no ledger, no
// clock and no sessions. It is pure.
type replaying struct {
	cfg    *config.Config
	rules  handoff.Rules
	state  ledger.State
	closed []handoff.Handoff // in the order in which they were closed
	looks  int
}

func newReplaying(cfg *config.Config) *replaying {
	s := ledger.State{Handoffs: map[string]handoff.Handoff{}, Agents: map[string]ledger.Agent{}, Items: map[string]ledger.Item{}}
	for _, name := range cfg.Names() {
		s.Agents[name] = ledger.Agent{Name: name, Wanted: ledger.Up}
	}
	return &replaying{cfg: cfg, rules: Rules(cfg), state: s}
}

// look is the part of a pass that follows from origin: what the facts make of the
// handoffs and of the phases. What is open then is taken.
func (r *replaying) look(tip string, o Origin) []Replayed {
	r.looks++
	// Moments only order what is seen; those of the commits order nothing.
	now := time.Unix(int64(r.looks), 0).UTC()
	p := newPlanner(World{Now: now, Config: r.cfg, Rules: r.rules, State: r.state, Origin: o})
	p.origin()
	p.phases()
	for _, id := range p.s.Order {
		if h := p.s.Handoffs[id]; h.State == handoff.Open {
			p.take(h, now)
		}
	}
	var out []Replayed
	for _, e := range p.s.Events {
		if e.Kind != "origin.moved" {
			out = append(out, Replayed{Commit: r.cause(p.s, e, tip), Event: e})
		}
	}
	r.keep(p.s)
	return out
}

// cause is the commit that an event follows from: what opened or closed a handoff,
// or where origin's branch stood.
func (r *replaying) cause(s ledger.State, e ledger.Event, tip string) string {
	if by, ok := e.Data["commit"].(string); ok && by != "" && !strings.HasPrefix(e.Kind, "phase.") {
		return by
	}
	id, _ := e.Data["handoff"].(string)
	if h, ok := s.Handoffs[id]; ok && h.Kind == handoff.Signal && e.Kind == "handoff.open" {
		return h.Commit
	}
	return tip
}

// keep carries a state on, as a ledger does: what is closed is known and no longer
// looked at.
func (r *replaying) keep(s ledger.State) {
	open := s.Order[:0:0]
	for _, id := range s.Order {
		h := s.Handoffs[id]
		if !h.State.Closed() {
			open = append(open, id)
			continue
		}
		delete(s.Handoffs, id)
		r.closed = append(r.closed, h)
	}
	s.Order, s.Events = open, nil
	r.state = s
}

// known are the handoffs that a window is about, each once, as Derive wants them.
func (r *replaying) known(c handoff.Concern) []handoff.Handoff {
	var out []handoff.Handoff
	at := map[string]int{}
	for _, h := range append(r.closed, r.open()...) {
		if i, ok := at[h.ID]; ok {
			out[i] = h // it was opened again
			continue
		}
		if c.Includes(h) {
			at[h.ID] = len(out)
			out = append(out, h)
		}
	}
	return out
}

func (r *replaying) open() []handoff.Handoff {
	var out []handoff.Handoff
	for _, id := range r.state.Order {
		out = append(out, r.state.Handoffs[id])
	}
	return out
}
