package loop

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pawl/handoff"
)

// expect says what is not as a script has it; "" when all is.
//
//	expect running NAME…          exactly these run
//	expect told NAME N TEXT       its present session was told TEXT in so many wakes
//	expect ever NAME N TEXT       all its sessions together were
//	expect nothing told NAME      its present session was told nothing
//	expect state NAME STATE TEXT  its newest handoff whose label holds TEXT
//	expect event KIND N           there were so many of that kind
//	expect did KIND NAME…         the last pass did that to exactly these; "-" is no agent
//	expect idle                   the last pass wrote no row but when to look at origin, and did nothing
//	expect hold NAME TEXT         why it is told or started nothing
//	expect phase ID               "complete" is the end
//	expect in NAME ID             the phase that its session was started for
//	expect generations NAME N     so many sessions were started
//	expect pending N              so many messages and probes wait
//	expect held NAME HH:MM:SS     until when a usage limit holds it; "-" is not at all
//	expect parked NAME
//	expect talks NAME fresh|ID|ID!    with which conversation its session began; "!" is that it goes on with a turn that broke off
//	expect worker ID STATUS       how far it is
//	expect judges N               so many are asked about others' work
//	expect answer NAME TEXT       why nothing happens with it
//	expect reason NAME LABEL … TEXT  why a handoff is where it is
//	expect next NAME LABEL … TEXT    when that is looked at next (from dawn, or +D for from now), and what happens
func (s *scene) expect(words []string) string {
	text := func(n int) string { return strings.Join(words[n:], " ") }
	switch words[0] {
	case "running":
		return differ(s.running(), words[1:])
	case "told":
		return counted(number(words[2:]), s.told(text(3), s.program(words[1])), s.program(words[1]))
	case "ever":
		return counted(number(words[2:]), s.told(text(3), s.all(words[1])...), s.program(words[1]))
	case "nothing":
		return differ(s.program(words[2]).texts, nil)
	case "state":
		return s.expectState(words[1], handoff.State(words[2]), text(3))
	case "event":
		if n := s.count(words[1]); n != number(words[2:]) {
			return fmt.Sprintf("there are %d", n)
		}
	case "did":
		var names []string
		for _, a := range s.did {
			if a.Kind == Kind(words[1]) {
				names = append(names, cmp.Or(a.Agent, "-"))
			}
		}
		return differ(names, words[2:])
	case "idle":
		return s.expectIdle()
	case "judges":
		if n := len(s.judges()); n != number(words[1:]) {
			return fmt.Sprintf("there are %d", n)
		}
	case "worker":
		if is := s.shelf.Runs[words[1]].Status; string(is) != words[2] {
			return "it is " + string(is)
		}
	case "hold":
		if got := s.last.Holds[words[1]]; !strings.Contains(got, text(2)) {
			return fmt.Sprintf("it is held by %q", got)
		}
	case "phase":
		p := s.shelf.Loop.Phase
		if p.Current != words[1] && (!p.Complete || words[1] != "complete") {
			return fmt.Sprintf("the phase is %+v", p)
		}
	case "in":
		if got := s.program(words[1]).obs.Phase; got != words[2] {
			return "it is in " + got
		}
	case "generations":
		if got := s.shelf.Agents[words[1]].Generations; got != number(words[2:]) {
			return fmt.Sprintf("there are %d", got)
		}
	case "pending":
		if got := len(s.shelf.Load().Items); got != number(words[1:]) {
			return fmt.Sprintf("there are %d", got)
		}
	case "talks":
		if got := s.program(words[1]).began; got != words[2] {
			return "it began with " + got
		}
	case "held":
		return s.expectHeld(words[1], words[2])
	case "answer", "reason", "next":
		return s.expectExplained(words[0], words[1], text(2))
	case "parked":
		if !s.shelf.Agents[words[1]].Parked {
			return "it is not"
		}
	default:
		return "no such expectation"
	}
	return ""
}

func (s *scene) count(kind string) int {
	n := 0
	for _, e := range s.shelf.Events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func (s *scene) running() []string {
	var out []string
	for _, p := range s.programs {
		if p.obs.Alive {
			out = append(out, p.obs.Agent)
		}
	}
	return out
}

// all are an agent's programs, the newest last.
func (s *scene) all(agent string) []*program {
	var out []*program
	for _, p := range append(slices.Clone(s.past), s.program(agent)) {
		if p != nil && p.obs.Agent == agent {
			out = append(out, p)
		}
	}
	return out
}

func (s *scene) told(text string, programs ...*program) int {
	n := 0
	for _, p := range programs {
		for _, said := range p.texts {
			if strings.Contains(said, text) {
				n++
			}
		}
	}
	return n
}

func counted(want, got int, p *program) string {
	if got == want {
		return ""
	}
	return fmt.Sprintf("it was told that %d times; its last session has %q", got, p.texts)
}

func differ(got, want []string) string {
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if slices.Equal(got, want) {
		return ""
	}
	return fmt.Sprintf("got %q", got)
}

func (s *scene) expectState(agent string, want handoff.State, label string) string {
	for _, id := range slices.Backward(s.shelf.Order) {
		if h := s.shelf.Handoffs[id]; h.Agent == agent && strings.Contains(h.Label(), label) {
			if h.State != want {
				return fmt.Sprintf("it is %s (%s), attempts %d", h.State, h.Why, h.Attempts)
			}
			return ""
		}
	}
	return "there is no such handoff"
}

func (s *scene) expectIdle() string {
	c := s.last.Changes
	c.Loop = nil // it says when origin was looked at
	if !c.Empty() || len(s.last.Actions) > 0 {
		return fmt.Sprintf("it writes %+v and does %+v", c, s.last.Actions)
	}
	return ""
}
