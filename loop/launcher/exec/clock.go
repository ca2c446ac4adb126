package exec

import (
	"time"

	"pawl/loop/launcher"
)

// tolerated is how far another machine's clock may be off without being
// corrected: the correction itself is off by what an answer takes to arrive.
const tolerated = 5 * time.Second

// skew is how far the clock of a program is ahead of ours when its answer
// arrives, in whole seconds. It is 0 for one that does not tell its time.
func skew(theirs, ours time.Time) time.Duration {
	if ahead := theirs.Sub(ours).Round(time.Second); !theirs.IsZero() && ahead.Abs() > tolerated {
		return ahead
	}
	return 0
}

// byOurClock takes what a clock is ahead from all times of observations: whether a
// session stands still is judged by our own. A time that is none stays none.
func byOurClock(seen map[string]launcher.Observation, ahead time.Duration) map[string]launcher.Observation {
	if ahead == 0 {
		return seen
	}
	shift := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.Add(-ahead)
	}
	for name, o := range seen {
		o.Output = shift(o.Output)
		if o.Exit != nil {
			o.Exit.At = shift(o.Exit.At)
		}
		for i, m := range o.Marks {
			o.Marks[i].Begun, o.Marks[i].Written, o.Marks[i].Drained = shift(m.Begun), shift(m.Written), shift(m.Drained)
		}
		seen[name] = o
	}
	return seen
}
