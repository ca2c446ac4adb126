package loop

import (
	"context"
	"maps"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	"pawl/loop/supervise"
)

// shelf keeps rows as the ledger does, in memory: thousands of passes a second
// need that. TestTheShelfIsALedger holds it to the real one.
type shelf struct {
	loop      ledger.Loop
	agents    map[string]ledger.Agent
	sessions  map[string]ledger.Session // by generation
	handoffs  map[string]handoff.Handoff
	order     []string
	wakes     map[string]delivery.Wake
	items     map[string]ledger.Item
	pending   []string
	limits    map[string]supervise.Limit
	schedules map[string]ledger.Schedule
	slots     map[string]ledger.Slot
	events    []ledger.Event
	twin      *ledger.Ledger // gets the same rows; nil: there is none
}

func newShelf(epoch string) *shelf {
	return &shelf{
		loop: ledger.Loop{ID: 1, Epoch: epoch}, agents: map[string]ledger.Agent{}, sessions: map[string]ledger.Session{},
		handoffs: map[string]handoff.Handoff{}, wakes: map[string]delivery.Wake{}, items: map[string]ledger.Item{}, limits: map[string]supervise.Limit{},
		schedules: map[string]ledger.Schedule{}, slots: map[string]ledger.Slot{},
	}
}

func (s *shelf) load() ledger.State {
	st := ledger.State{
		Loop: s.loop, Agents: maps.Clone(s.agents), Sessions: map[string]ledger.Session{},
		Handoffs: map[string]handoff.Handoff{}, Wakes: map[string]delivery.Wake{}, Items: map[string]ledger.Item{},
		Limits: maps.Clone(s.limits), Schedules: maps.Clone(s.schedules), Slots: map[string]ledger.Slot{},
	}
	st.Loop.Facts, st.Loop.Told = maps.Clone(s.loop.Facts), maps.Clone(s.loop.Told)
	for _, x := range s.sessions {
		if x.EndedAt.IsZero() {
			st.Sessions[x.Agent] = x
		}
	}
	for id, x := range s.slots {
		if !x.At.Before(s.schedules[x.Schedule].Counted) {
			st.Slots[id] = x
		}
	}
	for _, id := range s.order {
		if h := s.handoffs[id]; !h.State.Closed() {
			st.PutHandoff(h)
		}
	}
	for id, w := range s.wakes {
		if w.State == delivery.Queued || w.State == delivery.Sent {
			st.Wakes[id] = w
		}
	}
	for _, id := range s.pending {
		if it := s.items[id]; it.State == handoff.Open || it.State == handoff.Queued {
			st.PutItem(it)
		}
	}
	return st
}

func (s *shelf) commit(c ledger.Changes) {
	if s.twin != nil {
		if err := s.twin.Commit(context.Background(), s.loop.Revision, c); err != nil {
			panic(err)
		}
	}
	if c.Loop != nil {
		last := s.loop.LastPass
		s.loop = *c.Loop
		s.loop.LastPass = last
	}
	if !c.Empty() && !c.Pass.IsZero() {
		s.loop.LastPass = c.Pass
	}
	for _, a := range c.Agents {
		s.agents[a.Name] = a
	}
	for _, x := range c.Sessions {
		s.sessions[x.Generation] = x
	}
	for _, h := range c.Handoffs {
		if _, known := s.handoffs[h.ID]; !known {
			s.order = append(s.order, h.ID)
		}
		s.handoffs[h.ID] = h
	}
	for _, w := range c.Wakes {
		s.wakes[w.ID] = w
	}
	for _, it := range c.Items {
		if _, known := s.items[it.ID]; !known {
			s.pending = append(s.pending, it.ID)
		}
		s.items[it.ID] = it
	}
	for _, l := range c.Limits {
		s.limits[l.Account] = l
	}
	for _, x := range c.Schedules {
		s.schedules[x.Name] = x
	}
	for _, x := range c.Slots {
		s.slots[x.ID] = x
	}
	s.events = append(s.events, c.Events...)
}

// failed records that a session could not be started.
func (s *shelf) failed(generation, why string) {
	if s.twin != nil {
		if err := s.twin.StartFailed(context.Background(), generation, why); err != nil {
			panic(err)
		}
	}
	if x := s.sessions[generation]; x.State == ledger.Starting {
		x.State, x.Error = ledger.Failed, why
		s.sessions[generation] = x
	}
}

// edit changes what the operator wants, as a command does.
func (s *shelf) edit(f func(*ledger.State)) {
	before := s.load()
	after := before.Clone()
	f(&after)
	after.Loop.Revision++
	s.commit(ledger.Diff(before, after))
}

func (s *shelf) known(c handoff.Concern) []handoff.Handoff {
	var out []handoff.Handoff
	for _, id := range s.order {
		if h := s.handoffs[id]; c.Includes(h) {
			out = append(out, h)
		}
	}
	return out
}
