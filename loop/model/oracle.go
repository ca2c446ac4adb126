package model

import (
	"slices"

	"pawl/handoff"
	"pawl/loop/model/branch"
)

// ask is something that a history asks an agent to be told.
type ask struct {
	what    string
	commit  string // of a signal
	blob    string // of a letter
	once    bool   // taking it is enough, whoever did
	perhaps bool   // whether it is answered depends on what was seen of a rewrite
}

// asks is what an agent must know where a line of commits is all that there is.
// It says again, in the simplest way, what handoff.Derive finds out step by
// step: a claim is open until a later claim of its gate, or a later review that
// covers it; a review until a later claim, of its gate if it failed, or a later
// review of its gate; a letter as long as it lies there.
func (m *Model) asks(o *origin, agent string) []ask {
	var out []ask
	for i, hash := range o.Line {
		mentions := handoff.Mentions(o.Commits[hash], m.rules.Signals)
		for _, s := range mentions {
			if !slices.Contains(s.Rule.Wakes, agent) {
				continue
			}
			open, perhaps := m.open(o, i, s)
			if open {
				out = append(out, ask{what: o.Commits[hash].Subject, commit: hash, perhaps: perhaps, once: s.Rule.AnsweredBy == ""})
			}
		}
	}
	for _, in := range m.rules.Inboxes {
		if content := o.Trees[o.Tip()][letterPath]; content != "" && slices.Contains(in.Readers, agent) {
			out = append(out, ask{what: in.Name, blob: branch.HashOf(content)})
		}
	}
	return out
}

// rewritten says that the branch was force-pushed once.
func (o *origin) rewritten() bool { return len(o.Line) != len(o.Commits) }

// open says that nothing after the i-th commit closes its signal s, and whether
// that can be seen otherwise.
func (m *Model) open(o *origin, i int, s handoff.Mention) (open, perhaps bool) {
	for _, later := range o.Line[i+1:] {
		c := o.Commits[later]
		for _, n := range handoff.Mentions(c, m.rules.Signals) {
			same := n.Gate == s.Gate
			switch {
			case n.Rule.Name == s.Rule.Name:
				if same && s.Gate != "" {
					return false, false
				}
			case n.Rule.Name != s.Rule.AnsweredBy:
			case s.Gate == "", s.Rule.Judges() && (same || s.Verdict != "fail"):
				return false, false
			case s.Rule.Claims() && same:
				covered, moved := o.covers(c.Trailers.Reviewed, i)
				if covered && !moved {
					return false, false
				}
				perhaps = perhaps || covered
			}
		}
	}
	return true, perhaps
}

// covers says that a review of that commit is one of the i-th commit as well,
// and whether that is so only because a rewrite put the commit elsewhere.
func (o *origin) covers(reviewed string, i int) (covered, moved bool) {
	if reviewed == "" {
		return true, false
	}
	for o.Moved[reviewed] != "" {
		reviewed, moved = o.Moved[reviewed], true
	}
	return slices.Index(o.Line, reviewed) >= i, moved
}
