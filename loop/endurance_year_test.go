//go:build linux

package loop

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"pawl/internal/need"
	"pawl/loop/launcher/logfile"
)

// A year of running neither fills the disk nor slows a pass. By default it is a
// few days, which shows that this test works; PAWL_NIGHTLY asks for the year.
func TestAYearNeitherFillsTheDiskNorSlowsAPass(t *testing.T) {
	need.Unraced(t)
	young, old, rounds := 1, 2, 15
	if nightly() {
		young, old, rounds = 7, 365, 40
	}
	synctest.Test(t, func(t *testing.T) {
		f := newFarm(t)
		defer f.close()
		f.live(old)
		young := grown(t, young)
		defer young.close()
		f.wantSmall(old)
		f.wantAsFastAs(young, rounds)
	})
}

func nightly() bool { return os.Getenv("PAWL_NIGHTLY") != "" }

func grown(t *testing.T, days int) *farm {
	f := newFarm(t)
	f.live(days)
	return f
}

// wantSmall checks the size of each part of the state directory, in bytes.
func (f *farm) wantSmall(days int) {
	f.t.Helper()
	agents := int64(len(f.config().Agents))
	sizes := f.sizes()
	perDay := int64(days) * 6_000_000 // what comes of a day, until retention evens it out
	for part, most := range map[string]int64{
		"state.db":     min(400<<20, perDay),
		"state.db-wal": 16 << 20,
		"origin.git":   3*f.reached() + 128<<20,
		"logs":         agents*2*(logfile.Limit+1<<20) + 2*(logfile.Limit+1<<20),
		"prompts":      agents * (promptsKept + 30) * 8 << 10,
		"rest":         1 << 20,
	} {
		if sizes[part] > most {
			f.t.Errorf("after %d days %s has %d bytes, want at most %d", days, part, sizes[part], most)
		}
	}
	mb := func(n int64) float64 { return float64(n) / (1 << 20) }
	f.t.Logf("days %d, commits %d, passes %d, sessions %d, told %d; MB: state.db %.1f, wal %.1f, origin.git %.1f (a fresh clone %.1f), logs %.1f, prompts %.2f, rest %.3f",
		days, f.line.made, f.passes, f.ward.started+f.drawn.started, f.ward.told+f.drawn.told, mb(sizes["state.db"]), mb(sizes["state.db-wal"]),
		mb(sizes["origin.git"]), mb(f.reached()), mb(sizes["logs"]), mb(sizes["prompts"]), mb(sizes["rest"]))
}

// sizes are those of the parts of the state directory, in blocks of the disk.
func (f *farm) sizes() map[string]int64 {
	f.t.Helper()
	out := map[string]int64{}
	known := []string{"state.db", "state.db-wal", "origin.git", "logs", "prompts"}
	err := filepath.WalkDir(f.state(), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		within, err := filepath.Rel(f.state(), path)
		if err != nil {
			return err
		}
		part, _, _ := strings.Cut(within, string(filepath.Separator))
		if !slices.Contains(known, part) {
			part = "rest"
		}
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return err
		}
		out[part] += st.Blocks * 512
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return out
}

// reached is the size of a fresh mirror of the branch, packed.
func (f *farm) reached() int64 {
	f.t.Helper()
	dir := f.t.TempDir()
	if _, err := git(f.t.Context(), dir, "", "clone", "-q", "--bare", "--no-local", "--single-branch", "--branch", "main", f.line.dir, "c.git"); err != nil {
		f.t.Fatal(err)
	}
	var total int64
	packs, err := filepath.Glob(filepath.Join(dir, "c.git", "objects", "pack", "*"))
	if err != nil {
		f.t.Fatal(err)
	}
	for _, path := range packs {
		info, err := os.Stat(path)
		if err != nil {
			f.t.Fatal(err)
		}
		total += info.Size()
	}
	return total
}

// cost is what a pass takes: of a clock outside of the bubble, and of processors,
// its git processes' included.
type cost struct{ wall, cpu time.Duration }

// pace is what passes cost: one with nothing to do, and a look and a pass with a claim.
type pace struct{ idle, claim []cost }

// wantAsFastAs measures passes of both farms in turn: neither is favoured by what
// else the machine does. What is held against each other is time of processors, for
// that one depends on others the least.
func (f *farm) wantAsFastAs(young *farm, rounds int) {
	f.t.Helper()
	const slower = 1.5
	var old, new pace
	for range rounds {
		old.add(f)
		new.add(young)
	}
	for _, c := range []struct {
		what     string
		old, new []cost
	}{{"an idle pass", old.idle, new.idle}, {"a look and a pass with a claim", old.claim, new.claim}} {
		a, b := middle(c.old), middle(c.new)
		ratio := float64(a.cpu) / float64(b.cpu)
		f.t.Logf("%s takes %s (%s of processors), on a young ledger %s (%s): ratio %.2f", c.what, a.wall, a.cpu, b.wall, b.cpu, ratio)
		if ratio > slower {
			f.t.Errorf("%s takes %.2f times what it takes on a young ledger, want at most %.1f", c.what, ratio, slower)
		}
	}
}

// add measures one pass of the one kind and some of the other.
func (p *pace) add(f *farm) {
	f.t.Helper()
	s := &stream{}
	f.line.commit(s, time.Now(), "claim(pace): it works", f.line.file("src/pace.go"))
	f.line.move(f.line.write(s)[0])
	p.claim = append(p.claim, measured(f.t, func() { f.pass(true) }))
	for range 4 { // what was told is taken
		time.Sleep(5 * time.Second)
		f.pass(false)
	}
	for range 5 {
		p.idle = append(p.idle, measured(f.t, func() { f.pass(false) }))
	}
}

// measured is what do costs.
func measured(t testing.TB, do func()) cost {
	t.Helper()
	begin, used := monotonic(t), processors(t)
	do()
	return cost{monotonic(t) - begin, processors(t) - used}
}

func monotonic(t testing.TB) time.Duration {
	t.Helper()
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		t.Fatal(err)
	}
	return time.Duration(now.Nano())
}

func processors(t testing.TB) (used time.Duration) {
	t.Helper()
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var u unix.Rusage
		if err := unix.Getrusage(who, &u); err != nil {
			t.Fatal(err)
		}
		used += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return used
}

// middle is the median of each.
func middle(list []cost) cost {
	var wall, cpu []time.Duration
	for _, c := range list {
		wall, cpu = append(wall, c.wall), append(cpu, c.cpu)
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	return cost{wall[len(wall)/2], cpu[len(cpu)/2]}
}
