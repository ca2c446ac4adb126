package ledger

import (
	"errors"
	"fmt"
	"os"
	"slices"
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

// BenchmarkPrune removes a hundred thousand events of half a million, while
// another process commits: what it reports is how long that waited at the worst.
func BenchmarkPrune(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		l, dir := fresh(b)
		put(b, l, Changes{Events: []Event{{Kind: "handoff.answered", Agent: "builder", Time: aged, Data: map[string]any{"commit": "0123456789012345678901234567890123456789"}}}})
		multiply(b, l, events.name, events.columns, 500_000)
		put(b, l, Changes{Events: []Event{{Kind: "k", Time: noon}}})
		r := Defaults(500, 20)
		r.Events, r.History = 400_000, 1000*day
		other := reopen(b, dir)
		done := make(chan error, 1)
		b.StartTimer()
		go func() {
			p, err := l.Prune(b.Context(), noon, r)
			if err == nil && p.Events < 100_000 {
				err = fmt.Errorf("removed %+v", p)
			}
			done <- err
		}()
		var waits []time.Duration
		for running := true; running; {
			for _, who := range []*Ledger{l, other} {
				begin := time.Now()
				put(b, who, Changes{Events: []Event{{Kind: "k", Time: noon}}})
				waits = append(waits, time.Since(begin))
			}
			select {
			case err := <-done:
				if err != nil {
					b.Fatal(err)
				}
				running = false
			default:
			}
		}
		slices.Sort(waits)
		b.ReportMetric(float64(waits[len(waits)-1].Microseconds())/1000, "worst-ms")
		b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "median-ms")
		if info, err := os.Stat(l.path + "-wal"); err == nil {
			b.ReportMetric(float64(info.Size())/1e6, "wal-MB")
		}
		if info, err := os.Stat(l.path); err == nil {
			b.ReportMetric(float64(info.Size())/1e6, "db-MB")
		}
	}
}

// BenchmarkPruneNothing is the hourly look at a full ledger of which nothing is old.
func BenchmarkPruneNothing(b *testing.B) {
	l, _ := fresh(b)
	bury(b, l, old)
	prune(b, l, Defaults(500, 20))
	for b.Loop() {
		if p := prune(b, l, Defaults(500, 20)); p.Total() != 0 {
			b.Fatal(p)
		}
	}
}

// BenchmarkMillion is what a pass and the lists ask for beside a million events.
func BenchmarkMillion(b *testing.B) {
	l, dir := fresh(b)
	bury(b, l, old)
	put(b, l, Changes{Events: []Event{{Kind: "k", Time: noon}}})
	if _, err := l.db.ExecContext(b.Context(), "DELETE FROM events WHERE seq > 1"); err != nil {
		b.Fatal(err)
	}
	multiply(b, l, events.name, events.columns, 1_000_000)
	put(b, l, still())
	b.Run("pass", func(b *testing.B) {
		for b.Loop() {
			loaded(b, l)
		}
	})
	b.Run("handoffs", func(b *testing.B) {
		for b.Loop() {
			if rows, err := l.Handoffs(b.Context(), true, 100); err != nil || len(rows) < 100 {
				b.Fatal(len(rows), err)
			}
		}
	})
	b.Run("open and check", func(b *testing.B) {
		for b.Loop() {
			other, err := OpenExisting(b.Context(), dir)
			if err != nil {
				b.Fatal(err)
			}
			if err := errors.Join(other.Check(b.Context()), other.Close()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("scrub", func(b *testing.B) {
		for b.Loop() {
			if err := l.Scrub(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("events", func(b *testing.B) {
		for b.Loop() {
			if rows, err := l.Events(b.Context(), 0, 100); err != nil || len(rows) != 100 {
				b.Fatal(len(rows), err)
			}
		}
	})
}
