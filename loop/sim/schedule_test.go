package sim

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/loop"
)

// clockwork is a loop whose only agent is woken by a schedule, and a wall clock
// that can be set.
type clockwork struct {
	*rig
	offset time.Duration
}

func newClockwork(t *testing.T, wake string) *clockwork {
	t.Helper()
	r := newRig(t, "")
	yaml, _, _ := strings.Cut(r.listeners(""), "agents:\n")
	r.write(r.stage.Config(), yaml+fmt.Sprintf("agents:\n  boss: {dir: %q, wakes: [%s]}\n", filepath.Join(r.stage.Dir, "builder"), wake))
	r.up("boss")
	return &clockwork{rig: r}
}

// tick is what `pawl tick` does at the hour that the clock shows. Its process
// is a new one each time: it has no memory but the ledger's.
func (c *clockwork) tick() {
	c.t.Helper()
	e, l := c.engine(nil)
	e.Now = func() time.Time { return time.Now().Add(c.offset) }
	if _, err := e.Tick(c.t.Context(), 3*time.Second); err != nil {
		c.t.Error(err)
	}
	if err := l.Close(); err != nil {
		c.t.Error(err)
	}
}

// turns is how often the agent wrote down that it was told its turn.
func (c *clockwork) turns() int { return strings.Count(c.told(), "look around") }

func (c *clockwork) want(what string, n int) {
	c.t.Helper()
	c.until(what, func() bool { c.tick(); return c.turns() >= n })
	if got := c.turns(); got != n {
		c.t.Fatalf("%s: it was told %d turns, want %d\n%s", what, got, n, c.told())
	}
}

// From tick alone, on real sessions: slots that a sleeping host missed are one
// wake, a clock that is set back repeats none, and one that ran years ahead
// keeps nothing from coming.
func TestSchedulesByTickAlone(t *testing.T) {
	c := newClockwork(t, `{cron: "0 * * * *", prompt: look around}`)
	c.tick()
	if n := c.turns(); n != 0 {
		t.Fatalf("it was told %d turns before the first hour was over", n)
	}
	c.offset += time.Hour
	c.want("the hour has come", 1)
	c.offset += 9 * time.Hour
	c.want("the host slept", 2)
	if !strings.Contains(c.told(), "also for 8 missed before: look around") {
		t.Errorf("it was not told how many it missed:\n%s", c.told())
	}
	c.offset -= time.Hour / 2
	c.want("the clock was set back", 2)
	c.offset += 3 * 365 * 24 * time.Hour
	c.want("the clock runs years ahead", 3)
	c.offset -= 3 * 365 * 24 * time.Hour
	c.want("and is right again", 3)
	c.offset += 90 * time.Minute
	c.want("an hour after that", 4)
	if fired := c.events("wake.fired"); fired != 4 {
		t.Errorf("%d slots were fired for 4 turns", fired)
	}
}

// A coordinator that is killed around a slot leaves it to the next one.
func TestASlotIsToldAcrossKills(t *testing.T) {
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprint("after the order: ", after), func(t *testing.T) {
			c := newClockwork(t, `{cron: "0 * * * *", prompt: look around}`)
			c.tick()
			c.offset = time.Hour
			e, l := c.engine(&crashing{order: "send", left: 1, after: after, dead: make(chan struct{})})
			e.Now = func() time.Time { return time.Now().Add(c.offset) }
			if _, err := e.Pass(t.Context(), loop.Look{}); err != nil {
				t.Error(err)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			c.want("the next one comes", 1)
			if fired := c.events("wake.fired"); fired != 1 {
				t.Errorf("the slot was fired %d times", fired)
			}
		})
	}
}
