package model

import (
	"slices"
	"time"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/launcher"
	"pawl/loop/model/branch"
)

// host is the one launcher of a model.
const host = "process"

// fetch is a look at origin: the mirror has what the branch has now. Only news
// take time, which keeps worlds alike that differ in when nothing happened.
func fetch(_ *Model, w *World) (bool, error) {
	tip := w.origin.Tip()
	if w.look != nil && w.look.tip == tip {
		return false, nil
	}
	if !slices.Contains(w.mirror, tip) {
		w.mirror = append(slices.Clip(w.mirror), tip)
		w.now = w.now.Add(time.Second)
	}
	w.look = &look{tip}
	return true, nil
}

// inputs is a canonical form of what Plan is given: it names all that differs
// between two of its arguments in a model.
type inputs struct {
	now                  int64
	origin, mirror, rows uint64
	looked, blind        bool
	tip                  string
	programs             [2]uint64
}

func (w *World) inputs() inputs {
	in := inputs{now: w.now.UnixNano(), origin: w.origin.sum, mirror: mixAll(0, w.mirror), rows: w.rows.sum, blind: w.blind, looked: w.look != nil}
	if w.look != nil {
		in.tip = w.look.tip
	}
	for i, p := range w.programs {
		if p != nil {
			in.programs[i] = p.sum
		}
	}
	return in
}

// plan observes and decides. The decision is in the coordinator's memory alone.
func plan(m *Model, w *World) (bool, error) {
	if w.plan != nil {
		return false, nil
	}
	in := w.inputs()
	d, known := m.cache[in]
	if !known {
		m.Plans++
		d = m.decide(w)
		if m.cache != nil {
			m.cache[in] = d
		}
	} else {
		m.Recalled++
	}
	w.plan = &planned{Decision: d, before: w.rows.load(), blind: w.blind, look: w.look, sum: mix(0, in)}
	w.look = nil
	if m.defect == ActsFirst {
		m.order(w)
	}
	return true, nil
}

// decide is loop.Plan with the facts that Observe would gather.
func (m *Model) decide(w *World) loop.Decision {
	world := loop.World{
		Now: w.now, Config: m.cfg, Rules: m.rules, State: w.rows.load(), Default: host,
		Sessions: map[string]map[string]launcher.Observation{}, Terminals: map[string]bool{host: false},
		Origin: loop.Origin{Looked: w.look != nil, Print: "rules"},
	}
	m.observe(w, &world)
	m.read(w, &world.Origin)
	return loop.Plan(world)
}

func (m *Model) observe(w *World, to *loop.World) {
	if w.blind && m.defect != BlindIsGone {
		to.Blind = map[string]error{host: launcher.ErrGone}
		return
	}
	seen := map[string]launcher.Observation{}
	for _, p := range w.programs {
		if p != nil && !w.blind {
			o := p.obs
			if m.defect == ForgetsTold {
				o.Marks = nil
			}
			seen[o.Session] = o
		}
	}
	to.Sessions[host] = seen
}

// read makes the window between the ledger's cursor and what was fetched, with
// the records that handoff.Concern asks for, as the mirror and the ledger do.
func (m *Model) read(w *World, o *loop.Origin) {
	st := w.rows.load()
	q := branch.Query{Cursor: st.Loop.Cursor, Tip: st.Loop.Cursor, Docs: m.cfg.Handoff.Docs, Inboxes: m.inbox, Known: w.fetched()}
	if w.look != nil {
		q.Tip = w.look.tip
	}
	same := q.Tip == q.Cursor
	if q.Tip == "" || same && st.Loop.Fingerprint == o.Print {
		return
	}
	for _, id := range st.Order {
		if h := st.Handoffs[id]; h.Kind == handoff.Signal {
			q.Open = append(q.Open, h.Commit)
		}
	}
	o.Window = m.window(w, q, same)
	if q.Cursor != "" && !same {
		o.Print = st.Loop.Fingerprint // what it is about is derived again by the next pass
	}
	o.Known = w.rows.Known(handoff.Concerns(*o.Window, m.rules))
	if lost := lostAnswers(o); len(lost) > 0 {
		q.Open = append(q.Open, lost...)
		o.Window = m.window(w, q, same)
	}
}

