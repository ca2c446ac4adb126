package sim

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/loop/ledger"
)

// soakTime is how long the coordinator is killed again and again; PAWL_SOAK
// asks for another time.
func soakTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("PAWL_SOAK")
	if text == "" {
		return 12 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("PAWL_SOAK=%q: %v", text, err)
	}
	return d
}

// soaked is the demo's own loop with more phases than there is time for.
func soaked(t *testing.T, d time.Duration) *rig {
	t.Helper()
	t.Parallel()
	r := emptyRig(t)
	stage, err := NewStage(t.Context(), r.stage.Dir, int(d.Seconds())+2)
	if err != nil {
		t.Fatal(err)
	}
	r.stage = stage
	return r
}

// status is what `pawl status` says of the phases.
func (r *rig) status() (phase struct {
	Index    int
	Total    int
	Complete bool
}) {
	r.t.Helper()
	var s struct{ Phase any }
	s.Phase = &phase
	if err := json.Unmarshal([]byte(r.pawl("status", "--json")), &s); err != nil {
		r.t.Fatal(err)
	}
	return phase
}

// shorten ends the sequence after the phase that comes next.
func (r *rig) shorten() int {
	r.t.Helper()
	last := r.status().Index + 1
	text, err := os.ReadFile(r.stage.Config())
	if err != nil {
		r.t.Fatal(err)
	}
	var lines []string
	seen := 0
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "- {id: ") {
			if seen++; seen > last+1 {
				continue
			}
		}
		lines = append(lines, line)
	}
	r.write(r.stage.Config(), strings.Join(lines, ""))
	return last + 1
}

func TestSoak(t *testing.T) {
	d := soakTime(t)
	r := soaked(t, d)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	r.pawl("up", "--no-watch")
	w := r.watch()
	kills := 0
	for begin := time.Now(); time.Since(begin) < d; kills++ {
		// Kills come at every distance from what the coordinator does.
		time.Sleep(time.Duration(random.Int64N(int64(1600 * time.Millisecond))))
		w.kill()
		w = r.watch()
	}
	phases := r.shorten()
	r.until("the sequence completes", func() bool { return r.events("sequence.complete") > 0 })
	r.until("the sessions end", func() bool { return len(r.loaded().Sessions) == 0 })
	record := r.record()
	tally, err := Reconcile(context.WithoutCancel(t.Context()), r.stage, record)
	if err != nil {
		t.Fatal(err)
	}
	if len(tally.Lost)+len(tally.Twice) > 0 || tally.Signals == 0 {
		t.Errorf("of %d signals lost: %q, told twice: %q", tally.Signals, tally.Lost, tally.Twice)
	}
	if n := r.events("sequence.complete"); n != 1 {
		t.Errorf("sequence.complete was told %d times", n)
	}
	delays := record.Delays()
	slices.Sort(delays)
	t.Logf("%d kills, %d phases, %d signals, lost %d, told twice %d; push to told: median %s, slowest %s",
		kills, phases, tally.Signals, len(tally.Lost), len(tally.Twice), median(delays), delays[len(delays)-1])
	r.wantHealthy()
}

// wantHealthy checks that kills of the coordinator alone ended no session.
func (r *rig) wantHealthy() {
	r.t.Helper()
	r.ledger(func(l *ledger.Ledger) error {
		all, err := l.Events(r.t.Context(), 0, 100_000)
		for _, e := range all {
			switch e.Kind {
			case "agent.restarted", "agent.parked", "agent.conflict", "handoff.expired", "handoff.stuck":
				r.t.Errorf("event %s of %s: %v", e.Kind, e.Agent, e.Data)
			}
		}
		return err
	})
}
