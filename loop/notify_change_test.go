package loop

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/loop/config"
)

// What waits for a retry survives every change of its entry but that of whom it
// reaches.
func TestAnEntryThatIsChanged(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*config.Notify)
		told   string // when it is there again
	}{
		"more patterns":           {func(n *config.Notify) { n.On = []string{"agent.*", "phase.*"} }, "agent.parked phase.done agent.held"},
		"fewer patterns":          {func(n *config.Notify) { n.On = []string{"agent.held"} }, "agent.held"},
		"a key":                   {func(n *config.Notify) { n.SecretEnv = "KEY" }, "agent.parked agent.held"},
		"a command as well":       {func(n *config.Notify) { n.Run = []string{"true"} }, "agent.parked agent.held"},
		"another place":           {func(n *config.Notify) { n.URL += "/elsewhere" }, "agent.held"},
		"the same in other words": {func(n *config.Notify) { n.On = []string{"agent.*", "agent.*"} }, "agent.parked agent.held"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newListener(t)
			l.code = http.StatusServiceUnavailable
			h := newHerald(t, posts(l, "agent.*"))
			h.happen("agent.parked")
			h.round()
			h.happen("phase.done")
			c.change(&h.cfg.Notify[0])
			h.subscribe(t.Context(), h.cfg)
			h.happen("agent.held")
			l.code = http.StatusOK
			l.took()
			h.now = h.now.Add(10 * time.Second)
			h.round()
			if got := l.took(); got != c.told {
				t.Errorf("it is told %q, want %q", got, c.told)
			}
		})
	}
}

// Two entries for one target are two receivers, unless they say the same.
func TestEntriesForOneTarget(t *testing.T) {
	l := newListener(t)
	h := newHerald(t, posts(l, "agent.*"), posts(l, "*"), posts(l, "agent.*"))
	h.happen("agent.parked", "phase.done")
	h.round()
	got := strings.Fields(l.took())
	slices.Sort(got)
	if want := []string{"agent.parked", "agent.parked", "phase.done"}; !slices.Equal(got, want) {
		t.Errorf("it is told %q, want %q", got, want)
	}
}

// A storm leaves out an event that failed three times; the one that is first then
// has all its own attempts.
func TestWhatIsFirstAfterAStorm(t *testing.T) {
	l := newListener(t)
	l.code = http.StatusServiceUnavailable
	h := newHerald(t, posts(l, "agent.*"))
	h.happen("agent.parked")
	for _, later := range []time.Duration{0, 10 * time.Second, time.Minute} {
		h.now = h.now.Add(later)
		h.round()
	}
	for range perWindow {
		h.happen("agent.held")
	}
	l.took()
	for i, later := range []time.Duration{5 * time.Minute, 10 * time.Second, time.Minute, 5 * time.Minute} {
		h.now = h.now.Add(later)
		h.round()
		if got := l.took(); got != "agent.held" {
			t.Errorf("attempt %d: it is told %q", i+1, got)
		}
	}
	if list := h.recorded("notify.failed"); len(list) != 0 {
		t.Errorf("given up is %v", list)
	}
}

// Of two processes one tells others; the other one leaves it to that, and sees
// what it has told when its own turn comes.
func TestOneProcessTells(t *testing.T) {
	l := newListener(t)
	one := newHerald(t, posts(l, "*"))
	two := &herald{&house{t: t, now: one.now, cfg: one.cfg, Engine: &Engine{
		Ledger: one.Ledger, Log: one.Log, Now: one.Now, Env: one.Env, Version: one.Version, Source: &Source{good: one.cfg},
	}}}
	one.Source = two.Source
	free := true
	outbox := func() (func() error, error) {
		if !free {
			return nil, nil
		}
		free = false
		return func() error { free = true; return nil }, nil
	}
	one.Outbox, two.Outbox = outbox, outbox
	one.happen("agent.parked")
	one.round()
	one.happen("agent.held")
	if n := two.round(); n != 0 || l.took() != "agent.parked" {
		t.Errorf("%d are told by the second", n)
	}
	one.Notify(t.Context())
	if got := l.took(); got != "agent.held" || !free {
		t.Errorf("at its end the first tells %q, and the lock is free: %v", got, free)
	}
	one.happen("phase.done")
	if n := one.round(); n != 0 {
		t.Error("one that has ended tells")
	}
	two.round()
	if got := l.took(); got != "phase.done" {
		t.Errorf("the second tells %q", got)
	}
	// An order whose caller waits tells nobody, and is in nobody's way.
	two.Notify(t.Context())
	two.couriers.quiet()
	two.Outbox = func() (func() error, error) { return nil, errors.New("asked for") }
	two.happen("wake.fired")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	two.Notify(ended)
	if got := l.took(); got != "" {
		t.Errorf("it tells %q", got)
	}
}
