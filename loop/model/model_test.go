package model

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// nightly says that there is time.
var nightly = os.Getenv("PAWL_NIGHTLY") != ""

// sound is a model without a defect, and its world at rest with everybody running.
func sound(t testing.TB, agents int, remember bool) (*Model, *World) {
	t.Helper()
	m, err := New(agents, remember, None)
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.Running()
	if err != nil {
		t.Fatal(err)
	}
	return m, w
}

// broken is a model with a defect.
func broken(t testing.TB, agents int, d Defect) *Model {
	t.Helper()
	m, err := New(agents, true, d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func parsed(t testing.TB, text string) Schedule {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// memory is how many worlds a graph of a test remembers.
const memory = 60_000

// search draws schedules until one fails, n were drawn or the time is over. It
// returns how many were drawn, and the one that failed.
func search(m *Model, from *World, r *rand.Rand, n int, until time.Time) (int, Schedule) {
	drawn := 0
	for drawn < n && time.Now().Before(until) {
		g := NewGraph(m, memory)
		theme := NewTheme(r, len(m.agents), 3)
		for range min(n-drawn, 4000) {
			s := theme.Draw(r, 4+r.IntN(9))
			drawn++
			if g.Run(from, s) != nil {
				return drawn, s
			}
		}
	}
	return drawn, nil
}

// Whatever happens, the laws hold and everybody is told.
func TestRandomSchedules(t *testing.T) {
	lasts, seed := 2*time.Second, uint64(1)
	if nightly {
		lasts, seed = 90*time.Second, uint64(time.Now().UnixNano())
	}
	for agents := 1; agents <= len(Agents); agents++ {
		t.Run(fmt.Sprint(agents), func(t *testing.T) {
			t.Parallel()
			m, w := sound(t, agents, true)
			r := rand.New(rand.NewPCG(seed, uint64(agents)))
			begin := time.Now()
			n, s := search(m, w, r, 1<<30, begin.Add(lasts))
			if s != nil {
				t.Errorf("seed %d: %v", seed, m.Run(w, m.Shrink(w, s)))
			}
			t.Logf("seed %d, %d agents: %d schedules in %s", seed, agents, n, time.Since(begin).Round(time.Millisecond))
		})
	}
}

// What the model is told to look for it finds: with each defect one of all short
// schedules of a few steps fails, and passes where nothing is broken.
func TestDefectsAreFound(t *testing.T) {
	for _, c := range []struct {
		defect Defect
		steps  string
		depth  int
	}{
		{NoJournal, "claim:a fetch plan write act:adversary", 8},
		{ForgetsTold, "claim:a tick", 2},
		{WritesStale, "claim:a down:adversary up:adversary plan tick", 4},
		{ActsFirst, "claim:a fetch plan write act:adversary", 4},
		{BlindIsGone, "blind tick", 2},
		{TakesUnread, "note fetch plan write act:adversary dies:adversary", 8},
		{LastCommitOnly, "claim:a letter tick", 3},
		{CursorFirst, "claim:a tick", 2},
		{NewNames, "claim:a tick", 2},
		{NeverReopened, "letter tick dies:adversary", 3},
		{RewriteUnseen, "claim:a tick drop", 3},
	} {
		t.Run(string(c.defect), func(t *testing.T) {
			good, w := sound(t, 1, true)
			m := broken(t, 1, c.defect)
			_, s, err := NewGraph(m, memory).Explore(w, parsed(t, c.steps), c.depth)
			if s == nil {
				t.Fatalf("not found: %v", err)
			}
			t.Logf("%v", m.Run(w, s))
			if err := good.Run(w, s); err != nil {
				t.Errorf("and without it: %v", err)
			}
		})
	}
}

// All schedules of a few steps, up to a length.
func TestAllSchedules(t *testing.T) {
	for _, c := range []struct {
		about, steps string
		depth, night int
	}{
		{"one claim and every boundary", "claim:a fetch plan write act:adversary reads:adversary crash dies:adversary lose", 7, 11},
		{"what comes to origin", "claim:a pass:a fail:a letter unletter note drop keep pick tick lose", 4, 5},
		{"what the operator does", "claim:a tick plan write wait retry dismiss down:adversary up:adversary restart:adversary pause:adversary resume:adversary dies:adversary", 4, 5},
	} {
		t.Run(c.about, func(t *testing.T) {
			m, w := sound(t, 1, true)
			depth, limit := c.depth, memory
			if nightly {
				depth, limit = c.night, 20*memory
			}
			g := NewGraph(m, limit)
			steps := parsed(t, c.steps)
			begin := time.Now()
			counts, s, err := g.Explore(w, steps, depth)
			if err != nil {
				t.Fatalf("%v\nshortest: %s", err, s)
			}
			t.Logf("%d^%d schedules in %s: %d worlds, new ones by depth %v, %d steps worked out, %d recalled",
				len(steps), depth, time.Since(begin).Round(time.Millisecond), g.Worlds(), counts, g.Taken, g.Recalled)
		})
	}
}
