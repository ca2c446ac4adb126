//go:build linux || darwin

package exec

import (
	"testing"
	"time"

	"pawl/loop/launcher"
)

func TestAnotherMachinesClock(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct{ theirs, want time.Duration }{
		{time.Hour + 300*time.Millisecond, time.Hour}, {-time.Minute, -time.Minute}, {4 * time.Second, 0}, {-time.Second, 0},
	} {
		if got := skew(now.Add(c.theirs), now); got != c.want {
			t.Errorf("a clock that is %v ahead: %v, want %v", c.theirs, got, c.want)
		}
	}
	if got := skew(time.Time{}, now); got != 0 {
		t.Errorf("a clock that does not tell its time: %v", got)
	}
	seen := byOurClock(map[string]launcher.Observation{"s": {
		Output: now, Exit: &launcher.Exit{At: now}, Marks: []launcher.Mark{{ID: "w", Written: now, Drained: now}},
	}}, time.Hour)["s"]
	before := now.Add(-time.Hour)
	if seen.Output != before || seen.Exit.At != before || seen.Marks[0].Written != before || seen.Marks[0].Drained != before || !seen.Marks[0].Begun.IsZero() {
		t.Errorf("by our clock: %+v", seen)
	}
}
