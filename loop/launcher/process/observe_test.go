//go:build linux || darwin

package process

import (
	"context"
	"fmt"
	"sync"
	"testing"
)

// BenchmarkObserve looks at sessions that do nothing, each of which was told
// twenty messages.
func BenchmarkObserve(b *testing.B) {
	for _, n := range []int{2, 50, 300} {
		b.Run(fmt.Sprintf("sessions=%d", n), func(b *testing.B) {
			l := New(testOptions(b))
			startMany(b, l, n)
			ctx := context.Background()
			for b.Loop() {
				all, err := l.Observe(ctx)
				if err != nil || len(all) != n {
					b.Fatalf("%d sessions, %v", len(all), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/session")
		})
	}
}

func startMany(b *testing.B, l *Launcher, n int) {
	b.Helper()
	var wg sync.WaitGroup
	free := make(chan struct{}, 8)
	for i := range n {
		name := fmt.Sprintf("acme-%d", i)
		spec := testSpec(b, l, name, "bench-"+name, "exec sleep 1000")
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			if err := l.Start(testContext(b), spec); err != nil {
				b.Error(err)
				return
			}
			j, err := openJournal(journalFile(l.layout.folder(name)))
			if err != nil {
				b.Error(err)
				return
			}
			for m := range 20 {
				if err := j.record(entry{ID: fmt.Sprintf("w%d", m), Items: []string{"h1", "h2"}}, false); err != nil {
					b.Error(err)
				}
			}
			if err := j.file.Close(); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
}
