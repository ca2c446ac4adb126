// Package shelf keeps rows as the ledger does, in memory and without SQL:
// models of the loop write and read them thousands of times a second. It is
// held to the real ledger by tests that give both the same rows.
package shelf

import (
	"maps"
	"slices"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	"pawl/loop/supervise"
)

// Shelf is a ledger's content: all rows, closed ones too. Its tables are
// replaced, never changed, by Commit and Failed, so that a copy of the struct
// is a snapshot.
type Shelf struct {
	Loop      ledger.Loop
	Agents    map[string]ledger.Agent   // by name
	Sessions  map[string]ledger.Session // by generation
	Handoffs  map[string]handoff.Handoff
	Order     []string // ids of the handoffs, oldest first
	Wakes     map[string]delivery.Wake
	Items     map[string]ledger.Item
	Pending   []string // ids of the items, oldest first
	Limits    map[string]supervise.Limit
	Schedules map[string]ledger.Schedule
	Slots     map[string]ledger.Slot
	Runs      map[string]ledger.Run
	Events    []ledger.Event
}

// New is an empty ledger, as it is made where there is none.
func New(epoch string) Shelf { return Shelf{Loop: ledger.Loop{ID: 1, Epoch: epoch}} }

// Load is what ledger.Ledger.Load returns: the rows that are not closed.
func (s *Shelf) Load() ledger.State {
	st := ledger.State{
		Loop: s.Loop, Agents: cloned(s.Agents), Sessions: map[string]ledger.Session{},
		Handoffs: map[string]handoff.Handoff{}, Wakes: map[string]delivery.Wake{}, Items: map[string]ledger.Item{},
		Limits: cloned(s.Limits), Schedules: cloned(s.Schedules), Slots: map[string]ledger.Slot{},
		Runs: map[string]ledger.Run{},
	}
	st.Loop.Facts, st.Loop.Told = maps.Clone(s.Loop.Facts), maps.Clone(s.Loop.Told)
	for _, x := range s.Sessions {
		if x.EndedAt.IsZero() {
			st.Sessions[x.Agent] = x
		}
	}
	for id, x := range s.Slots {
		if !x.At.Before(s.Schedules[x.Schedule].Counted) {
			st.Slots[id] = x
		}
	}
	for _, id := range s.Order {
		if h := s.Handoffs[id]; !h.State.Closed() {
			st.PutHandoff(h)
		}
	}
	for id, w := range s.Wakes {
		if w.State.InFlight() {
			st.Wakes[id] = w
		}
	}
	for _, id := range s.Pending {
		if it := s.Items[id]; it.Waits() {
			st.PutItem(it)
		}
	}
	s.openRuns(st)
	return st
}

// Commit applies the rows of a plan, as ledger.Ledger.Commit does. Whether the
// plan is stale is the caller's to ask.
func (s *Shelf) Commit(c ledger.Changes) {
	if c.Loop != nil {
		last := s.Loop.LastPass
		s.Loop = *c.Loop
		s.Loop.LastPass = last
	}
	if !c.Empty() && !c.Pass.IsZero() {
		s.Loop.LastPass = c.Pass
	}
	s.Order = append(slices.Clip(s.Order), fresh(s.Handoffs, c.Handoffs, func(h handoff.Handoff) string { return h.ID })...)
	s.Pending = append(slices.Clip(s.Pending), fresh(s.Items, c.Items, func(it ledger.Item) string { return it.ID })...)
	s.Agents = with(s.Agents, c.Agents, func(a ledger.Agent) string { return a.Name })
	s.Sessions = with(s.Sessions, c.Sessions, func(x ledger.Session) string { return x.Generation })
	s.Handoffs = with(s.Handoffs, c.Handoffs, func(h handoff.Handoff) string { return h.ID })
	s.Wakes = with(s.Wakes, c.Wakes, func(w delivery.Wake) string { return w.ID })
	s.Items = with(s.Items, c.Items, func(it ledger.Item) string { return it.ID })
	s.Limits = with(s.Limits, c.Limits, func(l supervise.Limit) string { return l.Account })
	s.Schedules = with(s.Schedules, c.Schedules, func(x ledger.Schedule) string { return x.Name })
	s.Slots = with(s.Slots, c.Slots, func(x ledger.Slot) string { return x.ID })
	s.Runs = with(s.Runs, c.Runs, func(x ledger.Run) string { return x.ID })
	s.Events = append(slices.Clip(s.Events), c.Events...)
}

// openRuns adds the runs that a plan is made from, once the rest is there, and takes
// away what is known as agents of the others.
func (s *Shelf) openRuns(st ledger.State) {
	open := func(id string) {
		if x, known := s.Runs[id]; known {
			st.Runs[id] = x
		}
	}
	for id, x := range s.Runs {
		if x.Status == ledger.RunRunning {
			open(id)
			open(x.Parent)
		}
	}
	for agent := range st.Sessions {
		open(agent)
	}
	for _, it := range st.Items {
		open(it.Agent)
	}
	for id := range s.Runs {
		if _, needed := st.Runs[id]; !needed {
			delete(st.Agents, id)
		}
	}
}

// Failed records that a session could not be started, as
// ledger.Ledger.StartFailed does.
func (s *Shelf) Failed(generation, why string) {
	if x := s.Sessions[generation]; x.State == ledger.Starting {
		x.State, x.Error = ledger.Failed, why
		s.Sessions = with(s.Sessions, []ledger.Session{x}, func(x ledger.Session) string { return x.Generation })
	}
}

// Edited is what an operator's edit would write, as ledger.Ledger.Edit does:
// it is still to be committed.
func (s *Shelf) Edited(f func(*ledger.State)) ledger.Changes {
	before := s.Load()
	after := before.Clone()
	f(&after)
	after.Loop.Revision++
	return ledger.Diff(before, after)
}

// Known are the handoffs that c includes, in the order in which they became known.
func (s *Shelf) Known(c handoff.Concern) []handoff.Handoff {
	var out []handoff.Handoff
	for _, id := range s.Order {
		if h := s.Handoffs[id]; c.Includes(h) {
			out = append(out, h)
		}
	}
	return out
}

// cloned is a copy that can be written to, as a loaded state's maps can.
func cloned[T any](table map[string]T) map[string]T {
	out := make(map[string]T, len(table))
	maps.Copy(out, table)
	return out
}

// with is a table with rows added or replaced.
func with[T any](table map[string]T, rows []T, key func(T) string) map[string]T {
	if len(rows) == 0 {
		return table
	}
	out := cloned(table)
	for _, r := range rows {
		out[key(r)] = r
	}
	return out
}

// fresh are the keys of rows that the table does not have yet.
func fresh[T any](table map[string]T, rows []T, key func(T) string) []string {
	var out []string
	for _, r := range rows {
		if _, known := table[key(r)]; !known && !slices.Contains(out, key(r)) {
			out = append(out, key(r))
		}
	}
	return out
}
