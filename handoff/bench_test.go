package handoff

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkDerive is a push of forty claims onto five hundred open handoffs.
func BenchmarkDerive(b *testing.B) {
	w := Window{Cursor: hashOf("old"), Tip: hashOf("new39"), Older: map[string][]string{}}
	in := Input{Rules: usual(), Now: time.Unix(1_800_000_000, 0)}
	for i := range 500 {
		hash := hashOf(fmt.Sprintf("known%d", i))
		in.Known = append(in.Known, Handoff{
			ID: signalID(hash, "adversary"), Agent: "adversary", Kind: Signal,
			Rule: "claim", Gate: fmt.Sprintf("old%d", i), Commit: hash, State: Taken,
		})
		w.Older[w.Cursor] = append(w.Older[w.Cursor], hash)
	}
	parent := w.Cursor
	for i := range 40 {
		c := Commit{Hash: hashOf(fmt.Sprintf("new%d", i)), Parents: []string{parent}, Subject: fmt.Sprintf("claim(new%d): done", i)}
		w.Commits, parent = append(w.Commits, c), c.Hash
	}
	in.Window = w
	b.ReportAllocs()
	for b.Loop() {
		if got := len(Derive(in).Handoffs); got != 40 {
			b.Fatalf("%d handoffs", got)
		}
	}
}
