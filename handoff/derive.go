package handoff

import (
	"slices"
	"strings"
	"time"
)

// Input is everything that Derive looks at.
type Input struct {
	Window Window
	Rules  Rules
	// Known are the handoffs on record, at least those that Concerns holds for.
	Known []Handoff
	// Done are the commits that completed a phase; only those that are in the
	// range, or that the mirror told of in Window.Older, have an effect. A
	// report that loses its answer to a rewrite may so be told once more.
	Done []string
	Now  time.Time
}

// Delta is what follows: the rows that are new or changed, whole, and what
// people should be able to read about it.
type Delta struct {
	Handoffs []Handoff
	Notes    []Note
}

// Note is one line for the events.
type Note struct {
	Kind    string // an event's kind: signal.malformed, handoff.answered …
	Agent   string
	Handoff string // its id
	Commit  string
	Text    string
}

// Derive turns what came since the last look into handoffs: new ones, and ends
// of known ones. It is a function of its argument alone, and deriving the same
// window again changes nothing.
func Derive(in Input) Delta {
	d := newDerivation(in)
	if d.w.Rewritten {
		d.rewrite()
	}
	d.ancestry = newAncestry(d.w, d.interesting())
	for _, c := range d.w.Commits {
		d.commit(c)
	}
	for _, commit := range in.Done {
		d.done(commit)
	}
	d.inboxes()
	return d.delta()
}

type signalKey struct{ commit, agent string }

// derivation is the working copy.
type derivation struct {
	w        Window
	rules    Rules
	now      time.Time
	moved    map[string]Commit // commit that a rewrite took away → its successor
	ancestry *ancestry
	all      []*Handoff
	signals  map[signalKey]*Handoff
	byID     map[string]*Handoff
	touched  map[*Handoff]bool
	notes    []Note
}

func newDerivation(in Input) *derivation {
	d := &derivation{
		w: in.Window, rules: in.Rules, now: in.Now,
		moved:   successors(in.Window, in.Rules.Signals),
		signals: map[signalKey]*Handoff{},
		byID:    map[string]*Handoff{},
		touched: map[*Handoff]bool{},
	}
	for _, known := range in.Known {
		h := known
		d.all = append(d.all, &h)
		d.byID[h.ID] = &h
		if h.Kind == Signal {
			d.signals[signalKey{h.Commit, h.Agent}] = &h
		}
	}
	return d
}

// interesting are the commits that a later one may answer or supersede.
func (d *derivation) interesting() []string {
	var out []string
	for _, h := range d.all {
		if h.Kind == Signal && !h.State.Closed() {
			out = append(out, h.Commit)
		}
	}
	for _, c := range d.w.Commits {
		if len(Mentions(c, d.rules.Signals)) > 0 {
			out = append(out, c.Hash)
		}
	}
	return out
}

// commit applies one commit of the range: first what it closes, then what it asks.
func (d *derivation) commit(c Commit) {
	mentions := Mentions(c, d.rules.Signals)
	for _, m := range mentions {
		d.answer(c, m)
		d.supersede(c, m)
	}
	var flaws []string
	fresh := false
	for _, m := range mentions {
		for _, agent := range m.Rule.Wakes {
			if d.add(c, m, agent) {
				fresh = true
				flaws = append(flaws, m.Flaws...)
			}
		}
	}
	if fresh {
		d.flaws(c, flaws)
	}
}

// add records the signal for the agent and says whether it is new. One that is
// known under its id though it moved on to a successor is the same signal: an
// old clone was merged. One that was withdrawn is back, unless the operator
// dismissed it.
func (d *derivation) add(c Commit, m Mention, agent string) bool {
	key, id := signalKey{c.Hash, agent}, signalID(c.Hash, agent)
	known := d.signals[key]
	if known == nil {
		known = d.byID[id]
	}
	if known != nil {
		switch {
		case known.departed():
			d.move(known, c)
			known.Why = strings.TrimSuffix(known.Why, departure)
		case known.State == Withdrawn && !known.Dismissed():
			d.move(known, c)
			d.reopen(known)
		}
		return false
	}
	h := &Handoff{
		ID: id, Agent: agent, Kind: Signal,
		Rule: m.Rule.Name, Gate: m.Gate, Verdict: m.Verdict,
		Commit: c.Hash, Subject: c.Subject, Author: c.Author, AuthorDate: c.AuthorDate, PawlID: c.Trailers.PawlID,
		State: Open, SeenAt: d.now, OpenedAt: d.now,
	}
	d.signals[key], d.byID[id] = h, h
	d.all = append(d.all, h)
	d.touch(h)
	return true
}

// flaws notes what is wrong with a signal, each thing once.
func (d *derivation) flaws(c Commit, flaws []string) {
	if r := c.Trailers.Reviewed; c.Trailers.NamesCommit() && d.reviewed(c) == "" {
		flaws = append(flaws, "trailer \"Reviewed: "+Short(r)+"\" names no commit of origin's branch, so it answers no claim with a gate; write the claim's full hash")
	}
	for i, text := range flaws {
		if slices.Contains(flaws[:i], text) {
			continue
		}
		d.notes = append(d.notes, Note{Kind: "signal.malformed", Commit: c.Hash, Text: text})
	}
}

func (d *derivation) touch(h *Handoff) { d.touched[h] = true }

func (d *derivation) close(h *Handoff, to State, by, why string) {
	h.State, h.AnsweredBy, h.Why = to, by, why
	h.RemindAt = time.Time{}
	d.touch(h)
	d.notes = append(d.notes, Note{Kind: "handoff." + string(to), Agent: h.Agent, Handoff: h.ID, Commit: by, Text: h.Label()})
}

// delta keeps the order in which handoffs became known, then that of the range.
func (d *derivation) delta() Delta {
	out := Delta{Notes: d.notes}
	for _, h := range d.all {
		if d.touched[h] {
			out.Handoffs = append(out.Handoffs, *h)
		}
	}
	out.Handoffs = slices.Clip(out.Handoffs)
	return out
}
