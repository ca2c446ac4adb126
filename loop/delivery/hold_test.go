package delivery

import (
	"strings"
	"testing"
)

func TestHold(t *testing.T) {
	free := Target{Wanted: true, Present: true, Ready: true, Idle: true}
	for _, c := range []struct {
		name   string
		change func(*Target)
		why    string // part of the reason; "" is none
	}{
		{"an idle agent that is up is told", func(*Target) {}, ""},
		{"an adopted one that nobody asked for is told", func(x *Target) { x.Wanted = false }, ""},
		{"a busy one waits", func(x *Target) { x.Idle = false }, "busy"},
		{"a busy one whose adapter queues is told", func(x *Target) { x.Idle, x.Queues = false, true }, ""},
		{"one wake at a time", func(x *Target) { x.InFlight = "w1" }, "wake w1 is not taken"},
		{"one wake at a time, queues or not", func(x *Target) { x.InFlight, x.Queues = "w1", true }, "wake w1 is not taken"},
		{"not while it starts or stops", func(x *Target) { x.Ready = false }, "not ready"},
		{"not without a session", func(x *Target) { x.Present = false }, "no session"},
		{"down", func(x *Target) { x.Present, x.Wanted = false, false }, "down"},
		{"paused", func(x *Target) { x.Paused = "the loop is paused" }, "the loop is paused"},
		{"held by a usage limit", func(x *Target) { x.Held = "the usage limit of account claude holds it" }, "limit of account claude"},
		{"a dialog", func(x *Target) { x.Blocked = "a dialog waits" }, "a dialog waits"},
		{"a dialog, queues or not", func(x *Target) { x.Blocked, x.Queues, x.Idle = "a dialog waits", true, false }, "a dialog waits"},
		{"parked", func(x *Target) { x.Parked = true }, "parked"},
		{"complete", func(x *Target) { x.Complete = true }, "complete"},
		// The first rule is told: the one that a person has to end.
		{"complete before parked", func(x *Target) { x.Complete, x.Parked = true, true }, "complete"},
		{"parked before paused", func(x *Target) { x.Parked, x.Paused = true, "the loop is paused" }, "parked"},
		{"paused before down", func(x *Target) { x.Paused, x.Present, x.Wanted = "the agent is paused", false, false }, "the agent is paused"},
		{"paused before held", func(x *Target) { x.Paused, x.Held = "the loop is paused", "the usage limit" }, "the loop is paused"},
		{"held before the session", func(x *Target) { x.Held, x.Present = "the usage limit", false }, "the usage limit"},
		{"not ready before a dialog", func(x *Target) { x.Ready, x.Blocked = false, "a dialog waits" }, "not ready"},
		{"a dialog before in flight", func(x *Target) { x.Blocked, x.InFlight = "a dialog waits", "w1" }, "a dialog waits"},
		{"not ready before in flight", func(x *Target) { x.Ready, x.InFlight = false, "w1" }, "not ready"},
		{"in flight before busy", func(x *Target) { x.InFlight, x.Idle = "w1", false }, "w1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := free
			c.change(&target)
			got := Hold(target)
			if c.why == "" && got != "" || !strings.Contains(got, c.why) {
				t.Errorf("held by %q, want %q", got, c.why)
			}
		})
	}
}
