package ledger

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/supervise"
)

// State is everything that is still open: what a plan is made from. Rows that
// are closed stay in the database, so that its size does not matter here.
type State struct {
	Loop      Loop
	Agents    map[string]Agent           // by name
	Sessions  map[string]Session         // those that have not ended, by agent
	Handoffs  map[string]handoff.Handoff // those that are not closed, by id
	Order     []string                   // their ids, oldest first
	Wakes     map[string]delivery.Wake   // those in flight, by id
	Items     map[string]Item            // those that are pending, by id
	Pending   []string                   // their ids, oldest first
	Limits    map[string]supervise.Limit // the newest of each account, by account
	Schedules map[string]Schedule        // by name
	Slots     map[string]Slot            // those that are not behind their schedule, by id
	Runs      map[string]Run             // those that run, and whom they tell, by id
	Ended     []Session                  // those that a plan has ended; none when loaded
	Turns     []Turn                     // those that a plan has found ended; none when loaded
	Events    []Event                    // to be written; none when loaded
}

// Load reads the state.
func (l *Ledger) Load(ctx context.Context) (State, error) {
	s, err := load(ctx, l.db)
	if err != nil {
		return s, explain(l.path, err)
	}
	return s, nil
}

func load(ctx context.Context, q querier) (State, error) {
	s := State{
		Agents: map[string]Agent{}, Sessions: map[string]Session{}, Handoffs: map[string]handoff.Handoff{},
		Wakes: map[string]delivery.Wake{}, Items: map[string]Item{},
		Limits: map[string]supervise.Limit{}, Schedules: map[string]Schedule{}, Slots: map[string]Slot{}, Runs: map[string]Run{},
	}
	rows, err := loops.find(ctx, q, "WHERE id = 1")
	if err != nil {
		return s, err
	}
	if len(rows) == 0 {
		return s, errNoLoop
	}
	s.Loop = rows[0]
	if err := each(ctx, q, agents, openAgents, func(a Agent) { s.Agents[a.Name] = a }); err != nil {
		return s, err
	}
	if err := each(ctx, q, sessions, "WHERE ended_at = 0", func(x Session) { s.Sessions[x.Agent] = x }); err != nil {
		return s, err
	}
	if err := each(ctx, q, handoffs, "WHERE state IN ('open', 'queued', 'sent', 'taken') ORDER BY n", s.putHandoff); err != nil {
		return s, err
	}
	if err := each(ctx, q, wakes, "WHERE state IN ('queued', 'sent') ORDER BY n", func(w delivery.Wake) { s.Wakes[w.ID] = w }); err != nil {
		return s, err
	}
	if err := each(ctx, q, items, openItems, s.PutItem); err != nil {
		return s, err
	}
	if err := each(ctx, q, limits, "", func(l supervise.Limit) { s.Limits[l.Account] = l }); err != nil {
		return s, err
	}
	if err := each(ctx, q, schedules, "", func(x Schedule) { s.Schedules[x.Name] = x }); err != nil {
		return s, err
	}
	if err := each(ctx, q, runs, openRuns, func(x Run) { s.Runs[x.ID] = x }); err != nil {
		return s, err
	}
	return s, each(ctx, q, slots, recentSlots, func(x Slot) { s.Slots[x.ID] = x })
}

// openItems are those that wait to be told, or are on their way.
const openItems = `WHERE state IN ('open', 'queued') ORDER BY n`

// recentSlots are the last of each schedule. There are others only where the
// clock was set back: those lie ahead, and must not come again.
// CROSS fixes the order: there are few schedules, and many slots.
const recentSlots = `WHERE n IN (SELECT s.n FROM schedules AS k CROSS JOIN slots AS s ON s.schedule = k.name AND s.at >= k.counted WHERE k.counted > 0) ORDER BY n`

func each[T any](ctx context.Context, q querier, t table[T], clause string, f func(T), args ...any) error {
	rows, err := t.find(ctx, q, clause, args...)
	for _, r := range rows {
		f(r)
	}
	return err
}

func (s *State) putHandoff(h handoff.Handoff) {
	if _, ok := s.Handoffs[h.ID]; !ok {
		s.Order = append(s.Order, h.ID)
	}
	s.Handoffs[h.ID] = h
}

