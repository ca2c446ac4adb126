package loop

import (
	"testing"
	"testing/synctest"
	"time"
)

// The pass of the very first look fails, as on a full disk: nothing on record says
// when the next look is due.
func TestAFirstLookIsNotLostWithItsPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.every, s.failing = time.Second, 3 // the pass of the start, the look's, and one more
		during(t, s, func(*Coordinator) { sleep(10 * time.Second) })
		if looks, _ := s.count(); looks < 2 {
			t.Errorf("%d looks in 10 s, and the first one's pass had failed", looks)
		}
	})
}

// A wall clock that ran hours ahead is set right: what was due by it is not waited for.
func TestAClockThatIsSetBackDelaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.every, s.poll = time.Second, 2*time.Second
		during(t, s, func(*Coordinator) {
			s.set(func() { s.skew = 5 * time.Hour })
			sleep(10 * time.Second)
			s.set(func() { s.skew = 0 })
			looks, passes := s.count()
			sleep(40 * time.Second) // the timer sleeps for 30 s at most
			afterLooks, afterPasses := s.count()
			if afterPasses-passes < 5 || afterLooks-looks < 3 {
				t.Errorf("%d passes and %d looks in the 40 s after the clock was set back", afterPasses-passes, afterLooks-looks)
			}
		})
	})
}

// The clock is set back while a pass is made: what that says of the next one goes by
// the clock from before.
func TestAClockThatIsSetBackDuringAPassDelaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.every, s.poll = time.Second, 2*time.Second
		during(t, s, func(*Coordinator) {
			s.set(func() { s.skew = 5 * time.Hour })
			sleep(10 * time.Second)
			s.set(func() { s.corrected = true })
			sleep(2 * time.Second)
			looks, passes := s.count()
			sleep(10 * time.Second)
			afterLooks, afterPasses := s.count()
			if s.skew != 0 || afterPasses-passes < 9 || afterLooks-looks < 4 {
				t.Errorf("%d passes and %d looks in the 10 s after the clock was set back", afterPasses-passes, afterLooks-looks)
			}
		})
	})
}
