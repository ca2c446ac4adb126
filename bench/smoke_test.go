package bench

import (
	"flag"
	"testing"
)

// TestSmoke runs one round of what is cheap: that the benchmarks work, and tell what
// the table is made of.
func TestSmoke(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	rounds := flag.Lookup("test.benchtime")
	before := rounds.Value.String()
	if err := rounds.Value.Set("1x"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rounds.Value.Set(before); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // a machine that keeps no history yet
	for name, run := range map[string]struct {
		do    func(*testing.B)
		tells []string
	}{
		"claim": {claimOnce, []string{"pawl-ms", "log-ms", "fetch-ms", "ref-ms", "pawl/log-q2"}},
		"range": {func(b *testing.B) { newCommits(b, 100, 3) }, []string{"pawl-ms", "log-ms", "pawl/log-q2"}},
		"told":  {toldOnce, []string{"hook-ms"}},
	} {
		got := testing.Benchmark(run.do)
		if got.N != 1 {
			t.Errorf("%s: it failed; go test -bench says how", name)
		}
		for _, unit := range run.tells {
			if got.Extra[unit] <= 0 {
				t.Errorf("%s: %s is %v", name, unit, got.Extra[unit])
			}
		}
	}
}

func claimOnce(b *testing.B) {
	f := newField(b, 100)
	p := newProject(b, f.dir, origin(f.origin)+twoAgents)
	p.pawl("tick")
	p.start()
	claimWarm(b, f, p)
}

func toldOnce(b *testing.B) {
	t := newTelling(b)
	t.byPawl("process", origin(t.origin)).pawl("hooks", "install", t.origin)
	var r race
	for b.Loop() {
		r.note("hook", t.told())
	}
	r.report(b)
}
