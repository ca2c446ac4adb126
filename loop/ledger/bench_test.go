package ledger

import (
	"testing"
	"time"

	"pawl/handoff"
)

const old = 100_000

func BenchmarkLoad(b *testing.B) {
	l, _ := fresh(b)
	bury(b, l, old)
	if err := l.Commit(b.Context(), 0, still()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if s := loaded(b, l); len(s.Handoffs) != 2 {
			b.Fatal("it loads what is closed")
		}
	}
}

func BenchmarkKnown(b *testing.B) {
	l, _ := fresh(b)
	bury(b, l, old)
	c := handoff.Concern{Commits: map[string]bool{"commit0000000000000000000000000000000000000777": true}}
	for b.Loop() {
		if rows, err := l.Known(b.Context(), c); err != nil || len(rows) != 1 {
			b.Fatal(len(rows), err)
		}
	}
}

// BenchmarkCommit waits for the disk: that is what it is for.
func BenchmarkCommit(b *testing.B) {
	l, _ := fresh(b)
	bury(b, l, old)
	before := loaded(b, l)
	n := 0
	for b.Loop() {
		after := before.Clone()
		n++
		after.Loop.FetchedAt = time.Unix(int64(n), 0)
		after.Events = []Event{{Kind: "origin.moved"}}
		if err := l.Commit(b.Context(), 0, Diff(before, after)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNothing is the commit of a pass that has nothing to write.
func BenchmarkNothing(b *testing.B) {
	l, _ := fresh(b)
	for b.Loop() {
		if err := l.Commit(b.Context(), 0, Changes{}); err != nil {
			b.Fatal(err)
		}
	}
}
