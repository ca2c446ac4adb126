package report

import (
	"fmt"
	"time"
)

// sequence follows the phases.
type sequence struct {
	entered map[string]time.Time
	done    []PhaseDone
	notes   []PhaseNote
	known   map[PhaseNote]bool // what was noted, without its time
}

func newSequence(p Phase) *sequence {
	s := &sequence{entered: map[string]time.Time{}, known: map[PhaseNote]bool{}}
	if p.Entered != "" {
		s.entered[p.Entered] = p.EnteredAt
	}
	return s
}

func (s *sequence) see(e Event) {
	phase := e.text("phase")
	switch e.Kind {
	case "phase.entered", "sequence.resumed":
		s.entered[phase] = e.Time
	case "phase.advanced":
		s.entered[e.text("to")] = e.Time
	case "operator.phase":
		if e.text("from") != e.text("to") {
			s.entered[e.text("to")] = e.Time
		}
	case "phase.done":
		s.complete(phase, e)
	case "phase.unclear":
		s.note("unclear", phase, e.Time, fmt.Sprintf("%s:%d: %s: %s", e.text("status"), e.number("line"), e.text("marker"), e.text("why")))
	case "phase.unproven":
		s.note("unproven", phase, e.Time, e.text("why"))
	case "phase.reopened":
		s.note("reopened", phase, e.Time, e.text("status")+" says it is not done any more")
	}
}

// complete notes that a phase is done. One that was opened again and is done
// again is done then.
func (s *sequence) complete(phase string, e Event) {
	done := PhaseDone{Phase: phase, At: Moment{e.Time}, Commit: e.text("commit")}
	if from, known := s.entered[phase]; known {
		done.Took = between(from, e.Time)
	}
	for i := range s.done {
		if s.done[i].Phase == phase {
			s.done = append(s.done[:i], s.done[i+1:]...)
			break
		}
	}
	s.done = append(s.done, done)
}

// note keeps what is told of a phase once: a STATUS file that changes often has
// the same unclear marker each time.
func (s *sequence) note(kind, phase string, at time.Time, text string) {
	n := PhaseNote{Kind: kind, Phase: phase, Text: text}
	if kind != "reopened" && s.known[n] {
		return
	}
	s.known[n] = true
	n.At = Moment{at}
	s.notes = append(s.notes, n)
}

func (s *sequence) finish(p Phase) Phases {
	out := Phases{
		Current: p.Current, Index: p.Index, Total: p.Total, Complete: p.Complete, Held: p.Held,
		Done: []PhaseDone{}, Notes: []PhaseNote{},
	}
	if p.Current != "" {
		out.Entered = Moment{s.entered[p.Current]}
	}
	out.Done, out.Notes = append(out.Done, s.done...), append(out.Notes, s.notes...)
	return out
}
