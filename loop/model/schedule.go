package model

import (
	"fmt"
	"slices"
	"strings"
)

// Schedule is what happens, in order.
type Schedule []Step

// String is the schedule in one line, as Parse reads it.
func (s Schedule) String() string {
	words := make([]string, len(s))
	for i, step := range s {
		words[i] = string(step)
	}
	return strings.Join(words, " ")
}

// Parse reads the words of a schedule. An unknown one is an error.
func Parse(text string) (Schedule, error) {
	var s Schedule
	for _, word := range strings.Fields(text) {
		if deeds[Step(word)] == nil {
			return nil, fmt.Errorf("step %q is none that a model can take; see Steps", word)
		}
		s = append(s, Step(word))
	}
	return s, nil
}

// possible says that all steps of s are about agents that m has.
func (m *Model) possible(s Schedule) error {
	for _, step := range s {
		if _, agent, named := strings.Cut(string(step), ":"); named && slices.Contains(Agents, agent) && m.index(agent) < 0 {
			return fmt.Errorf("step %q is about an agent that this model does not have", step)
		}
	}
	return nil
}

// Run takes the steps of s from a world on, and brings it to rest. The error
// says which law was broken, and after which steps.
func (m *Model) Run(from *World, s Schedule) error {
	if err := m.possible(s); err != nil {
		return err
	}
	return m.run(m, place{World: from}, s)
}

func (m *Model) run(t taker, at place, s Schedule) error {
	var err error
	for n, step := range s {
		if at, err = t.take(at, step); err != nil {
			return fmt.Errorf("%w\nby the last step of: %s", err, s[:n+1])
		}
	}
	if _, steps, err := m.rest(t, at); err != nil {
		return fmt.Errorf("%w\nafter: %s\nand at rest: %s", err, s, Schedule(steps))
	}
	return nil
}

// Shrink is s without steps that it can do without and still fail: where no
// single step more, nor a run of steps, can be left out. It is s itself if that
// does not fail.
func (m *Model) Shrink(from *World, s Schedule) Schedule {
	for size := len(s); size > 0; size /= 2 {
		for i := 0; i+size <= len(s); {
			less := slices.Concat(s[:i], s[i+size:])
			if m.Run(from, less) == nil {
				i++
				continue
			}
			s = less
		}
	}
	return s
}
