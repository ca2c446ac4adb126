// Package loop is one pass of the coordinator: it observes, plans and acts.
// Plan is pure; Observe and Act are thin.
package loop

import (
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/delivery"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
	workers "pawl/loop/run"
	"pawl/loop/turn"
	"pawl/loop/witness"
	"pawl/phases"
)

// World is everything that Plan knows: the facts of one moment.
type World struct {
	Now       time.Time
	Config    *config.Config
	Rules     handoff.Rules
	State     ledger.State
	Origin    Origin
	Sessions  map[string]map[string]launcher.Observation // by launcher, then session name
	Blind     map[string]error                           // launchers that could not be looked at
	Astray    map[string]bool                            // agents whose process runs although its launcher knows of no session
	Terminals map[string]bool                            // launchers whose sessions draw a screen
	Places    map[string]string                          // what the launchers were made from, as rows keep it
	Hosts     map[string]string                          // what the hosts of launchers call themselves, as far as that is known
	Default   string                                     // the launcher of agents that name none
	Tails     map[string][]string                        // last lines of the sessions that stand still, by agent
	Texts     map[string]string                          // what the prompt files of due schedules say, by path
	Missing   map[string]Missing                         // what the sessions that are starting would read and is not there, by agent
	Expired   []handoff.Handoff                          // those that nothing newer has replaced; for Explain alone
	Readings  map[string]adapter.Reading                 // what the screens of those that have one say, by agent, and those in turns
	Witness   map[string]witness.State                   // what the hooks of sessions have said, by agent
	Turns     map[string]turn.State                      // what the sessions that run in turns say of themselves, by agent
	Past      map[string][]workers.Past                  // turns of the last day that are on record, and all of the workers that run, by agent
	Steps     map[string][]workers.Finding               // what watchers found in what is done within turns, by agent
	Unheard   map[string]delivery.Wake                   // wakes of turns that ended before their agent began to answer, by id
}

// live says that a session was seen to run.
func (w World) live(row ledger.Session) bool {
	seen, there := w.Sessions[row.Launcher][row.Name]
	return there && seen.Generation == row.Generation && seen.Alive
}

// over says that a session was looked for, and is not there or has ended.
func (w World) over(row ledger.Session) bool {
	_, looked := w.Sessions[row.Launcher]
	return looked && !w.Astray[row.Agent] && !w.live(row)
}

// Origin is what was seen of origin in this pass.
type Origin struct {
	Looked bool   // it was asked; otherwise only State tells of it
	Err    string // why the look failed
	URL    string
	Branch string
	Window *handoff.Window        // nil when there is nothing new
	Known  []handoff.Handoff      // what the ledger has about the window, closed ones too
	Facts  map[string]phases.Fact // what the tip says about the phases; nil when that is not new
	Print  string                 // fingerprint of the rules that Window was made with
}

// Kind is what an action does.
type Kind string

// The kinds of action, as `pawl tick --json` shows them.
const (
	Start    Kind = "start"
	Stop     Kind = "stop"
	Restart  Kind = "restart"
	Wake     Kind = "wake"
	Hold     Kind = "hold"
	Release  Kind = "release"
	Parking  Kind = "park"
	Advance  Kind = "advance"
	Complete Kind = "complete"
	Notify   Kind = "notify"

	// Forget clears away what is left of a session that has ended. It is
	// housekeeping, and not shown.
	Forget Kind = "forget"
)

// Action is one thing that a plan does beyond writing rows.
type Action struct {
	Kind       Kind
	Agent      string
	Reason     string
	Generation string // of the session that is started, stopped or woken
	WakeID     string
	Session    string // of a session that is forgotten, where it is not the configured one …
	Launcher   string // … and the launcher that has it
	Again      bool   // the same order as in an earlier pass, repeated in case it was lost
}

// Decision is what a plan says: rows to write first, all or none, and then
// what to touch. After holds the state as it is once the rows are written.
type Decision struct {
	Changes ledger.Changes
	Actions []Action
	After   ledger.State
	At      time.Time         // when it was made
	Next    time.Time         // when to look again at the latest, by the clock that said At
	Holds   map[string]string // agent → why it is told nothing now

	// Conflicts are the agents that cannot run because a session that is not ours
	// has their session's name, with that in a sentence.
	Conflicts map[string]string

	// Outdated are the agents whose session was started from an older configuration,
	// with the keys that are different now.
	Outdated map[string][]string

	// Settling says that something was begun whose outcome a look will tell soon.
	Settling bool
}
