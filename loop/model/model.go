// Package model is the handoff protocol at its smallest: origin, a mirror, a
// ledger, a coordinator and the sessions of one or two agents as plain values,
// and the steps that they take. handoff.Derive, loop.Plan and the ledger's rows
// are the real ones; git, SQLite and the programs are not there.
//
// A World is one state of everything:
//
//   - origin's branch, a line of commits that can be rewritten, and what the
//     mirror has fetched of it;
//   - the ledger's rows, on the disk;
//   - the coordinator's memory: a look at origin that is not used yet, a decision
//     that is not written yet, and orders that are written and not carried out.
//     A crash takes all of that away, and nothing else;
//   - the sessions: for each agent a program with its generation and the keeper's
//     journal, which outlives the coordinator and the ledger.
//
// A pass of the coordinator is four steps, with anything in between: fetch (a
// look at origin), plan (observe and decide), write (one transaction, refused if
// the operator edited the ledger since plan) and act (the next order of an
// agent). What a session does is reads, dies and vanishes. The rest is said by
// Steps.
//
// A Schedule is a list of steps. Step fails when one breaks a law:
//
//   - what is told has its row, with the same items, on the disk;
//   - one generation is told a thing once, but for reminders, which are counted
//     and labelled, and what the operator has told again;
//   - an agent that is not wanted, is parked or paused is told nothing, and only
//     one that is wanted up is started;
//   - a letter that was deleted and comes again is another one;
//   - nothing is ended that the operator did not ask to end, and what could not
//     be looked at is not touched.
//
// Rest ends a schedule fairly: everything works again, everybody is wanted, and
// passes follow until nothing changes. It fails when that takes long, or when
// what the agents know then is not what the history that is there now asks for.
//
// Worlds are values that are never changed, and Step is a function: so a Graph
// can remember each step that was ever taken from each world, which makes long
// random schedules cheap, and can try all schedules there are.
package model

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/config"
)

// Model is what does not change in a world: configuration and rules, and how
// this model is broken.
type Model struct {
	cfg    *config.Config
	rules  handoff.Rules
	agents []string
	inbox  []string
	defect Defect
	cache  map[inputs]loop.Decision // nil: plans are not remembered

	// Plans counts the plans that were made, and Recalled those that were remembered.
	Plans, Recalled int
}

// Agents are those that a model can have. The first one reads claims and
// letters, the second one reviews.
var Agents = []string{"adversary", "builder"}

// note is a rule beside the usual ones, which asks for no answer.
const note = "note"

// reminders is how often an agent is reminded in a model.
const reminders = 1

// dawn is when all schedules begin.
var dawn = time.Date(2026, 1, 2, 6, 0, 0, 0, time.UTC)

// New is a model with the first n of Agents. It forgets no plan that it made if
// remember is set.
func New(n int, remember bool, defect Defect) (*Model, error) {
	agents := Agents[:n]
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nproject: p\norigin: {url: /origin.git}\nhandoff: {give_up_after: %d, inboxes: {ADVERSARY-INBOX.md: adversary}}\n", reminders)
	b.WriteString("defaults: {launcher: process, adapter: script, watch: heal}\nadapters: {script: {command: [agent]}}\nagents:\n")
	for _, name := range agents {
		fmt.Fprintf(&b, "  %s: {kind: loop, role: %s}\n", name, name)
	}
	cfg, err := config.Parse("/p/pawl.yaml", []byte(b.String()))
	if err != nil {
		return nil, err
	}
	cfg.Handoff.Signals = append(cfg.Handoff.Signals, config.Signal{Name: note, Subject: regexp.MustCompile("(?i)^note"), Wakes: Agents[:1]})
	m := &Model{cfg: cfg, rules: loop.Rules(cfg), agents: agents, defect: defect}
	for _, in := range cfg.Handoff.Inboxes {
		m.inbox = append(m.inbox, in.File)
	}
	if remember {
		m.cache = map[inputs]loop.Decision{}
	}
	return m, nil
}

// Begin is a world in which nothing has happened yet: an empty branch, an empty
// ledger, and nobody is wanted.
func (m *Model) Begin() *World {
	w := &World{now: dawn, origin: newOrigin(), rows: newRows(1), programs: make([]*program, len(m.agents)), pending: make([][]order, len(m.agents)), ledgers: 1}
	w.origin = w.origin.push("work", handoff.Trailers{}, nil)
	return w
}

// Running is Begin after everybody was started and has come to rest.
func (m *Model) Running() (*World, error) {
	w, _, err := m.Rest(m.Begin())
	return w, err
}

func (m *Model) index(agent string) int { return slices.Index(m.agents, agent) }
