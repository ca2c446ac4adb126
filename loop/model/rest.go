package model

import (
	"errors"
	"fmt"
	"slices"

	"pawl/handoff"
)

// taker takes steps: a Model takes each anew, a Graph remembers.
type taker interface {
	take(at place, s Step) (place, error)
}

// place is a world, and its number in a graph if that has it.
type place struct {
	*World
	id int32
}

func (m *Model) take(at place, s Step) (place, error) {
	w, err := m.Step(at.World, s)
	return place{World: w}, err
}

// rounds is how many passes everything may take to come to rest.
const rounds = 10

// ErrRestless says that passes go on changing something.
var ErrRestless = errors.New("it does not come to rest")

// Rest ends a schedule: the coordinator is started again, the launcher answers, all agents are wanted, programs
// read and end when they are asked to, and passes follow until one changes
// nothing. It returns the world that is at rest with the steps that led to it,
// or says what is wrong with it.
func (m *Model) Rest(w *World) (*World, []Step, error) {
	at, steps, err := m.rest(m, place{World: w})
	return at.World, steps, err
}

func (m *Model) rest(t taker, at place) (place, []Step, error) {
	r := &resting{m: m, t: t, at: at}
	if at.blind {
		r.take("blind")
	}
	r.take("crash") // whoever comes next knows what is on the disk
	for range rounds {
		r.wakeUp()
		for n := 0; ; n++ {
			before := r.at.key()
			if r.round(); r.err != nil {
				return r.at, r.steps, r.err
			}
			if r.at.key() == before {
				break
			}
			if n == rounds {
				return r.at, r.steps, ErrRestless
			}
		}
		if r.allRun() {
			return r.at, r.steps, m.settled(r.at.World)
		}
	}
	return r.at, r.steps, fmt.Errorf("%w: somebody who is wanted does not run", ErrRestless)
}

type resting struct {
	m     *Model
	t     taker
	at    place
	steps []Step
	err   error
}

func (r *resting) take(s Step) {
	if r.err != nil {
		return
	}
	before := r.at.World
	r.at, r.err = r.t.take(r.at, s)
	if r.err != nil || r.at.World != before {
		r.steps = append(r.steps, s)
	}
}

// wakeUp is `pawl up` and `pawl resume` for those who need it.
func (r *resting) wakeUp() {
	for _, name := range r.m.agents {
		a := r.at.rows.Agents[name]
		if a.Paused {
			r.take("resume:" + Step(name))
		}
		if !wanted(r.at.rows.Agents[name]) || !a.RestartAt.IsZero() || a.Finished {
			r.take("up:" + Step(name))
		}
	}
}

// round is one pass, and what the sessions do meanwhile.
func (r *resting) round() {
	for i, name := range r.m.agents {
		for r.err == nil && len(r.at.pending[i]) > 0 {
			r.take("act:" + Step(name))
		}
		if p := r.at.programs[i]; p != nil && p.ordered {
			r.take("dies:" + Step(name))
		}
		r.take("reads:" + Step(name))
	}
	r.take("fetch")
	r.take("plan")
	r.take("write")
	for i, name := range r.m.agents {
		for r.err == nil && len(r.at.pending[i]) > 0 {
			r.take("act:" + Step(name))
		}
	}
}

func (r *resting) allRun() bool {
	for i := range r.m.agents {
		if !r.at.running(i) {
			return false
		}
	}
	return true
}

// settled compares what agents and ledger know at rest with what the history
// that is there now asks for.
func (m *Model) settled(w *World) error {
	if w.rows.Loop.Cursor != w.origin.Tip() {
		return fmt.Errorf("the cursor is %.7s, and the tip %.7s", w.rows.Loop.Cursor, w.origin.Tip())
	}
	for i, agent := range m.agents {
		for _, want := range m.asks(w.origin, agent) {
			rows := w.rows.about(func(h handoff.Handoff) bool {
				return h.Agent == agent && (h.Kind == handoff.Signal && h.Commit == want.commit || h.Kind == handoff.Inbox && h.Blob == want.blob)
			})
			if err := heard(w, rows, want, w.programs[i]); err != nil {
				return fmt.Errorf("%s: %s: %w", agent, want.what, err)
			}
		}
	}
	for _, h := range w.rows.about(func(h handoff.Handoff) bool { return !h.State.Closed() }) {
		if h.Kind == handoff.Signal && !slices.ContainsFunc(m.asks(w.origin, h.Agent), func(a ask) bool { return a.commit == h.Commit }) {
			return fmt.Errorf("%s: %s is %s, and nothing asks for it", h.Agent, h.Label(), h.State)
		}
	}
	return nil
}

// heard fails unless what is asked is on record, and either was told to p or
// closed by a person or by time.
func heard(w *World, rows []handoff.Handoff, want ask, p *program) error {
	for _, h := range rows {
		switch {
		case h.State == handoff.Expired, h.Dismissed():
			return nil
		case h.State == handoff.Taken && h.Generation == p.obs.Generation && p.knows(w.rows, h):
			return nil
		case want.once && h.State == handoff.Answered && slices.Contains(w.heard, h.Trace()):
			return nil
		}
	}
	if want.perhaps {
		return nil
	}
	if len(rows) == 0 {
		return errors.New("the ledger has no such handoff")
	}
	h := rows[len(rows)-1]
	return fmt.Errorf("it is %s (%s), told its session: %t", h.State, h.Why, p.knows(w.rows, h))
}
