package mirror

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pawl/handoff"
)

// adopt makes the repository at dir the mirror's, so that a test decides what
// is loose and what is packed.
func adopt(dir string, env []string) *Mirror { return New(Options{Dir: dir, Env: env}) }

func hashesOf(commits []handoff.Commit) []string {
	var out []string
	for _, c := range commits {
		out = append(out, c.Hash)
	}
	return out
}

func sortedCopy(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

func checkTopological(t *testing.T, commits []handoff.Commit) {
	t.Helper()
	at := map[string]int{}
	for i, c := range commits {
		at[c.Hash] = i
	}
	for i, c := range commits {
		for _, p := range c.Parents {
			if j, ok := at[p]; ok && j > i {
				t.Fatalf("commit %s stands before its parent %s", c.Hash, p)
			}
		}
	}
}

// TestRangesAreGits compares many ranges on random histories with git rev-list,
// with all commits loose, with some packed, and with all packed.
func TestRangesAreGits(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		rng := rand.New(rand.NewPCG(seed, 7))
		r := newRepo(t, "--bare")
		n := 70
		d := grow(t, r, rng, n, nil)
		// The mirror's commit-graph was written when it was built: it knows the
		// older commits only.
		half := strings.Join(d.hashes[:n/2], "\n")
		if out, err := r.try(r.dir, strings.NewReader(half), "commit-graph", "write", "--stdin-commits"); err != nil {
			t.Fatal(out)
		}
		walked, near := 0, 0
		packs := []func(){
			func() { // every object loose
				pack, err := filepath.Glob(filepath.Join(r.dir, "objects/pack/*.pack"))
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range pack {
					unpackLoose(t, r, p)
				}
			},
			func() { // the older half packed
				if out, err := r.try(r.dir, strings.NewReader(half), "pack-objects", "-q", "objects/pack/pack"); err != nil {
					t.Fatal(out)
				}
				r.git("prune-packed", "-q")
			},
			func() { r.git("repack", "-adkq") },
		}
		for _, pack := range packs {
			pack()
			m := adopt(r.dir, testEnv(t.TempDir()))
			for range 12 {
				a, b := rng.IntN(n), rng.IntN(n)
				if rng.IntN(2) == 0 {
					a, b = min(a, b), max(a, b)
				}
				rd := m.newReader()
				if found, certain, err := rd.walk(t.Context(), d.hashes[a], d.hashes[b]); err != nil {
					t.Fatal(err)
				} else if certain {
					walked++
					if got := sortedCopy(found.sorted(d.hashes[b])); !slices.Equal(got, d.minus(b, a)) {
						t.Fatalf("the walk %d..%d found %v, want %v", a, b, got, d.minus(b, a))
					}
				}
				rd.close()
				checkWindow(t, m, r, d, a, b, rng)
				if checkContained(t, m, d, rng) {
					near++
				}
			}
		}
		if walked == 0 || near == 0 {
			t.Errorf("%d ranges and %d relations were walked without git", walked, near)
		}
	}
}

// checkWindow compares one window with rev-list and with the truth.
func checkWindow(t *testing.T, m *Mirror, r repo, d dag, a, b int, rng *rand.Rand) {
	t.Helper()
	var open []string
	var openIndex []int
	for range rng.IntN(5) {
		i := rng.IntN(len(d.hashes))
		open, openIndex = append(open, d.hashes[i]), append(openIndex, i)
	}
	rewritten := !d.reaches[b][a]
	if !rewritten {
		// The caller's invariant: open commits are reachable from the cursor.
		open, openIndex = nil, nil
		for i := range d.reaches[a] {
			if rng.IntN(4) == 0 {
				open, openIndex = append(open, d.hashes[i]), append(openIndex, i)
			}
		}
	}
	w, err := m.Window(t.Context(), Query{Cursor: d.hashes[a], Tip: d.hashes[b], Open: open})
	if err != nil {
		t.Fatal(err)
	}
	// Dates as skewed as these mislead even git, unless it walks by generation.
	var fresh, gone []string
	for _, mark := range strings.Fields(r.git("rev-list", "--topo-order", "--left-right", d.hashes[a]+"..."+d.hashes[b])) {
		if hash, left := strings.CutPrefix(mark, "<"); left {
			gone = append(gone, hash)
		} else {
			fresh = append(fresh, strings.TrimPrefix(mark, ">"))
		}
	}
	if got, want := sortedCopy(hashesOf(w.Commits)), sortedCopy(fresh); !slices.Equal(got, want) || !slices.Equal(got, d.minus(b, a)) {
		t.Fatalf("range %d..%d: %d commits, git %d, truth %d", a, b, len(got), len(want), len(d.minus(b, a)))
	}
	if got, want := sortedCopy(hashesOf(w.Dropped)), sortedCopy(gone); !slices.Equal(got, want) || w.Rewritten != rewritten {
		t.Fatalf("dropped %d..%d: %d commits, git %d, rewritten %v", b, a, len(got), len(want), w.Rewritten)
	}
	checkTopological(t, w.Commits)
	checkTopological(t, w.Dropped)
	checkOlder(t, w, d, openIndex)
}

