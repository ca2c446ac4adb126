package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pawl/loop"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

// acts carries out the next order of an agent, as launcher and keeper do.
func acts(name string) deed {
	return func(m *Model, w *World) (bool, error) {
		i := m.index(name)
		if len(w.pending[i]) == 0 {
			return false, nil
		}
		o := w.pending[i][0]
		w.pending = slices.Clone(w.pending)
		w.pending[i] = w.pending[i][1:]
		p := w.programs[i]
		mine := p != nil && p.obs.Generation == o.Generation
		switch o.Kind {
		case loop.Start, loop.Restart:
			m.start(w, i, o)
		case loop.Stop:
			if mine && p.obs.Alive {
				w.programs = replaced(w.programs, i, p.with(func(q *program) { q.ordered = true }))
			}
		case loop.Forget:
			switch {
			case mine && p.obs.Alive:
				return true, fmt.Errorf("what runs as generation %s of %s is forgotten", o.Generation, name)
			case mine:
				w.programs = replaced(w.programs, i, nil)
			}
		case loop.Wake:
			if mine && p.obs.Alive {
				return true, m.tell(w, i, o)
			}
		}
		return true, nil
	}
}

// start starts a generation, unless its name is taken or it ended already: a
// row says so then.
func (m *Model) start(w *World, i int, o order) {
	p := w.programs[i]
	switch {
	case p != nil && p.obs.Alive && p.obs.Generation == o.Generation:
		return
	case p != nil && (p.obs.Alive || p.obs.Generation == o.Generation):
		w.rows = w.rows.failed(o.Generation, "it does not start")
		return
	}
	w.starts++
	next := &program{obs: launcher.Observation{
		Ref: launcher.Ref{Session: o.session.Name, Generation: o.Generation}, Agent: o.Agent, Owner: loop.Owner(m.cfg.Path, o.Agent),
		PID: w.starts, Started: fmt.Sprint(w.starts), Alive: true,
		Output: dawn.Add(-time.Hour), // it is idle but for what it has not read
	}}
	w.programs = replaced(w.programs, i, next.with(func(*program) {}))
}

// tell writes a wake to a program, unless its journal has it.
func (m *Model) tell(w *World, i int, o order) error {
	p := w.programs[i]
	seen := slices.ContainsFunc(p.obs.Marks, func(mark launcher.Mark) bool { return mark.ID == o.wake.ID })
	if seen && m.defect != NoJournal {
		return nil
	}
	if err := m.mayTell(w, p, o); err != nil {
		return err
	}
	w.programs = replaced(w.programs, i, p.with(func(q *program) {
		mark := launcher.Mark{ID: o.wake.ID, Items: o.wake.ItemIDs(), Written: w.now}
		if m.defect == TakesUnread {
			mark.Drained = w.now
		}
		q.obs.Marks = append(slices.Clip(q.obs.Marks), mark)
		q.obs.Pending++
		q.told = append(slices.Clip(q.told), telling{wake: o.wake.ID, items: o.wake.Items})
	}))
	return nil
}

// reads lets a program take all its input.
func reads(name string) deed {
	return func(m *Model, w *World) (bool, error) {
		i := m.index(name)
		p := w.programs[i]
		if p == nil || !p.obs.Alive || p.obs.Pending == 0 {
			return false, nil
		}
		w.programs = replaced(w.programs, i, p.with(func(q *program) {
			q.obs.Marks, q.told, q.obs.Pending = slices.Clone(q.obs.Marks), slices.Clone(q.told), 0
			for n, mark := range q.obs.Marks {
				if mark.Drained.IsZero() {
					q.obs.Marks[n].Drained = w.now
				}
				q.told[n].read = true
			}
		}))
		for _, t := range p.told {
			for _, it := range t.items {
				if strings.HasPrefix(it.Text, note+" ") && !slices.Contains(w.heard, it.Trace) {
					w.heard = append(slices.Clip(w.heard), it.Trace)
				}
			}
		}
		return true, nil
	}
}

// dies ends a program, as it was asked to or by itself. Its keeper tells.
func dies(name string) deed {
	return func(m *Model, w *World) (bool, error) {
		i := m.index(name)
		p := w.programs[i]
		if p == nil || !p.obs.Alive {
			return false, nil
		}
		w.programs = replaced(w.programs, i, p.with(func(q *program) {
			q.obs.Alive, q.obs.PID, q.obs.Exit = false, 0, &launcher.Exit{Code: 1, At: w.now}
		}))
		return true, nil
	}
}

// vanishes ends a program and its keeper with all that is known of them, as
// when the machine is started again.
func vanishes(name string) deed {
	return func(m *Model, w *World) (bool, error) {
		i := m.index(name)
		if w.programs[i] == nil {
			return false, nil
		}
		w.programs = replaced(w.programs, i, nil)
		return true, nil
	}
}

// with is a copy of p, changed, and its sum.
func (p *program) with(f func(*program)) *program {
	q := *p
	f(&q)
	q.sum = mix(mix(mix(uint64(q.obs.PID), q.obs.Generation), q.obs.Alive), q.ordered)
	for i, mark := range q.obs.Marks {
		q.sum = mix(mix(mix(q.sum, mark.ID), mark.Written), mark.Drained)
		q.sum = mixAll(q.sum, q.told[i].items)
	}
	return &q
}

func replaced(list []*program, i int, p *program) []*program {
	out := slices.Clone(list)
	out[i] = p
	return out
}

// running says that an agent's program is alive and nobody asked it to end.
func (w *World) running(i int) bool {
	p := w.programs[i]
	return p != nil && p.obs.Alive && !p.ordered
}

// wanted says that an agent has nothing that keeps it from running.
func wanted(a ledger.Agent) bool { return a.Wanted == ledger.Up && !a.Parked && !a.Paused }
