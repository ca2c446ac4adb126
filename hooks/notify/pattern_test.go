package notify

import (
	"testing"
	"time"
)

func TestWhatAPatternIsAbout(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		kind     string
		want     bool
	}{
		{[]string{"*"}, "agent.parked", true},
		{[]string{"agent.parked"}, "agent.parked", true},
		{[]string{"agent.parked"}, "agent.park", false},
		{[]string{"agent.park"}, "agent.parked", false},
		{[]string{"agent.*"}, "agent.parked", true},
		{[]string{"agent.*"}, "agents.parked", false},
		{[]string{"agent.*"}, "phase.done", false},
		{[]string{"agent*"}, "agent.parked", false},
		{[]string{"*.done"}, "phase.done", false},
		{[]string{"phase.done", "agent.*"}, "agent.held", true},
		{[]string{"Agent.Parked"}, "agent.parked", false},
		{nil, "agent.parked", false},
	} {
		if got := Match(c.patterns, c.kind); got != c.want {
			t.Errorf("%q and %q: %v", c.patterns, c.kind, got)
		}
	}
}

func TestWhenAnEventIsTriedAgain(t *testing.T) {
	const never = -1
	for _, c := range []struct {
		name   string
		f      Failure
		failed int
		want   time.Duration
	}{
		{"after the first failure", Failure{Retry: true}, 1, 10 * time.Second},
		{"later each time", Failure{Retry: true}, 4, 30 * time.Minute},
		{"not a sixth time", Failure{Retry: true}, 5, never},
		{"not where that is no use", Failure{}, 1, never},
		{"as late as it was asked", Failure{Retry: true, After: 2 * time.Minute}, 1, 2 * time.Minute},
		{"no sooner than planned", Failure{Retry: true, After: time.Second}, 3, 5 * time.Minute},
		{"not as late as it was asked", Failure{Retry: true, After: 24 * time.Hour}, 1, time.Hour},
		{"with a count that cannot be", Failure{Retry: true}, 0, never},
	} {
		wait, again := c.f.Next(c.failed)
		if !again {
			wait = never
		}
		if wait != c.want {
			t.Errorf("%s: %s, want %s", c.name, wait, c.want)
		}
	}
}
