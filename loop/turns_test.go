package loop

import (
	"testing"

	"pawl/loop/adapter"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
	"pawl/loop/turn"
)

// What a session in turns does is known from what it says of itself, on record or not.
func TestTurnStatesAreReadings(t *testing.T) {
	seen := func(generation string, alive bool) map[string]map[string]launcher.Observation {
		return map[string]map[string]launcher.Observation{"process": {"p-a": {Ref: launcher.Ref{Session: "p-a", Generation: generation}, Agent: "a", Alive: alive}}}
	}
	row := ledger.Session{Agent: "a", Name: "p-a", Launcher: "process", Generation: "g1", Mode: adapter.ModeTurns}
	for _, c := range []struct {
		name     string
		row      *ledger.Session
		sessions map[string]map[string]launcher.Observation
		want     adapter.State // "": nothing is read
	}{
		{"it is on record", &row, seen("g1", true), adapter.Active},
		{"it is on record, and has said nothing yet", &ledger.Session{Agent: "a", Name: "p-a", Launcher: "process", Generation: "g2", Mode: adapter.ModeTurns}, seen("g2", true), adapter.Starting},
		{"it is still to be adopted", nil, seen("g1", true), adapter.Active},
		{"another one is still to be adopted", nil, seen("g2", true), ""},
		{"it has ended", nil, seen("g1", false), ""},
		{"it is gone", nil, nil, ""},
	} {
		w := World{Sessions: c.sessions, Readings: map[string]adapter.Reading{}, Turns: map[string]turn.State{
			"a": {Session: "p-a", Generation: "g1", Doing: adapter.Active, Turns: []turn.Turn{{N: 1}}},
		}}
		if w.State.Sessions = map[string]ledger.Session{}; c.row != nil {
			w.State.Sessions["a"] = *c.row
		}
		if readTurnStates(w); w.Readings["a"].State != c.want {
			t.Errorf("%s: %q is read, want %q", c.name, w.Readings["a"].State, c.want)
		}
	}
}
