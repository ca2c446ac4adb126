package mirror

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// checkContained compares what some commits contain with the truth, and says
// whether git was not needed to find it.
func checkContained(t *testing.T, m *Mirror, d dag, rng *rand.Rand) (near bool) {
	t.Helper()
	pick := func(n int) (hashes []string) {
		for range n {
			hashes = append(hashes, d.hashes[rng.IntN(len(d.hashes))])
		}
		slices.Sort(hashes)
		return slices.Compact(hashes)
	}
	ask, open := pick(1+rng.IntN(3)), pick(1+rng.IntN(4))
	if rng.IntN(2) == 0 {
		ask = open[:1] // the review of an open claim
	}
	r := m.newReader()
	defer r.close()
	_, near, err := r.near(t.Context(), slices.Concat(ask, open))
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[string][]string{}, map[string][]string{}
	if err := r.contained(t.Context(), got, ask, open); err != nil {
		t.Fatal(err)
	}
	for _, a := range ask {
		want[a] = nil
		for _, o := range open {
			if d.reaches[slices.Index(d.hashes, a)][slices.Index(d.hashes, o)] {
				want[a] = append(want[a], o)
			}
		}
	}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Fatalf("contained (near: %v)\n%v, want\n%v", near, got, want)
	}
	return near
}

// claims makes n claims on one another, and returns their hashes.
func (r repo) claims(n int) []string {
	r.t.Helper()
	var in strings.Builder
	for i := range n {
		fmt.Fprintf(&in, "commit refs/heads/main\nmark :%d\ncommitter C <c@d> %d +0000\ndata 9\nclaim(%c):\n", i+1, 1_700_000_000+i, 'a'+i%20)
		if i == 0 {
			in.WriteString("M 100644 inline docs/IN.md\ndata 2\nx\n\n")
		}
		in.WriteString("\n")
	}
	hashes := importAll(r.t, r, in.String(), n)
	r.git("reset", "-q", "--hard", "main")
	return hashes
}

func TestAReviewOfAnOpenClaimContainsTheOlderOnes(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 3, 40} {
		r := newRepo(t)
		open := r.claims(n)
		set, forks := counted(t)
		m := mirrorOf(t, r.dir, set)
		q := Query{Cursor: look(t, m).Tip, Docs: "docs", Inboxes: []string{"IN.md", "OUT.md"}}
		q.Open = append(slices.Clone(open), strings.Repeat("e", 40))
		for i := n - 1; i >= max(0, n-3); i-- { // the newest, the one before it …
			r.commit(fmt.Sprintf("review(%c): y\n\nVerdict: fail\nReviewed: %s", 'a'+i%20, open[i]), nil)
		}
		check := func(when string) {
			t.Helper()
			w, err := m.Window(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for i := n - 1; i >= max(0, n-3); i-- {
				if got := w.Older[open[i]]; open[i] != q.Cursor && !slices.Equal(got, sortedCopy(open[:i+1])) {
					t.Errorf("%s: claim %d of %d contains %d", when, i, n, len(got))
				}
			}
		}
		q.Tip = look(t, m).Tip
		forks()
		check("with a claim that is not there")
		if calls := forks(); len(calls) > 3 {
			t.Errorf("%d open claims took %q", n, calls)
		}
		q.Open = open
		check("loose")
		if calls := forks(); calls != nil {
			t.Errorf("%d loose claims took %q", n, calls)
		}
		r.in(m.opt.Dir, "repack", "-adq")
		check("packed")
		if calls := forks(); len(calls) > 4 || calls == nil { // one lists the range
			t.Errorf("%d packed claims took %q", n, calls)
		}
	}
}

// loosen unpacks what came as a pack, as if it had come in many small pushes.
func loosen(t *testing.T, r repo, m *Mirror) {
	t.Helper()
	aside := t.TempDir()
	each(t, filepath.Join(m.opt.Dir, "objects", "pack", "pack-*"), func(path string) error {
		return moveFile(path, filepath.Join(aside, filepath.Base(path)))
	})
	each(t, filepath.Join(aside, "*.pack"), func(path string) error {
		pack, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = r.try(m.opt.Dir, pack, "unpack-objects", "-q")
		return errors.Join(err, pack.Close())
	})
}

// TestTheWalkIsBounded relates commits that lie far apart.
func TestTheWalkIsBounded(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	all := r.claims(nearLimit + 5)
	m := mirrorOf(t, r.dir)
	look(t, m)
	loosen(t, r, m)
	rd := m.newReader()
	defer rd.close()
	last := len(all) - 1
	for first, want := range map[int]bool{0: false, 2: false, last - nearLimit: true, last - 1: true} {
		clear(rd.seen)
		region, near, err := rd.near(t.Context(), []string{all[last], all[first]})
		if err != nil || near != want || near && len(region) != last-first+1 {
			t.Errorf("%d commits apart: %v, %d read, %v", last-first, near, len(region), err)
		}
		got := map[string][]string{}
		err = rd.contained(t.Context(), got, []string{all[last], all[first]}, []string{all[first]})
		if err != nil || len(got[all[last]]) != 1 || len(got[all[first]]) != 1 {
			t.Errorf("%d commits apart: %v, %v", last-first, got, err)
		}
	}
	each(t, filepath.Join(m.opt.Dir, "objects", all[last-1][:2], all[last-1][2:]), func(path string) error {
		return moveFile(path, path+".aside")
	})
	if _, near, err := m.newReader().near(t.Context(), []string{all[last], all[last-2]}); near || err != nil {
		t.Errorf("a commit that is not loose was walked: %v, %v", near, err)
	}
}
