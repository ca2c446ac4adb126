package mirror

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pawl/handoff"
)

var letterPaths = []string{"docs/IN.md", "IN.md"}

// mail is a random history in which a watched file comes, goes and turns blank
// at both of its paths.
type mail struct {
	dag
	index map[string]int
	full  [][2]bool // by commit and path: a letter is there
	first []int     // by commit: which path has a file, blank or not; 2: none
}

func newMail(t *testing.T, r repo, rng *rand.Rand, n int) mail {
	t.Helper()
	d := grow(t, r, rng, n, func(int) string {
		var b strings.Builder
		for _, p := range letterPaths {
			switch rng.IntN(6) {
			case 0:
				fmt.Fprintf(&b, "D %s\n", p)
			case 1:
				fmt.Fprintf(&b, "M 100644 inline %s\ndata 2\n\t\n\n", p)
			case 2, 3:
				fmt.Fprintf(&b, "M 100644 inline %s\ndata 1\n%c\n", p, 'a'+rune(rng.IntN(3)))
			}
		}
		return b.String()
	})
	m := mail{dag: d, index: map[string]int{}, full: make([][2]bool, n), first: make([]int, n)}
	var names strings.Builder
	for i, h := range d.hashes {
		m.index[h], m.first[i] = i, len(letterPaths)
		for _, p := range letterPaths {
			fmt.Fprintf(&names, "%s:%s\n", h, p)
		}
	}
	said, err := r.try(r.dir, strings.NewReader(names.String()), "cat-file", "--batch-check=%(objectsize)")
	if err != nil {
		t.Fatal(said)
	}
	for at, line := range strings.Split(said, "\n") {
		i, p := at/len(letterPaths), at%len(letterPaths)
		m.full[i][p] = line == "1" // a blank one has two bytes
		if !strings.HasSuffix(line, "missing") {
			m.first[i] = min(m.first[i], p)
		}
	}
	return m
}

// inboxes is the truth about a window, from the definition.
func (m mail) inboxes(w handoff.Window, cursor, tip int) (out []string, stats map[string]int) {
	stats = map[string]int{}
	for p, path := range letterPaths {
		ended := ""
		for _, c := range w.Commits {
			i := m.index[c.Hash]
			took := !m.full[i][p] && slices.ContainsFunc(m.parents[i], func(q int) bool { return m.full[q][p] })
			switch {
			case took && !w.Rewritten && cursor >= 0 && !m.reaches[i][cursor]:
				stats["beside the cursor"]++
			case took:
				ended = c.Hash
			}
		}
		switch {
		case m.full[tip][p] && m.first[tip] == p:
			out = append(out, path+" is there, ended "+ended)
			stats["there"]++
		case m.full[tip][p]:
			stats["hidden"]++
		case ended != "":
			out = append(out, path+" is gone, ended "+ended)
			stats["gone"]++
		}
	}
	return out, stats
}

// TestInboxesOnRandomHistories checks Window.Inboxes against its definition.
func TestInboxesOnRandomHistories(t *testing.T) {
	t.Parallel()
	stats := map[string]int{}
	for seed := range uint64(2) {
		rng := rand.New(rand.NewPCG(seed, 3))
		r := newRepo(t, "--bare")
		n := 60
		d := newMail(t, r, rng, n)
		r.git("commit-graph", "write", "--reachable")
		m := adopt(r.dir, testEnv(t.TempDir()))
		for range 25 {
			cursor, tip := rng.IntN(n+n/4)-n/4, rng.IntN(n)
			for try := rng.IntN(n); try > 0 && cursor >= 0 && !d.reaches[tip][cursor]; try-- {
				cursor = rng.IntN(tip + 1) // mostly no rewrite
			}
			q := Query{Tip: d.hashes[tip], Lookback: 20, Docs: "docs", Inboxes: []string{"IN.md"}}
			if cursor >= 0 {
				q.Cursor = d.hashes[cursor]
			}
			w, err := m.Window(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range w.Inboxes {
				state := "there"
				if f.Blob == "" {
					state = "gone"
				} else if at := r.git("rev-parse", q.Tip+":"+f.Path); at != f.Blob || f.Name != "IN.md" {
					t.Fatalf("%+v, want blob %s", f, at)
				}
				got = append(got, fmt.Sprintf("%s is %s, ended %s", f.Path, state, f.Ended))
			}
			want, met := d.inboxes(w, cursor, tip)
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, %d..%d:\n%q, want\n%q", seed, cursor, tip, got, want)
			}
			for k, v := range met {
				stats[k] += v
			}
			if w.Rewritten {
				stats["rewritten"]++
			}
		}
	}
	for _, k := range []string{"there", "gone", "hidden", "beside the cursor", "rewritten"} {
		if stats[k] < 3 {
			t.Errorf("%q was met %d times only: %v", k, stats[k], stats)
		}
	}
}