// window is what came, or where that is nothing the whole history once more.
func (m *Model) window(w *World, q branch.Query, whole bool) *handoff.Window {
	out := w.origin.Window(q)
	if whole {
		inboxes := out.Inboxes
		q.Cursor = ""
		out = w.origin.Window(q)
		out.Inboxes = inboxes
	}
	switch m.defect {
	case LastCommitOnly:
		out.Commits = out.Commits[max(len(out.Commits)-1, 0):]
	case RewriteUnseen:
		out.Rewritten, out.Dropped = false, nil
	}
	return out
}

// lostAnswers are the signals whose answer is gone: handoff.Concern says why the
// mirror is asked about them too.
func lostAnswers(o *loop.Origin) []string {
	dropped := map[string]bool{}
	for _, c := range o.Window.Dropped {
		dropped[c.Hash] = true
	}
	var out []string
	for _, h := range o.Known {
		if h.Kind == handoff.Signal && h.State.Closed() && dropped[h.AnsweredBy] {
			out = append(out, h.Commit)
		}
	}
	return out
}

// fetched says which commits the mirror has.
func (w *World) fetched() func(string) bool {
	known := map[string]bool{}
	for _, tip := range w.mirror {
		for _, hash := range w.origin.Back(tip) {
			known[hash] = true
		}
	}
	return func(hash string) bool { return known[hash] }
}

// write is the transaction. Where the operator edited the ledger since, nothing
// is written and the pass plans again with the same look.
func write(m *Model, w *World) (bool, error) {
	p := w.plan
	if p == nil {
		return false, nil
	}
	w.plan = nil
	if p.before.Loop.Revision != w.rows.Loop.Revision && m.defect != WritesStale {
		if w.look == nil {
			w.look = p.look
		}
		return true, nil
	}
	if err := m.lawful(w, p); err != nil {
		return true, err
	}
	if m.defect != ActsFirst {
		w.plan = p
		m.order(w)
		w.plan = nil
	}
	w.rows = w.rows.with(m.defect.maim(p.before, p.Changes))
	return true, nil
}

// order puts what is to be touched before the launcher: for each agent one
// after the other. An agent that has orders under way gets no others; a stop
// ends what it is being told.
func (m *Model) order(w *World) {
	w.pending = slices.Clone(w.pending)
	busy := make([]bool, len(m.agents))
	for i := range busy {
		busy[i] = len(w.pending[i]) > 0
	}
	for _, a := range w.plan.Actions {
		i := m.index(a.Agent)
		if i < 0 || a.Kind == loop.Parking || a.Kind == loop.Notify {
			continue
		}
		switch {
		case !busy[i]:
			o := order{Action: a, session: w.plan.After.Sessions[a.Agent], wake: w.plan.After.Wakes[a.WakeID]}
			w.pending[i] = append(slices.Clip(w.pending[i]), m.defect.twist(w, o))
		case a.Kind == loop.Stop:
			w.pending[i] = slices.DeleteFunc(slices.Clone(w.pending[i]), func(o order) bool { return o.Kind == loop.Wake })
		}
	}
}

// tick is a whole pass with nothing in between, and the sessions read what they
// were told.
func tick(m *Model, w *World) (bool, error) {
	deeds := []deed{fetch, plan, write}
	for _, name := range m.agents {
		// A pass gives an agent two orders at most.
		deeds = append(deeds, acts(name), acts(name), reads(name))
	}
	any := false
	for _, d := range deeds {
		did, err := d(m, w)
		if err != nil {
			return true, err
		}
		any = any || did
	}
	return any, nil
}

// crash ends the coordinator. What it remembered is gone.
func crash(m *Model, w *World) (bool, error) {
	empty := make([][]order, len(m.agents))
	if w.look == nil && w.plan == nil && !slices.ContainsFunc(w.pending, func(o []order) bool { return len(o) > 0 }) {
		return false, nil
	}
	w.look, w.plan, w.pending = nil, nil, empty
	return true, nil
}

// lose deletes the state directory, with ledger and mirror, while no
// coordinator runs.
func lose(m *Model, w *World) (bool, error) {
	if w.rows.sum == newRows(w.ledgers).sum {
		return false, nil
	}
	if _, err := crash(m, w); err != nil {
		return false, err
	}
	w.ledgers++
	w.rows, w.mirror = newRows(w.ledgers), nil
	return true, nil
}
