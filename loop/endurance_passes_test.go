//go:build linux

package loop

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pawl/internal/need"
)

// counting counts the passes of an engine.
type counting struct {
	*Engine
	passes atomic.Int64
}

func (c *counting) Pass(ctx context.Context, look Look) (Report, error) {
	rep, err := c.Engine.Pass(ctx, look)
	c.passes.Add(1)
	return rep, err
}

// usage is what this process holds.
type usage struct {
	files, goroutines int
	heap              uint64 // in bytes, after a collection
	resident          int    // in KiB, with what SQLite takes beside the heap
}

func (u usage) String() string {
	return fmt.Sprintf("%d files, %d goroutines, heap %.1f MB, resident %.1f MB", u.files, u.goroutines, float64(u.heap)/(1<<20), float64(u.resident)/(1<<10))
}

func inUseNow(t testing.TB) usage {
	t.Helper()
	runtime.GC()
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this system does not tell what files a process has open")
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	resident, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return usage{len(files), runtime.NumGoroutine(), mem.HeapAlloc, resident}
}

// everyClaim is how many passes lie between two pushes of a claim. The passes
// between look at origin's ref and at the sessions, and write nothing.
const everyClaim = 250

// Passes leave nothing behind in the process that runs them: a coordinator with
// twenty agents passes every 5 s, a claim comes with every 250th pass, and a session
// crashes with every thousandth. PAWL_NIGHTLY asks for a hundred thousand.
func TestPassesLeaveNothingBehind(t *testing.T) {
	need.Unraced(t)
	first, last := int64(250), int64(1_000)
	if nightly() {
		first, last = 1_000, 100_000
	}
	synctest.Test(t, func(t *testing.T) {
		f := newFarm(t)
		c := &counting{Engine: f.engine}
		coordinator := newCoordinator(c, "test")
		ended := make(chan error, 1)
		go func() { ended <- coordinator.Run(t.Context()) }()
		begin := f.passUntil(c, first)
		end := f.passUntil(c, last)
		coordinator.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		f.close()
		t.Logf("after %d passes %s; after %d %s; told %d, starts %d", first, begin, last, end, f.ward.told+f.drawn.told, f.ward.started+f.drawn.started)
		if f.ward.told == 0 {
			t.Error("nothing was told: these passes show nothing")
		}
		begin.wantHeld(t, end)
	})
}

// passUntil has claims come until so many passes have been, and says what the
// process holds then.
func (f *farm) passUntil(c *counting, passes int64) usage {
	f.t.Helper()
	interval := f.config().Supervise.Interval
	for n := 0; c.passes.Load() < passes; n++ {
		s := &stream{}
		f.line.commit(s, time.Now(), fmt.Sprintf("claim(g%d): it works", f.line.made%50), f.line.file("src/f.go"))
		f.line.move(f.line.write(s)[0])
		if n%4 == 3 {
			f.ward.crash(n)
		}
		time.Sleep(everyClaim * interval)
		synctest.Wait()
	}
	return inUseNow(f.t)
}

// wantHeld checks that later holds no more than u, but for what a runtime and an
// allocator keep in hand.
func (u usage) wantHeld(t testing.TB, later usage) {
	t.Helper()
	// What is remembered of git objects fills up to its limit of 20,000 facts.
	const heapRoom, residentRoom = 6 << 20, 24 << 10
	if later.files > u.files || later.goroutines > u.goroutines {
		t.Errorf("files went from %d to %d, goroutines from %d to %d", u.files, later.files, u.goroutines, later.goroutines)
	}
	if later.heap > u.heap+heapRoom || later.resident > u.resident+residentRoom {
		t.Errorf("the heap went from %d to %d bytes, the resident memory from %d to %d KiB", u.heap, later.heap, u.resident, later.resident)
	}
}
