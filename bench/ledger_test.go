package bench

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"pawl/loop/ledger"
)

// BenchmarkMillionEvents is what commands take beside a ledger with a million events,
// and beside one with none.
func BenchmarkMillionEvents(b *testing.B) {
	events := 1_000_000
	if testing.Short() {
		events = 10_000
	}
	dir := scratch(b)
	repository := filepath.Join(dir, "origin.git")
	command(b, dir, "git", "init", "-q", "--bare", "-b", "main", repository)
	old := newProject(b, subfolder(b, dir, "old"), origin(repository)+twoAgents)
	young := newProject(b, subfolder(b, dir, "young"), origin(repository)+twoAgents)
	for _, p := range []*project{old, young} {
		p.pawl("tick", "--quiet")
	}
	remember(b, old, events)
	for _, words := range [][]string{{"status"}, {"handoffs"}, {"events"}, {"tick", "--quiet"}} {
		b.Run(words[0], func(b *testing.B) {
			var r race
			for b.Loop() {
				r.round(contender{name: "old", do: func() { old.pawl(words...) }}, contender{name: "young", do: func() { young.pawl(words...) }})
			}
			r.report(b, [2]string{"old", "young"})
		})
	}
}

// remember writes events of the past months into a project's ledger.
func remember(b *testing.B, p *project, events int) {
	b.Helper()
	l, err := ledger.Open(b.Context(), filepath.Join(p.dir, ".pawl"))
	if err != nil {
		b.Fatal(err)
	}
	const batch = 50_000
	list := make([]ledger.Event, batch)
	kinds := []string{"handoff.sent", "handoff.taken", "handoff.answered", "origin.moved"}
	since := time.Now().Add(-90 * 24 * time.Hour)
	for done := 0; done < events; done += batch {
		for i := range list {
			list[i] = ledger.Event{
				Time: since.Add(time.Duration(done+i) * 7 * time.Second), Kind: kinds[i%len(kinds)], Agent: [...]string{"builder", "adversary"}[i%2],
				Data: map[string]any{"commit": fmt.Sprintf("%040x", done+i), "gate": fmt.Sprint("gate", i%100)},
			}
		}
		if err := l.AddEvents(b.Context(), list[:min(batch, events-done)]...); err != nil {
			b.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
}
