package report

import (
	"cmp"
	"slices"
)

// shownReasons is how many kinds of reasons for restarts are told apart.
const shownReasons = 5

// crew counts what each agent did.
type crew struct {
	order  []string
	byName map[string]*Agent
	whys   map[string]map[string]int // of restarts, by agent
}

func newCrew(members []Member) *crew {
	c := &crew{byName: map[string]*Agent{}, whys: map[string]map[string]int{}}
	for _, m := range members {
		c.agent(m.Name)
	}
	return c
}

func (c *crew) agent(name string) *Agent {
	a := c.byName[name]
	if a == nil {
		a = &Agent{Name: name}
		c.byName[name] = a
		c.order = append(c.order, name)
	}
	return a
}

func (c *crew) see(e Event, crashed, reminder bool) {
	if e.Agent == "" {
		return
	}
	a := c.agent(e.Agent)
	switch e.Kind {
	case "agent.started":
		a.Sessions++
	case "agent.restarted":
		a.Restarts++
		if c.whys[e.Agent] == nil {
			c.whys[e.Agent] = map[string]int{}
		}
		c.whys[e.Agent][e.text("reason")]++
	case "agent.exited":
		if crashed && (e.number("code") != 0 || e.text("signal") != "") {
			a.Crashes++
		}
	case "agent.parked":
		a.Parked++
	case "agent.stalled":
		a.Stalls++
	case "agent.waiting", "agent.unauthorised":
		a.Dialogs++
	case "handoff.sent":
		if reminder {
			a.Reminders++
		} else {
			a.Told++
		}
	case "handoff.answered":
		a.Answered++
	case "handoff.expired":
		a.Expired++
	}
}

// finish puts together what is known of all agents. Those that the configuration
// does not have any more are there if they did something.
func (c *crew) finish(w *waits, credits []Credit) []Agent {
	for _, credit := range credits {
		if credit.Agent {
			c.agent(credit.Name).Commits += credit.Commits
		}
	}
	out := []Agent{}
	for _, name := range c.order {
		a := *c.byName[name]
		a.Reasons = ranked(c.whys[name])
		a.ToldMedian, a.AnsweredMedian = w.median(forTold, name), w.median(forAnswered, name)
		out = append(out, a)
	}
	return out
}

// ranked orders reasons by how often they were one, and sums up the rare ones.
func ranked(counts map[string]int) []Reason {
	out := []Reason{}
	for text, n := range counts {
		out = append(out, Reason{cmp.Or(text, "not on record"), n})
	}
	slices.SortFunc(out, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	if len(out) <= shownReasons {
		return out
	}
	rest := Reason{Reason: "other reasons"}
	for _, r := range out[shownReasons-1:] {
		rest.Count += r.Count
	}
	return append(out[:shownReasons-1], rest)
}