// checkOlder compares Older with the truth, for each parent outside the range.
func checkOlder(t *testing.T, w handoff.Window, d dag, open []int) {
	t.Helper()
	in := map[string]bool{}
	for _, c := range w.Commits {
		in[c.Hash] = true
	}
	outside := 0
	for _, c := range w.Commits {
		for _, p := range c.Parents {
			if in[p] {
				continue
			}
			outside++
			got, ok := w.Older[p]
			var want []string
			for _, o := range open {
				if h := d.hashes[o]; d.reaches[slices.Index(d.hashes, p)][o] && !in[h] && !slices.Contains(want, h) {
					want = append(want, h)
				}
			}
			slices.Sort(want)
			if !ok || !slices.Equal(got, want) {
				t.Fatalf("older of %s: %v (%v), want %v", p, got, ok, want)
			}
		}
	}
	if len(w.Older) > outside {
		t.Fatalf("%d keys in Older for %d parents outside", len(w.Older), outside)
	}
}

func unpackLoose(t testing.TB, r repo, pack string) {
	t.Helper()
	aside := filepath.Join(t.TempDir(), "p.pack")
	if err := moveFile(pack, aside); err != nil {
		t.Fatal(err)
	}
	f := openFile(t, aside)
	if out, err := r.try(r.dir, f, "unpack-objects", "-q"); err != nil {
		t.Fatalf("unpack: %v\n%s", err, out)
	}
}

func TestWithoutMemoryTheRangeReachesBack(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 9))
	r := newRepo(t, "--bare")
	d := grow(t, r, rng, 60, nil)
	r.git("commit-graph", "write", "--reachable")
	m := adopt(r.dir, testEnv(t.TempDir()))
	tip := len(d.hashes) - 1
	gone := strings.Repeat("d", 40)
	for _, cursor := range []string{"", gone, "no hash"} {
		for since := 0; since <= tip; since += 9 {
			w, err := m.Window(t.Context(), Query{Cursor: cursor, Tip: d.hashes[tip], Lookback: 7, Since: d.hashes[since]})
			if err != nil {
				t.Fatal(err)
			}
			want := append(d.minus(tip, since), strings.Fields(r.git("rev-list", "--topo-order", "-n7", d.hashes[tip]))...)
			slices.Sort(want)
			want = slices.Compact(want)
			if got := sortedCopy(hashesOf(w.Commits)); !slices.Equal(got, want) || w.Cursor != "" || w.Rewritten {
				t.Fatalf("since %d: %d commits, want %d; cursor %q", since, len(got), len(want), w.Cursor)
			}
			checkTopological(t, w.Commits)
		}
		if cursor != "" {
			continue
		}
		w, err := m.Window(t.Context(), Query{Tip: d.hashes[tip], Since: gone, Lookback: 3})
		if err != nil || len(w.Commits) != 3 {
			t.Fatalf("an unknown Since: %d commits, %v", len(w.Commits), err)
		}
	}
}

func TestReviewedTrailersResolve(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	old := r.commit("claim(a): closed long ago", map[string]string{"f": "1"})
	open := r.commit("claim(b): open", map[string]string{"f": "2"})
	cursor := r.commit("work", map[string]string{"f": "3"})
	inside := r.commit("claim(c): new", map[string]string{"f": "4"})
	for _, reviewed := range []string{inside[:7], strings.ToUpper(open[:12]), old, cursor[:9], strings.Repeat("e", 40), "main", "abc", old + "0"} {
		r.commit("review(x): y\n\nVerdict: fail\nReviewed: "+reviewed+"\n", nil)
	}
	m := mirrorOf(t, r.dir)
	l := look(t, m)
	w, err := m.Window(t.Context(), Query{Cursor: cursor, Tip: l.Tip, Open: []string{open}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{inside[:7]: inside, open[:12]: open, old: old, cursor[:9]: cursor}
	if fmt.Sprint(w.Resolved) != fmt.Sprint(want) {
		t.Errorf("resolved %v, want %v", w.Resolved, want)
	}
	older := map[string][]string{cursor: {open}, open: {open}, old: nil}
	if fmt.Sprint(w.Older) != fmt.Sprint(older) {
		t.Errorf("older %v, want %v", w.Older, older)
	}
}
