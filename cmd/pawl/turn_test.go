package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pawl/loop/control"
	"pawl/loop/daemon"
)

// What a tick does behind somebody who has the lock for longer than it waits.
func TestATickBehindALongOne(t *testing.T) {
	for name, c := range map[string]struct {
		holder daemon.Holder
		left   string // what it says when it leaves; "" when it fails
	}{
		"another tick":                  {daemon.Holder{PID: 42, Config: "/one/pawl.yaml", What: "tick"}, "left it to pawl tick with process id 42, which is still at it"},
		"an up that clones":             {daemon.Holder{PID: 43, Config: "/one/pawl.yaml", What: "up"}, "left it to pawl up with process id 43, which is still at it"},
		"a watch that does not answer":  {daemon.Holder{PID: 44, Config: "/one/pawl.yaml", What: "watch"}, ""},
		"a tick of another copy of it":  {daemon.Holder{PID: 45, Config: "/two/pawl.yaml", What: "tick"}, ""},
		"somebody who has not said who": {daemon.Holder{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := lockTest(t, t.TempDir(), "one", "main", "acme")
			p.client = control.NewClient(p.place.Socket())
			lock, err := daemon.Acquire(p.place, "o", "main", "acme", c.holder)
			if err != nil {
				t.Fatal(err)
			}
			_, left, err := p.queued(t.Context(), control.Order{}, time.Millisecond)
			var held *daemon.HeldError
			if left != c.left || (err == nil) != (c.left != "") || err != nil && !errors.As(err, &held) {
				t.Errorf("it leaves with %q, %v; want %q", left, err, c.left)
			}
			if err := lock.Release(); err != nil {
				t.Error(err)
			}
			again, err := daemon.WaitTurn(p.place, daemon.Holder{})
			if err != nil {
				t.Fatalf("its turn is not free again: %v", err)
			}
			if err := again.Release(); err != nil {
				t.Error(err)
			}
		})
	}
}

// One that is ended while it waits fails, whoever it waits for.
func TestATickThatIsEndedLeavesNothing(t *testing.T) {
	p := lockTest(t, t.TempDir(), "one", "main", "acme")
	p.client = control.NewClient(p.place.Socket())
	lock, err := daemon.Acquire(p.place, "o", "main", "acme", daemon.Holder{PID: 42, Config: p.path, What: "tick"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, left, err := p.queued(ctx, control.Order{}, time.Minute); err == nil || left != "" {
		t.Errorf("it leaves with %q, %v", left, err)
	}
	waits, err := daemon.WaitTurn(p.place, daemon.Holder{PID: 46})
	if err != nil {
		t.Fatal(err)
	}
	if _, left, err := p.queued(t.Context(), control.Order{}, time.Minute); err != nil || !strings.HasPrefix(left, "left it to process 46, ") {
		t.Errorf("behind one that waits it leaves with %q, %v", left, err)
	}
	if err := errors.Join(waits.Release(), lock.Release()); err != nil {
		t.Error(err)
	}
}
