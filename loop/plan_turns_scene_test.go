package loop

import (
	"maps"
	"slices"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/delivery"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
	"pawl/loop/turn"
)

// startTurns is a session that runs in turns. A new conversation begins with its
// prompt, one that goes on with what broke off, if anything did.
func (p *program) startTurns(row ledger.Session, now time.Time) {
	p.turns = &turn.State{Version: turn.Version, Generation: row.Generation, Doing: adapter.Idle, Since: now}
	p.began = "fresh"
	if row.Resume {
		p.began = row.Talk.ID
		if row.Talk.Unfinished {
			p.began += "!"
		}
	}
	if p.began == "fresh" || row.Talk.Unfinished {
		p.beginTurn("", now)
	}
}

func (p *program) beginTurn(wake string, now time.Time) {
	if p.turns == nil {
		return
	}
	n := 1
	if last := p.turns.Last(); last != nil {
		n = last.N + 1
	}
	p.turns.Turns = append(p.turns.Turns, turn.Turn{N: n, Wake: wake, Begun: now})
	p.turns.Doing, p.turns.Since = adapter.Active, now
}

// inTurn says that a turn of a session runs.
func (p *program) inTurn() bool {
	return p != nil && p.obs.Alive && p.turns != nil && p.turns.Last() != nil && p.turns.Last().Ended.IsZero()
}

// kill ends a session that has read what it was told last, and has not begun that turn.
func (s *scene) kill(p *program) {
	p.obs.Marks[len(p.obs.Marks)-1].Drained = s.now
	s.end(p, 1)
}

// endTurn ends the turn that runs. One that failed ends the session.
func (s *scene) endTurn(agent string, status turn.Status, worked bool, why string) {
	p := s.program(agent)
	last := p.turns.Last()
	last.Status, last.Ended, last.Worked, last.Why, last.Banner = status, s.now, last.Worked || worked || status == turn.Completed, why, why
	if status != turn.Failed || last.Worked {
		last.Conversation = "talk-" + agent
	}
	p.turns.Doing, p.turns.Since = turn.After(status), s.now
	if status == turn.Failed {
		s.end(p, 1)
	}
}

// turnStates are what the programs said of their turns, in files that outlast them, and
// the wakes of those that ended unheard.
func (s *scene) turnStates(st ledger.State) (map[string]turn.State, map[string]delivery.Wake) {
	states, unheard := map[string]turn.State{}, map[string]delivery.Wake{}
	for _, p := range slices.Concat(s.past, slices.Collect(maps.Values(s.programs))) {
		if p.turns == nil || p.wiped {
			continue
		}
		gone := s.programs[p.obs.Session] != p || !p.obs.Alive
		state := *p.turns
		state.Turns = append([]turn.Turn(nil), state.Turns...)
		states[p.obs.Agent] = state
		for _, t := range state.Turns {
			row := st.Sessions[p.obs.Agent]
			dead := t.Status == "" && !t.Worked && gone
			if (t.Unheard() || dead) && t.Wake != "" && row.Generation == state.Generation && t.N > row.Turned {
				s.recall(unheard, t.Wake)
			}
		}
	}
	w := World{State: st, Turns: states, Sessions: map[string]map[string]launcher.Observation{s.yaml.where(): {}}}
	for name, p := range s.programs {
		w.Sessions[s.yaml.where()][name] = p.obs
	}
	for _, row := range st.Sessions {
		if id := w.unbegun(row); id != "" {
			s.recall(unheard, id)
		}
		if !w.traceless(row) {
			continue
		}
		if id := s.lastTaken(row.Generation); id != "" {
			s.recall(unheard, id)
		}
	}
	return states, unheard
}

// lastTaken is the wake that a session took last, if no turn of it is on record.
func (s *scene) lastTaken(generation string) (last string) {
	for id, w := range s.shelf.Wakes {
		if w.Generation == generation && w.State == delivery.Taken && (last == "" || w.CreatedAt.After(s.shelf.Wakes[last].CreatedAt)) {
			last = id
		}
	}
	if slices.ContainsFunc(s.shelf.turns, func(t ledger.Turn) bool { return t.Wake == last && t.Generation == generation }) {
		return ""
	}
	return last
}

// recall adds a wake, if this ledger knows of it.
func (s *scene) recall(to map[string]delivery.Wake, id string) {
	if w, known := s.shelf.Wakes[id]; known {
		to[id] = w
	}
}
