package supervise

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

var (
	usual = Backoff{Initial: 10 * time.Second, Max: 5 * time.Minute, Jitter: 0.25, ResetAfter: 10 * time.Minute}
	park  = Park{Restarts: 5, Within: 30 * time.Minute}
	noon  = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
)

func TestRestartCurve(t *testing.T) {
	even := usual
	even.Jitter = 0
	for attempt, want := range []time.Duration{
		0, 10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second,
		5 * time.Minute, 5 * time.Minute, 5 * time.Minute,
	} {
		if got := even.Delay("builder", attempt); got != want {
			t.Errorf("attempt %d waits %s, want %s", attempt, got, want)
		}
	}
	if got := even.Delay("builder", 1_000_000); got != 5*time.Minute {
		t.Errorf("after a million attempts it waits %s", got)
	}
	if got := even.Delay("builder", -1); got != 0 {
		t.Errorf("before the first attempt it waits %s", got)
	}
}

func TestJitter(t *testing.T) {
	least, most := 1.0, 1.0
	for i := range 2000 {
		for attempt := 1; attempt < 8; attempt++ {
			even := usual
			even.Jitter = 0
			name := fmt.Sprint("agent-", i)
			ratio := float64(usual.Delay(name, attempt)) / float64(even.Delay(name, attempt))
			least, most = min(least, ratio), max(most, ratio)
		}
	}
	if least < 0.75 || most > 1.25 {
		t.Errorf("jitter goes from %.3f to %.3f, want at most ±25%%", least, most)
	}
	if least > 0.76 || most < 1.24 {
		t.Errorf("jitter goes from %.3f to %.3f and leaves the bounds unused: a fleet rises in lockstep", least, most)
	}
}

// Two coordinators, and one before and after a crash, compute the same.
func TestJitterIsAHash(t *testing.T) {
	if got, want := Spread(time.Hour, 0.25, "builder", 3).String(), "51m32.3s"; got != want {
		t.Errorf("it is %s, and was %s", got, want)
	}
	// Neighbours must lie apart, not just differ: attempts of one agent, and
	// agents whose names differ in their last letter.
	apart := func(a string, m int, b string, n int) {
		if d := (Spread(time.Hour, 0.25, a, m) - Spread(time.Hour, 0.25, b, n)).Abs(); d < time.Second {
			t.Errorf("attempt %d of %s and %d of %s lie only %s apart", m, a, n, b, d)
		}
	}
	for n := 1; n < 6; n++ {
		apart("builder", n, "builder", n+1)
		apart("agent-1", n, "agent-2", n)
	}
}

func TestEnded(t *testing.T) {
	at := func(minutes ...int) (out []time.Time) {
		for _, m := range minutes {
			out = append(out, noon.Add(time.Duration(m)*time.Minute))
		}
		return out
	}
	even := usual
	even.Jitter = 0
	for _, c := range []struct {
		name  string
		h     History
		lived time.Duration
		park  bool
		wait  time.Duration
		kept  int // restarts that still count
	}{
		{"the first end restarts at once", History{}, time.Minute, false, 0, 0},
		{"the second waits", History{1, at(-1)}, time.Minute, false, 10 * time.Second, 1},
		{"the fifth waits longer", History{4, at(-20, -15, -10, -1)}, time.Minute, false, 80 * time.Second, 4},
		{"after five in 30 minutes it is parked", History{5, at(-20, -15, -10, -5, -1)}, time.Minute, true, 0, 5},
		{"old restarts do not count", History{5, at(-31, -15, -10, -5, -1)}, time.Minute, false, 160 * time.Second, 4},
		{"one exactly 30 minutes old is old", History{5, at(-30, -15, -10, -5, -1)}, time.Minute, false, 160 * time.Second, 4},
		{"ten healthy minutes begin the curve again", History{4, at(-20, -15, -12, -11)}, 10 * time.Minute, false, 0, 4},
		{"a second less does not", History{4, at(-20, -15, -12, -11)}, 10*time.Minute - time.Second, false, 80 * time.Second, 4},
		{"health does not undo what counts towards parking", History{5, at(-29, -28, -27, -26, -25)}, 20 * time.Minute, true, 0, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := slices.Clone(c.h.Restarts)
			v := Ended("builder", c.h, c.lived, noon, even, park)
			if v.Park != c.park || !c.park && v.At.Sub(noon) != c.wait || len(v.History.Restarts) != c.kept {
				t.Errorf("got %+v", v)
			}
			if !slices.Equal(before, c.h.Restarts) {
				t.Error("it changed the history that it was given")
			}
		})
	}
}

// A program that falls at once is given up on within minutes, and one that
// falls every hour never is.
func TestCrashLoops(t *testing.T) {
	run := func(lives time.Duration) (restarts int, took time.Duration, parked bool) {
		h, now := History{}, noon
		for restarts = range 100 {
			now = now.Add(lives)
			v := Ended("builder", h, lives, now, usual, park)
			if v.Park {
				return restarts, now.Sub(noon), true
			}
			h, now = v.History.Restarted(v.At), v.At
		}
		return restarts, now.Sub(noon), false
	}
	if n, took, parked := run(time.Second); !parked || n != 5 || took > 10*time.Minute {
		t.Errorf("one that lives a second: %d restarts in %s, parked: %v", n, took, parked)
	}
	if n, _, parked := run(time.Hour); parked {
		t.Errorf("one that lives an hour is parked after %d restarts", n)
	}
}

func TestRestartedLeavesItsReceiverAlone(t *testing.T) {
	h := History{Streak: 1, Restarts: make([]time.Time, 1, 8)}
	one, two := h.Restarted(noon), h.Restarted(noon.Add(time.Hour))
	if !one.Restarts[1].Equal(noon) || one.Streak != 2 || len(h.Restarts) != 1 || !two.Restarts[1].Equal(noon.Add(time.Hour)) {
		t.Errorf("two histories from one share their restarts: %v, %v", one, two)
	}
}
