package mirror

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// later makes everything in the mirror as old as two hours more.
func later(t *testing.T, m *Mirror) {
	t.Helper()
	err := filepath.Walk(m.opt.Dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		at := info.ModTime().Add(-2 * time.Hour)
		return os.Chtimes(path, at, at)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (r repo) has(dir, hash string) bool {
	_, err := r.try(dir, nil, "cat-file", "-e", hash)
	return err == nil
}

// What rewrites took away goes, but for the pinned cursor, and the number of
// packs and loose objects stays bounded.
func TestWhatNoRefReachesGoes(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	base := r.commit("base", map[string]string{"a": "1"})
	m := mirrorOf(t, r.dir)
	look(t, m)
	rewrite := func(i int) string {
		r.git("reset", "-q", "--hard", base)
		hash := r.commit(fmt.Sprint("claim: ", i), map[string]string{"a": fmt.Sprint("x", i)})
		look(t, m)
		r.in(m.opt.Dir, "repack", "-d", "-q") // each of them a pack, as after many pushes
		return hash
	}
	pinned := rewrite(0)
	if err := m.Pin(t.Context(), pinned); err != nil {
		t.Fatal(err)
	}
	gone := rewrite(1)
	for i := range packLimit - 2 {
		rewrite(i + 2)
	}
	later(t, m)
	late := rewrite(packLimit)
	last := rewrite(packLimit + 1)
	remnant := filepath.Join(m.opt.Dir, "objects", "pack", ".tmp-1-pack-x.pack")
	touch(t, remnant)
	old := time.Now().Add(-2 * remnantAge)
	if err := os.Chtimes(remnant, old, old); err != nil {
		t.Fatal(err)
	}
	look(t, m)
	if _, packs := m.unpacked(); packs != 1 {
		t.Errorf("there are %d packs", packs)
	}
	for what, c := range map[string]struct {
		hash string
		want bool
	}{"the pinned cursor": {pinned, true}, "the tip": {last, true}, "what was taken away long ago": {gone, false}, "what was taken away just now": {late, true}} {
		if r.has(m.opt.Dir, c.hash) != c.want {
			t.Errorf("%s is there: %v", what, !c.want)
		}
	}
	if _, err := os.Stat(remnant); err == nil {
		t.Error("half a pack is left")
	}
}

// A look packs at most once an hour, whatever stays loose.
func TestPackingIsNotRepeated(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit("one", nil)
	m := mirrorOf(t, r.dir)
	look(t, m)
	folder := filepath.Join(m.opt.Dir, "objects", "17")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range looseLimit {
		touch(t, filepath.Join(folder, strings.Repeat("a", 34)+fmt.Sprintf("%04d", i)))
	}
	marker := filepath.Join(m.opt.Dir, packedFile)
	look(t, m)
	first, err := os.Stat(marker)
	if err != nil {
		t.Fatal(err)
	}
	look(t, m)
	if again, err := os.Stat(marker); err != nil || !os.SameFile(first, again) {
		t.Errorf("it packed again: %v", err)
	}
	later(t, m)
	look(t, m)
	if again, err := os.Stat(marker); err != nil || os.SameFile(first, again) && time.Since(again.ModTime()) > packPause {
		t.Errorf("it did not pack later: %v", err)
	}
}

// Many pushes, every fifth of them a rewrite, go several times past what asks for
// packing. The mirror then holds little more than what its refs reach.
func TestManyPushesKeepTheMirrorSmall(t *testing.T) {
	if os.Getenv("PAWL_NIGHTLY") == "" {
		t.Skip("it takes a minute; PAWL_NIGHTLY is not set")
	}
	r := newRepo(t, "--bare")
	m := mirrorOf(t, r.dir)
	packed, most := 0, 0
	for push := range 150 {
		pushMany(t, r, push, 120)
		tip := look(t, m).Tip
		if err := m.Pin(t.Context(), tip); err != nil {
			t.Fatal(err)
		}
		loose, packs := m.unpacked()
		most = max(most, loose)
		look(t, m) // nothing is new: time to pack
		if left, after := m.unpacked(); left < loose || after < packs {
			packed++
		}
		later(t, m)
	}
	loose, packs := m.unpacked()
	all := len(strings.Fields(r.in(m.opt.Dir, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")))
	reached := strings.Count(r.in(m.opt.Dir, "rev-list", "--objects", "--all"), "\n") + 1
	t.Logf("packed %d times; loose in the sample %d, at most %d; %d packs; %d objects, %d reached", packed, loose, most, packs, all, reached)
	if packed < 2 {
		t.Errorf("it was packed %d times: too little was pushed to show anything", packed)
	}
	if most > 2*looseLimit || packs > packLimit+1 {
		t.Errorf("it grew: at most %d loose in the sample, %d packs", most, packs)
	}
	if all > reached+reached/20 {
		t.Errorf("%d objects are there and %d are reached", all, reached)
	}
}

// pushMany adds commits to origin's branch; every fifth time it takes half of
// the last ones away first.
func pushMany(t *testing.T, r repo, push, commits int) {
	t.Helper()
	var in strings.Builder
	for i := range commits {
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter C <c@example.com> %d +0000\ndata 5\nclaim\n", 1_700_000_000+push*commits+i)
		if i == 0 && push > 0 {
			back := 0
			if push%5 == 4 {
				back = commits / 2
			}
			fmt.Fprintf(&in, "from refs/heads/main~%d\n", back)
		}
		fmt.Fprintf(&in, "M 100644 inline docs/d%d/f\ndata 12\n%012d\n\n", i%30, push*commits+i)
	}
	if out, err := r.try(r.dir, strings.NewReader(in.String()), "fast-import", "--quiet", "--force"); err != nil {
		t.Fatalf("fast-import: %v\n%s", err, out)
	}
}
