//go:build linux

package sim

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/loop/control"
	"pawl/loop/daemon"
)

// enduring is how long the coordinator is watched at 50 ms a pass; PAWL_NIGHTLY asks
// for ten minutes.
func enduring(t *testing.T) time.Duration {
	t.Helper()
	switch {
	case os.Getenv("PAWL_SOAK") != "":
		return soakTime(t)
	case os.Getenv("PAWL_NIGHTLY") != "":
		return 10 * time.Minute
	}
	return 8 * time.Second
}

// sample is what a coordinator holds at a moment.
type sample struct {
	files, threads, goroutines int
	resident                   int   // KiB
	state                      int64 // bytes of the state directory
}

// TestAtFiftyMillisecondsAPass watches a real coordinator on a real origin, with
// sessions on the process launcher and, where it is there, in tmux, while a claim and
// the review of the one before come every few seconds.
func TestAtFiftyMillisecondsAPass(t *testing.T) {
	d := enduring(t)
	_, err := exec.LookPath("tmux")
	r := newRig(t, onlooking(err == nil))
	r.hurry(err == nil)
	r.up()
	w := r.watch()
	place, err := daemon.NewPlace(r.state())
	if err != nil {
		t.Fatal(err)
	}
	client := control.NewClient(place.Socket())
	var samples []sample
	last, pushes := "", 0
	for begin := time.Now(); time.Since(begin) < d || pushes < 4; pushes++ {
		last = r.handOver(pushes)
		r.hears("adversary", last)
		for next := time.Now().Add(min(3*time.Second, d/8)); time.Now().Before(next); time.Sleep(min(time.Second, d/40)) {
			samples = append(samples, w.sample(client))
		}
	}
	r.hears("adversary", last)
	r.settled()
	r.wantHealthy()
	wantFlat(t, samples, pushes)
}

// onlooking are the rules by which an agent in tmux is told of claims as well.
func onlooking(tmux bool) string {
	if !tmux {
		return ""
	}
	return `handoff:
  signals:
    claim: {subject: '^claim\b', wakes: [adversary, onlooker], answered_by: review}
    review: {subject: '^review\b', wakes: [builder], answered_by: claim}
`
}

// hurry makes the passes follow each other fast, and adds an agent in tmux.
func (r *rig) hurry(tmux bool) {
	r.t.Helper()
	text, err := os.ReadFile(r.stage.Config())
	if err != nil {
		r.t.Fatal(err)
	}
	fast := strings.NewReplacer("interval: 250ms", "interval: 50ms", "poll: 100ms", "poll: 50ms").Replace(string(text))
	if fast == string(text) {
		r.t.Fatalf("the passes of this are not made faster:\n%s", text)
	}
	if tmux {
		fast += fmt.Sprintf("  onlooker: {kind: loop, role: adversary, launcher: tmux, dir: %q}\n", filepath.Join(r.stage.Dir, "adversary"))
	}
	r.write(r.stage.Config(), fast)
	if tmux {
		r.onServer()
	}
}

// handOver pushes a review of the claim before, and once that is told a claim.
func (r *rig) handOver(n int) string {
	r.t.Helper()
	if n > 0 {
		review := r.commit(fmt.Sprintf("review(g%d): it holds\n\nVerdict: pass", n-1))
		r.push()
		r.hears("builder", review)
	}
	return r.claim(fmt.Sprintf("g%d", n))
}

// sample looks at the process from outside, and asks it for what cannot be seen.
func (w *watch) sample(c *control.Client) sample {
	w.r.t.Helper()
	pid := w.cmd.Process.Pid
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if os.IsNotExist(err) {
		w.r.t.Skip("this system does not tell what files a process has open")
	}
	if err != nil {
		w.r.t.Fatal(err)
	}
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		w.r.t.Fatal(err)
	}
	health, err := c.Health(w.r.t.Context())
	if err != nil {
		w.r.t.Fatal(err)
	}
	return sample{len(files), len(threads), health.Goroutines, w.resident(), w.r.stateSize()}
}

// stateSize is that of the state directory without the write-ahead log, which
// SQLite begins anew at about 4 MB.
func (r *rig) stateSize() (total int64) {
	r.t.Helper()
	err := filepath.WalkDir(r.state(), func(_ string, e fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // it went away meanwhile
		}
		if err != nil || e.IsDir() || strings.HasSuffix(e.Name(), "-wal") {
			return err
		}
		if info, err := e.Info(); err == nil {
			total += info.Size()
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return total
}

// wantFlat compares the last third with the one before, after a warm-up as long. The
// state directory grows by what was pushed and told, which pruning and packing even
// out in days.
func wantFlat(t *testing.T, samples []sample, pushes int) {
	t.Helper()
	third := len(samples) / 3
	if third < 2 {
		t.Fatalf("%d samples: too few to show anything", len(samples))
	}
	before, after := samples[third:2*third], samples[2*third:]
	for _, c := range []struct {
		what string
		of   func(sample) int
		room int // what comes and goes
	}{
		{"open files", func(s sample) int { return s.files }, 6},
		{"threads", func(s sample) int { return s.threads }, 4},
		{"goroutines", func(s sample) int { return s.goroutines }, 6},
		{"KiB resident", func(s sample) int { return s.resident }, 8 << 10},
	} {
		a, b := middle(before, c.of), middle(after, c.of)
		t.Logf("%s: %d, then %d", c.what, a, b)
		if b > a+c.room {
			t.Errorf("%s went from %d to %d", c.what, a, b)
		}
	}
	const perPush = 96 << 10
	grown := after[len(after)-1].state - before[0].state
	t.Logf("%d pushes; in the last two thirds the state directory grew by %d KiB to %d KiB", pushes, grown>>10, after[len(after)-1].state>>10)
	if grown > int64(pushes)*perPush {
		t.Errorf("the state directory grew by %d bytes with at most %d pushes", grown, pushes)
	}
}

// middle is the median of one number of some samples.
func middle(list []sample, of func(sample) int) int {
	var all []int
	for _, s := range list {
		all = append(all, of(s))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
