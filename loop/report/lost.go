package report

import (
	"slices"
	"time"
)

// Causes of lost time.
const (
	byLimit       = "usage limit"
	byOrigin      = "origin not reachable"
	byDialog      = "waiting for a person"
	byParking     = "parked"
	byCrash       = "down after a crash"
	byConfig      = "pawl.yaml not valid"
	byHeld        = "change of pawl.yaml held"
	byPause       = "paused"
	byCoordinator = "no coordinator"
)

// causes is the order of a report.
var causes = []string{byLimit, byDialog, byParking, byCrash, byOrigin, byPause, byConfig, byHeld, byCoordinator}

// spell is a time that was lost for a cause.
type spell struct {
	stretch
	cause   string
	agents  []string // whom it held up; none: everybody
	atMost  bool
	unknown bool // its end is not on record
	now     bool // it goes on
}

// concerns says that an agent was held up.
func (s spell) concerns(agent string) bool {
	return len(s.agents) == 0 || slices.Contains(s.agents, agent)
}

// cause and whom it is about: an agent, an account, or "" for the loop.
type subject struct{ cause, who string }

// spells follows what began and ended.
type spells struct {
	since  time.Time
	open   map[subject]time.Time
	closed []spell
}

func newSpells(since time.Time) *spells {
	return &spells{since: since, open: map[subject]time.Time{}}
}

// begin notes that something lasts from at on. What lasts already goes on.
func (s *spells) begin(cause, who string, at time.Time) {
	if !s.lasts(cause, who) {
		s.open[subject{cause, who}] = later(at, s.since)
	}
}

// end notes that it is over, if it lasted.
func (s *spells) end(cause, who string, at time.Time, atMost bool) {
	if from, lasts := s.open[subject{cause, who}]; lasts {
		s.add(cause, who, stretch{from, at}, atMost)
		delete(s.open, subject{cause, who})
	}
}

// ended is end for what must have begun: if nobody saw it, before the time.
func (s *spells) ended(cause, who string, at time.Time) {
	s.begin(cause, who, s.since)
	s.end(cause, who, at, false)
}

func (s *spells) add(cause, who string, over stretch, atMost bool) {
	s.closed = append(s.closed, spell{stretch: over, cause: cause, agents: named(who), atMost: atMost})
}

// forget takes back what turned out to be none.
func (s *spells) forget(cause, who string) { delete(s.open, subject{cause, who}) }

// lasting notes that something is so now, since from if its begin was not seen.
func (s *spells) lasting(cause, who string, from, until time.Time) {
	s.begin(cause, who, from)
	at := s.open[subject{cause, who}]
	s.closed = append(s.closed, spell{stretch: stretch{at, until}, cause: cause, agents: named(who), now: true})
	delete(s.open, subject{cause, who})
}

// lasts says that something began and has not ended.
func (s *spells) lasts(cause, who string) bool {
	_, open := s.open[subject{cause, who}]
	return open
}

// lose ends what began and is not so any more, without anything on record that
// says since when.
func (s *spells) lose() {
	for key, from := range s.open {
		s.closed = append(s.closed, spell{stretch: stretch{from, from}, cause: key.cause, agents: named(key.who), unknown: true})
	}
	clear(s.open)
}

func named(who string) []string {
	if who == "" {
		return nil
	}
	return []string{who}
}

// lost sums the spells up by their causes.
func lost(all []spell) []Lost {
	out := []Lost{}
	for _, cause := range causes {
		sum := Lost{Cause: cause, Agents: []string{}}
		var times []stretch
		for _, s := range all {
			if s.cause != cause {
				continue
			}
			sum.Times++
			sum.AtMost = sum.AtMost || s.atMost
			sum.Now = sum.Now || s.now
			if s.unknown {
				sum.Unknown++
			}
			times = append(times, s.stretch)
			sum.Agents = append(sum.Agents, s.agents...)
		}
		slices.Sort(sum.Agents)
		sum.Agents = slices.Compact(sum.Agents)
		if sum.Took = union(times); sum.Times > 0 {
			out = append(out, sum)
		}
	}
	return out
}
