package origin

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// lines are what git says of all commits, oldest first.
func (o *Origin) lines(t testing.TB, format string) []string {
	t.Helper()
	out, err := o.git.run(t.Context(), o.home(), "", "log", "--topo-order", "--reverse", "--format="+format, branchRef)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(out, "\n")
}

func subjects(commits []Commit) (out []string) {
	for _, c := range commits {
		out = append(out, c.Subject)
	}
	return out
}

// drawing is a source whose first choice of two is the one that is wanted.
func drawing(t testing.TB, want int) *rand.Rand {
	t.Helper()
	for seed := range uint64(100) {
		if rand.New(rand.NewPCG(seed, 0)).IntN(2) == want {
			return rand.New(rand.NewPCG(seed, 0))
		}
	}
	t.Fatal("no seed draws it")
	return nil
}

// history is an origin with claims, trailers, files, an author's date of long ago
// and a merge.
func history(t testing.TB) *Origin {
	t.Helper()
	o := opened(t, Path)
	c := o.clone(t)
	c.commit("one")
	c.git("commit", "-q", "--allow-empty", "--date", "@1000000000 +0300", "-m", "claim(a): it works\n\nmore\n\nPawl-Id: 1")
	c.git("checkout", "-q", "-b", "side")
	if err := os.WriteFile(filepath.Join(c.dir, "b"), []byte("b\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.git("add", "b")
	c.commit("claim(b): it works")
	c.git("checkout", "-q", "main")
	c.git("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-m", "claim(c): it works")
	c.git("merge", "-q", "--no-ff", "-m", "merge", "side")
	c.push("claim(d): it works")
	return o
}

func TestRebaseKeepsAllButHashes(t *testing.T) {
	t.Parallel()
	o := history(t)
	const format = "%s|%an|%ae|%ad|%T|%e|%(trailers:only,separator=%x2C)"
	before := o.lines(t, format)
	for name, x := range map[string]struct{ draw, n, kept, more int }{
		"committed again":    {draw: 1, n: 2, kept: 3},
		"slipped in":         {draw: 0, n: 2, kept: 3, more: 1},
		"all but the first":  {draw: 1, n: 1000, kept: 7},
		"none":               {draw: 1, n: 0},
		"a negative number":  {draw: 1, n: -3},
		"twice in a second":  {draw: 1, n: 1, kept: 1},
		"thrice in a second": {draw: 1, n: 1, kept: 1},
	} {
		was := o.lines(t, "%H")
		got, err := o.Rebase(t.Context(), drawing(t, x.draw), x.n)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		is := o.lines(t, "%H")
		if got.Old != was[len(was)-1] || got.New != is[len(is)-1] || len(got.Dropped) != 0 || (x.kept > 0) != (got.New != got.Old) {
			t.Errorf("%s: %+v", name, got)
		}
		if x.n < 1000 && len(got.Kept) != x.kept { // slips of earlier ones count as well
			t.Errorf("%s: %d kept, not %d", name, len(got.Kept), x.kept)
		}
		for from, to := range got.Kept {
			if !slices.Contains(was, from) || slices.Contains(is, from) || !slices.Contains(is, to) {
				t.Errorf("%s: %s became %s, which is not so", name, from, to)
			}
		}
		if len(is) != len(was)+x.more {
			t.Errorf("%s: %d commits became %d", name, len(was), len(is))
		}
	}
	after := slices.DeleteFunc(o.lines(t, format), func(l string) bool { return strings.HasPrefix(l, "a commit that was slipped in|") })
	slices.Sort(before)
	slices.Sort(after)
	if !slices.Equal(before, after) {
		t.Errorf("before:\n%s\nafter:\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}

func TestDrop(t *testing.T) {
	t.Parallel()
	o := history(t)
	before := o.lines(t, "%H")
	none, err := o.Drop(t.Context(), drawing(t, 0), 100, func(string) bool { return false })
	if err != nil || none.New != none.Old || len(none.Kept)+len(none.Dropped) != 0 || none.Old != before[len(before)-1] {
		t.Errorf("dropping none is %+v, %v", none, err)
	}
	// The side's commit is not of the first-parent line, and a merge stays.
	got, err := o.Drop(t.Context(), drawing(t, 1), 4, func(s string) bool { return s != "one" })
	if err != nil || !slices.Equal(subjects(got.Dropped), []string{"claim(a): it works", "claim(c): it works", "claim(d): it works"}) {
		t.Fatalf("%+v, %v", got, err)
	}
	all, err := o.Log(t.Context())
	if want := []string{"merge", "claim(b): it works", "a commit that was slipped in", "one", "the first commit"}; err != nil || !slices.Equal(subjects(all), want) {
		t.Errorf("what is left is %q, %v", subjects(all), err)
	}
	if all[0].Hash != got.New || all[0].Author != "agent" || time.Since(all[0].Committed) > time.Hour || len(got.Kept) != 2 {
		t.Errorf("%+v, kept %v", all[0], got.Kept)
	}
	// What came before the first that is dropped stays as it is, or not. Neither way
	// can what others have made on top of it be pushed as it is.
	for draw, kept := range map[int]int{0: 2, 1: 0} {
		c := o.clone(t)
		c.commit("between")
		c.commit("before")
		last := c.push("goes")
		got, err := o.Drop(t.Context(), drawing(t, draw), 3, func(s string) bool { return s == "goes" })
		if err != nil || len(got.Dropped) != 1 || got.Dropped[0].Hash != last || len(got.Kept) != kept {
			t.Errorf("draw %d: %+v, %v", draw, got, err)
		}
		c.commit("on top of what goes")
		if said, err := c.start(t.Context(), c.dir, "push", "-q", "origin", "HEAD:main")(); err == nil {
			t.Errorf("draw %d: what was dropped came back: %s", draw, said)
		}
	}
}

// pushes commits one file for each gate, and pushes until it is there.
func (c client) pushes(name string, n int) {
	for i := range n {
		subject := fmt.Sprintf("claim(%s-%d): it works", name, i)
		if err := os.WriteFile(filepath.Join(c.dir, fmt.Sprintf("%s-%d", name, i)), nil, 0o644); err != nil {
			c.Error(err)
			return
		}
		for limit := time.Now().Add(time.Minute); ; {
			for _, args := range [][]string{{"fetch", "-q"}, {"reset", "-q", "--mixed", "origin/main"}, {"add", "-A"}, {"commit", "-q", "-m", subject}} {
				if said, err := c.start(c.Context(), c.dir, args...)(); err != nil {
					c.Errorf("git %q: %v\n%s", args, err, said)
					return
				}
			}
			said, err := c.start(c.Context(), c.dir, "push", "-q", "origin", "HEAD:main")()
			if err == nil {
				break
			}
			if time.Now().After(limit) {
				c.Errorf("not pushed: %v %s", err, said)
				return
			}
		}
	}
}

func TestNothingIsLostBesideRewrites(t *testing.T) {
	t.Parallel()
	o := opened(t, Path)
	names := []string{"x", "y"}
	const each = 3
	var pushing sync.WaitGroup
	for _, name := range names {
		c := o.clone(t)
		pushing.Go(func() { c.pushes(name, each) })
	}
	done := make(chan struct{})
	go func() { pushing.Wait(); close(done) }()
	dropped := disturb(t, o, done)
	all, err := o.Log(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, s := range subjects(all) {
		times[s]++
	}
	for _, name := range names {
		for i := range each {
			s := fmt.Sprintf("claim(%s-%d): it works", name, i)
			if times[s] != 1-dropped[s] {
				t.Errorf("%s is there %d times, and was dropped %d times", s, times[s], dropped[s])
			}
		}
	}
	if out, err := o.git.run(t.Context(), o.home(), "", "fsck", "--full", "--connectivity-only"); err != nil {
		t.Errorf("fsck: %s %v", out, err)
	}
}

// disturb rewrites and packs until done, and at least each of that some times. It
// counts the commits that were dropped, by subject.
func disturb(t *testing.T, o *Origin, done <-chan struct{}) map[string]int {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	dropped, tips := map[string]int{}, map[string]bool{}
	var rounds int
	for over := false; !over || rounds < 3*len(upkeeps); rounds++ {
		select {
		case <-done:
			over = true
		case <-time.After(100 * time.Millisecond): // others must come to push
		}
		var r Rewrite
		var err error
		switch rounds % 3 {
		case 0:
			err = o.Repack(t.Context())
		case 1:
			r, err = o.Rebase(t.Context(), rng, 1+rng.IntN(5))
		case 2:
			r, err = o.Drop(t.Context(), rng, 4, func(s string) bool { return strings.HasPrefix(s, "claim(x-") })
		}
		if err != nil {
			t.Fatal(err)
		}
		tips[r.New] = true
		for _, c := range r.Dropped {
			dropped[c.Subject]++
		}
	}
	t.Logf("%d rounds, dropped %v", rounds, slices.Sorted(maps.Keys(dropped)))
	if len(dropped) == 0 || len(tips) < rounds/3 {
		t.Errorf("%d rewrites gave %d tips and dropped %d", rounds, len(tips), len(dropped))
	}
	return dropped
}

func TestLocksOfTheKilledAreRemoved(t *testing.T) {
	t.Parallel()
	o := opened(t, Path)
	c := o.clone(t)
	lock := filepath.Join(o.home(), "refs", "heads", "main.lock")
	if err := os.WriteFile(lock, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	c.commit("claim(a): it works")
	if _, err := c.start(t.Context(), c.dir, "push", "-q", "origin", "HEAD:main")(); err == nil {
		t.Fatal("a lock does not keep a push out")
	}
	if err := o.unlock(time.Now().Add(-lockAge)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(lock); err != nil {
		t.Fatalf("a young lock is gone: %v", err)
	}
	old := time.Now().Add(-2 * lockAge)
	if err := os.Chtimes(lock, old, old); err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(lock); err != nil {
			break
		}
		if time.Now().After(limit) {
			t.Fatal("an old lock stays")
		}
	}
	c.git("push", "-q", "origin", "HEAD:main")
}