// PutHandoff adds or replaces a handoff, new ones last.
func (s *State) PutHandoff(h handoff.Handoff) { s.putHandoff(h) }

// PutItem adds or replaces an item, new ones last.
func (s *State) PutItem(it Item) {
	if _, ok := s.Items[it.ID]; !ok {
		s.Pending = append(s.Pending, it.ID)
	}
	s.Items[it.ID] = it
}

// Agent returns the agent's row; a new one where there is none.
func (s *State) Agent(name string) Agent {
	a := s.Agents[name]
	a.Name = name
	return a
}

// Clone is a copy that can be changed without changing s. Rows are replaced,
// never changed in place, so that what they point to may be shared.
func (s *State) Clone() State {
	c := *s
	c.Loop.Facts, c.Loop.Told = maps.Clone(s.Loop.Facts), maps.Clone(s.Loop.Told)
	if c.Loop.Told == nil {
		c.Loop.Told = map[string]string{}
	}
	c.Agents, c.Sessions = maps.Clone(s.Agents), maps.Clone(s.Sessions)
	c.Handoffs, c.Wakes, c.Items = maps.Clone(s.Handoffs), maps.Clone(s.Wakes), maps.Clone(s.Items)
	c.Limits = maps.Clone(s.Limits)
	if c.Limits == nil {
		c.Limits = map[string]supervise.Limit{}
	}
	c.Schedules, c.Slots = maps.Clone(s.Schedules), maps.Clone(s.Slots)
	if c.Schedules == nil {
		c.Schedules = map[string]Schedule{}
	}
	if c.Slots == nil {
		c.Slots = map[string]Slot{}
	}
	c.Runs = maps.Clone(s.Runs)
	if c.Runs == nil {
		c.Runs = map[string]Run{}
	}
	c.Order, c.Pending = slices.Clone(s.Order), slices.Clone(s.Pending)
	c.Ended, c.Turns, c.Events = nil, nil, nil
	return c
}

// Diff is what must be written to get from before to after.
func Diff(before, after State) Changes {
	c := Changes{Turns: after.Turns, Events: after.Events}
	if !reflect.DeepEqual(normal(before.Loop), normal(after.Loop)) {
		c.Loop = &after.Loop
	}
	c.Agents = changed(before.Agents, after.Agents, slices.Sorted(maps.Keys(after.Agents)), equal)
	c.Sessions = append(c.Sessions, after.Ended...)
	c.Sessions = append(c.Sessions, changed(before.Sessions, after.Sessions, slices.Sorted(maps.Keys(after.Sessions)), identical)...)
	c.Handoffs = changed(before.Handoffs, after.Handoffs, after.Order, identical)
	c.Wakes = changed(before.Wakes, after.Wakes, slices.Sorted(maps.Keys(after.Wakes)), equal)
	c.Items = changed(before.Items, after.Items, after.Pending, identical)
	c.Limits = changed(before.Limits, after.Limits, slices.Sorted(maps.Keys(after.Limits)), equal)
	c.Schedules = changed(before.Schedules, after.Schedules, slices.Sorted(maps.Keys(after.Schedules)), identical)
	c.Runs = changed(before.Runs, after.Runs, slices.Sorted(maps.Keys(after.Runs)), identical)
	c.Slots = changed(before.Slots, after.Slots, slices.Sorted(maps.Keys(after.Slots)), identical)
	return c
}

// changed lists what is new or another.
func changed[T any](before, after map[string]T, order []string, same func(a, b T) bool) []T {
	var out []T
	for _, key := range order {
		was, ok := before[key]
		if is := after[key]; !ok || !same(was, is) {
			out = append(out, is)
		}
	}
	return out
}

func equal[T any](a, b T) bool { return reflect.DeepEqual(a, b) }

// identical is equal for rows of plain values. Nearly all rows of a pass are the same
// to the bit, which is seen without a look into what their times point to.
func identical[T comparable](a, b T) bool { return a == b || equal(a, b) }

// normal makes an empty map and a missing one the same.
func normal(l Loop) Loop {
	if len(l.Told) == 0 {
		l.Told = nil
	}
	if len(l.Facts) == 0 {
		l.Facts = nil
	}
	return l
}
