package bench

import (
	"fmt"
	"path/filepath"
	"testing"

	"pawl/handoff/mirror"
)

// BenchmarkRange is what the mirror does with 1 and with 1,000 new commits on a long
// history: fetch, order, read. Beside it are git's fetch and log of the same.
func BenchmarkRange(b *testing.B) {
	for _, n := range []int{10_000, 200_000} {
		for _, fresh := range []int{1, 1000} {
			b.Run(fmt.Sprint(n, "/", fresh), func(b *testing.B) { newCommits(b, n, fresh) })
		}
	}
}

func newCommits(b *testing.B, n, fresh int) {
	f := newField(b, n)
	m := mirror.New(mirror.Options{Dir: filepath.Join(f.dir, "mirror.git"), URL: f.origin, Branch: "main"})
	if _, err := m.Look(b.Context()); err != nil {
		b.Fatal(err)
	}
	var r race
	for b.Loop() {
		f.grow(fresh)
		r.round(contender{name: "pawl", do: func() {
			look, err := m.Look(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			w, err := m.Window(b.Context(), mirror.Query{Cursor: f.old, Tip: look.Tip, Docs: "docs", Inboxes: []string{"BUILDER-INBOX.md", "ADVERSARY-INBOX.md"}})
			if err != nil || len(w.Commits) != fresh {
				b.Fatal(len(w.Commits), err)
			}
		}}, contender{name: "log", do: f.fetchAndLog})
	}
	r.report(b, [2]string{"pawl", "log"})
}

// BenchmarkBuild is the mirror's first build beside a plain clone of the branch. Both
// get the history as they would from another machine: packed and sent.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{100, 10_000, 200_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := newField(b, n)
			var r race
			for i := 0; b.Loop(); i++ {
				mirrored, cloned := filepath.Join(f.dir, fmt.Sprint("mirror", i)), filepath.Join(f.dir, fmt.Sprint("clone", i))
				r.round(contender{name: "pawl", do: func() {
					m := mirror.New(mirror.Options{Dir: mirrored, URL: f.origin, Branch: "main"})
					if look, err := m.Look(b.Context()); err != nil || !look.Rebuilt {
						b.Fatal(look, err)
					}
				}}, contender{name: "clone", do: func() {
					f.clone(filepath.Base(cloned), "--no-local")
				}})
				command(b, f.dir, "rm", "-rf", mirrored, cloned)
			}
			r.report(b, [2]string{"pawl", "clone"})
		})
	}
}