// TestAnOldBranchThatDeletedAnotherLetterEndsNothing merges a side branch from
// before the cursor.
func TestAnOldBranchThatDeletedAnotherLetterEndsNothing(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	base := r.commit("first letter", map[string]string{"docs/IN.md": "first"})
	r.git("checkout", "-qb", "side")
	side := r.commit("read it", map[string]string{"docs/IN.md": ""})
	r.git("checkout", "-q", "main")
	cursor := r.commit("second letter", map[string]string{"docs/IN.md": "second"})
	m := mirrorOf(t, r.dir)
	look(t, m)
	r.git("merge", "-q", "-s", "ours", "-m", "merge", "side")
	ended := func(cursor string) []handoff.InboxFile {
		w, err := m.Window(t.Context(), Query{Cursor: cursor, Tip: look(t, m).Tip, Lookback: 9, Docs: "docs", Inboxes: []string{"IN.md"}})
		if err != nil {
			t.Fatal(err)
		}
		return w.Inboxes
	}
	if got := ended(cursor); len(got) != 1 || got[0].Blob == "" || got[0].Ended != "" {
		t.Errorf("after the cursor: %+v", got)
	}
	for name, before := range map[string]string{"without a cursor": "", "before the branch": base} {
		if got := ended(before); len(got) != 1 || got[0].Ended != side {
			t.Errorf("%s: %+v, want the end %s", name, got, side)
		}
	}
	r.git("reset", "-q", "--hard", side)
	if got := ended(cursor); len(got) != 1 || got[0].Blob != "" || got[0].Ended != side {
		t.Errorf("after a rewrite: %+v, want the end %s", got, side)
	}
}

func TestALetterThatMovesIsGoneWhereItWas(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	cursor := r.commit("letter", map[string]string{"IN.md": "x", "OUT.md": "y", "docs/OUT.md": "z", "a/b/DEEP.md": "d", "docs-x": "1", "docs.md": "2"})
	moved := r.commit("move", map[string]string{"IN.md": "", "docs/IN.md": "x", "a/b/DEEP.md": "", "docs-x": ""})
	blanked := r.commit("blank", map[string]string{"docs/OUT.md": "\n"})
	set, forks := counted(t)
	m := mirrorOf(t, r.dir, set)
	tip := look(t, m).Tip
	forks()
	names := []string{"IN.md", "OUT.md", "a/b/DEEP.md", "docs-x", "docs.md", "none"}
	w, err := m.Window(t.Context(), Query{Cursor: cursor, Tip: tip, Docs: "docs", Inboxes: names})
	if err != nil {
		t.Fatal(err)
	}
	want := []handoff.InboxFile{
		{Name: "IN.md", Path: "docs/IN.md", Blob: r.git("rev-parse", "HEAD:docs/IN.md")},
		{Name: "IN.md", Path: "IN.md", Ended: moved},
		{Name: "OUT.md", Path: "docs/OUT.md", Ended: blanked},
		{Name: "a/b/DEEP.md", Path: "a/b/DEEP.md", Ended: moved},
		{Name: "docs-x", Path: "docs-x", Ended: moved},
		{Name: "docs.md", Path: "docs.md", Blob: r.git("rev-parse", "HEAD:docs.md")},
	}
	if !slices.Equal(w.Inboxes, want) {
		t.Errorf("inboxes\n%+v, want\n%+v", w.Inboxes, want)
	}
	if calls := forks(); calls != nil {
		t.Errorf("loose commits took %q", calls)
	}
}
