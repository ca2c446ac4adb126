package loop

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pawl/loop/launcher"
)

// distant is a launcher that takes a while to answer, or does not.
type distant struct {
	launcher.Launcher
	mu    sync.Mutex
	takes time.Duration
	fails error
	asked int
}

func (d *distant) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

func (d *distant) Observe(ctx context.Context) (map[string]launcher.Observation, error) {
	d.mu.Lock()
	d.asked++
	timer, fails := time.NewTimer(d.takes), d.fails
	d.mu.Unlock()
	defer timer.Stop()
	select {
	case <-timer.C:
		if fails != nil {
			return nil, fails
		}
		return map[string]launcher.Observation{"p-a": {}}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// sightOf is what a look comes to, and how long it took.
func sightOf(t *testing.T, s *sights, d *distant, late *Late) (time.Duration, error) {
	t.Helper()
	begin := time.Now()
	seen, err := s.look(t.Context(), "far", d, late)
	if (err == nil) == (len(seen) == 0) {
		t.Errorf("saw %v with error %v", seen, err)
	}
	return time.Since(begin), err
}

func TestALauncherThatDoesNotAnswerHoldsUpOnePass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := &sights{}, &distant{takes: 2 * time.Second}
		if took, err := sightOf(t, s, d, nil); took != 2*time.Second || err != nil {
			t.Errorf("one that answers was waited for %s: %v", took, err)
		}
		d.set(func() { d.takes = time.Hour })
		if took, err := sightOf(t, s, d, nil); took != observeTimeout || err == nil {
			t.Errorf("one that hangs was waited for %s: %v", took, err)
		}
		for range 100 { // passes with a poke each
			if took, err := sightOf(t, s, d, nil); took > glance || err == nil {
				t.Fatalf("one that was slow was waited for %s: %v", took, err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		d.set(func() {
			if d.asked > 6 {
				t.Errorf("asked %d times in 10 s, want one look at a time", d.asked)
			}
		})
		d.set(func() { d.takes = 2 * time.Second })
		blind := 0
		for ; ; blind++ {
			if took, err := sightOf(t, s, d, nil); err == nil {
				if took != 2*time.Second {
					t.Errorf("one that answers again was waited for %s", took)
				}
				break
			}
			time.Sleep(time.Second)
		}
		if blind == 0 || blind > 10 {
			t.Errorf("blind for %d passes, want until it has answered", blind)
		}
		s.rest()
	})
}

func TestAnErrorIsNotWaitedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := &sights{}, &distant{fails: errors.New("refused")}
		for range 3 {
			if took, err := sightOf(t, s, d, nil); took != 0 || !errors.Is(err, d.fails) {
				t.Errorf("%v after %s", err, took)
			}
		}
		d.set(func() { d.fails = nil })
		if _, err := sightOf(t, s, d, nil); err != nil {
			t.Errorf("one that answers at once is seen at once: %v", err)
		}
		s.rest()
	})
}

// A command that looks several times, each time with an engine of its own, waits once.
func TestOneProcessWaitsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late, d := &Late{}, &distant{takes: time.Hour}
		for i, longest := range []time.Duration{observeTimeout, glance, glance} {
			e := &Engine{Log: slog.New(slog.DiscardHandler), Late: late}
			if took, err := sightOf(t, &e.sights, d, e.Late); took > longest || err == nil {
				t.Errorf("engine %d waited %s: %v", i, took, err)
			}
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(lateFor)
		s := &sights{}
		if took, _ := sightOf(t, s, d, late); took != observeTimeout {
			t.Errorf("a while later it was waited for %s", took)
		}
		s.rest()
	})
}
