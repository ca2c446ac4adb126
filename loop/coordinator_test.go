package loop

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pawl/loop/config"
	"pawl/loop/control"
)

func TestAPokeThatFindsNothingLooksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		during(t, s, func(c *Coordinator) {
			sleep(10 * time.Second)
			c.Poke()
			sleep(10 * time.Second)
		})
		p := 10 * time.Second
		s.wantLooks(t, 0, p, p+200*time.Millisecond, p+time.Second, p+3*time.Second)
	})
}

func TestAPokeThatFindsSomethingDoesNotLookAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		during(t, s, func(c *Coordinator) {
			sleep(time.Second)
			s.set(func() { s.moves = 1 })
			c.Poke()
			sleep(10 * time.Second)
		})
		s.wantLooks(t, 0, time.Second)
	})
}

// A second push whose poke comes while the first one's look is under way, and
// which is not visible to the look of its own, is found by an echo.
func TestAPokeDuringALookKeepsItsEchoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		during(t, s, func(c *Coordinator) {
			sleep(time.Second)
			s.set(func() { s.hang, s.moves = make(chan struct{}), 1 })
			c.Poke()
			sleep(50 * time.Millisecond)
			c.Poke()
			sleep(50 * time.Millisecond)
			s.set(func() {
				close(s.hang)
				s.hang = nil
			})
			sleep(10 * time.Second)
		})
		second := 1050 * time.Millisecond
		s.wantLooks(t, 0, time.Second, 1100*time.Millisecond, second+200*time.Millisecond, second+time.Second, second+3*time.Second)
	})
}

func TestPokesWhileALookHangsAreOneLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.every, s.hang = 5*time.Second, make(chan struct{})
		during(t, s, func(c *Coordinator) {
			for range 50 {
				c.Poke()
				sleep(time.Second)
			}
			s.wantLooks(t, 0)
			if _, passes := s.count(); passes < 10 {
				t.Errorf("%d passes in 50 s beside a hanging look, want one each 5 s", passes)
			}
			s.set(func() {
				s.moves = 2
				close(s.hang)
				s.hang = nil
			})
			sleep(time.Minute)
		})
		s.wantLooks(t, 0, 50*time.Second)
		if s.most != 1 {
			t.Errorf("%d looks at once", s.most)
		}
	})
}

func TestOriginIsLookedAtWhenThePollIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.poll, s.every = 15*time.Second, 5*time.Second
		during(t, s, func(*Coordinator) { sleep(time.Minute + time.Second) })
		s.wantLooks(t, 0, 15*time.Second, 30*time.Second, 45*time.Second, 60*time.Second)
	})
}

func TestAnotherOriginIsLookedAtAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.cfg = &config.Config{Origin: config.Origin{URL: "old"}}
		s.every = 5 * time.Second
		during(t, s, func(*Coordinator) {
			sleep(time.Second)
			s.set(func() {
				s.cfg = &config.Config{Origin: config.Origin{URL: "new"}}
			})
			sleep(time.Minute)
		})
		s.wantLooks(t, 0, 5*time.Second)
	})
}

func TestATickBesideAHangingLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.hang = make(chan struct{})
		during(t, s, func(c *Coordinator) {
			sleep(time.Second)
			begin := time.Now()
			rep, err := c.Tick(t.Context(), control.Order{Settle: 3 * time.Second})
			if err != nil || rep.Error != errSlowOrigin.Error() {
				t.Errorf("the tick got %+v, %v; want a pass that says that origin is slow", rep, err)
			}
			if took := time.Since(begin); took != lookPatience {
				t.Errorf("the tick took %s, want %s", took, lookPatience)
			}
			begin = time.Now()
			if _, err := c.Tick(t.Context(), control.Order{Local: true}); err != nil || time.Since(begin) != 0 {
				t.Errorf("a local tick took %s, %v", time.Since(begin), err)
			}
		})
	})
}

// A look that began before the caller asked may have missed what it asks about.
func TestATickGetsALookOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.hang = make(chan struct{})
		during(t, s, func(c *Coordinator) {
			answered := make(chan error, 1)
			go func() {
				_, err := c.Tick(t.Context(), control.Order{})
				answered <- err
			}()
			sleep(time.Second)
			first := s.hang
			s.set(func() {
				s.hang = make(chan struct{})
			})
			close(first)
			sleep(time.Second)
			select {
			case err := <-answered:
				t.Errorf("the tick was answered by a look that began before it: %v", err)
			default:
			}
			close(s.hang)
			synctest.Wait()
			if err := <-answered; err != nil {
				t.Error(err)
			}
		})
		s.wantLooks(t, 0, time.Second)
	})
}

func TestPokesAreServedWhileACallerWaitsForItsPassToSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		during(t, s, func(c *Coordinator) {
			sleep(time.Second)
			s.set(func() {
				s.unquiet, s.moves = 1000, 1
			})
			answered := make(chan time.Time, 1)
			go func() {
				if _, err := c.Tick(t.Context(), control.Order{Local: true, Settle: 10 * time.Second}); err != nil {
					t.Error(err)
				}
				answered <- time.Now()
			}()
			sleep(2 * time.Second)
			c.Poke()
			sleep(time.Second)
			if at := (<-answered).Sub(s.begin); at != 11*time.Second {
				t.Errorf("answered at %s, want when its patience of 10 s is over", at)
			}
		})
		s.wantLooks(t, 0, 3*time.Second)
	})
}

func TestACallerIsToldWhenTheCoordinatorEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.hang = make(chan struct{})
		answered := make(chan error, 1)
		during(t, s, func(c *Coordinator) {
			go func() {
				_, err := c.Tick(context.Background(), control.Order{})
				answered <- err
			}()
			sleep(time.Second)
		})
		if err := <-answered; !errors.Is(err, control.ErrNotRunning) {
			t.Errorf("the tick got %v, want control.ErrNotRunning", err)
		}
	})
}

// The machine slept, or somebody set the clock on: deadlines are judged by the
// wall clock within 30 s.
func TestTheWallClockIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		during(t, s, func(*Coordinator) {
			sleep(time.Second)
			looksBefore, before := s.count()
			s.set(func() { s.skew = 8 * time.Hour })
			sleep(longestWait)
			looks, passes := s.count()
			if passes == before {
				t.Error("no pass within 30 s of a jump of 8 h, which everything is due after")
			}
			if looks == looksBefore {
				t.Error("no look within 30 s of a jump of 8 h")
			}
		})
	})
}

func TestAPassThatFailsIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.failing = 3
		during(t, s, func(*Coordinator) {
			sleep(3 * failedPass)
			if _, passes := s.count(); passes != 1 {
				t.Errorf("%d passes succeeded after three failures, want 1", passes)
			}
		})
	})
}
