package mirror

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"pawl/bench/history"
)

// aged is an origin with n commits, its mirror, and one commit more that was
// just fetched; the old ones are packed.
func aged(b *testing.B, n int) (m *Mirror, old, cursor, tip string) {
	b.Helper()
	if n > 10_000 && testing.Short() {
		b.Skip("a large history")
	}
	r := repo{b, filepath.Join(b.TempDir(), "origin.git")}
	if err := history.Make(b.Context(), r.dir, n); err != nil {
		b.Fatal(err)
	}
	m = mirrorOf(b, r.dir)
	look(b, m)
	r.in(m.opt.Dir, "repack", "-adq")
	cursor = r.git("rev-parse", "main")
	old = r.git("rev-parse", fmt.Sprintf("main~%d", min(n/2, 4000)))
	if err := history.Grow(b.Context(), r.dir, "claim(x): y"); err != nil {
		b.Fatal(err)
	}
	tip = look(b, m).Tip
	return m, old, cursor, tip
}

func BenchmarkPass(b *testing.B) {
	for _, n := range []int{100, 10_000, 200_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m, old, cursor, tip := aged(b, n)
			b.Run("look unchanged", func(b *testing.B) {
				for b.Loop() {
					look(b, m)
				}
			})
			b.Run("window of one", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					w, err := m.Window(context.Background(), Query{Cursor: cursor, Tip: tip, Docs: "dir00", Inboxes: []string{"IN.md", "file01.go"}})
					if err != nil || len(w.Commits) != 1 || len(w.Inboxes) != 1 {
						b.Fatal(len(w.Commits), err)
					}
				}
			})
			b.Run("a long window", func(b *testing.B) {
				for b.Loop() {
					if _, err := m.Window(context.Background(), Query{Cursor: old, Tip: tip, Docs: "dir00", Inboxes: []string{"IN.md", "file01.go"}}); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("without memory", func(b *testing.B) {
				for b.Loop() {
					if _, err := m.Window(context.Background(), Query{Tip: tip, Lookback: 500, Docs: "dir00", Inboxes: []string{"file01.go"}}); err != nil {
						b.Fatal(err)
					}
				}
			})
			for name, from := range map[string]string{"rev-list of one": cursor, "rev-list of a long range": old} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						cmd := exec.CommandContext(b.Context(), "git", "rev-list", "--parents", from+".."+tip)
						cmd.Dir = m.opt.Dir
						if err := cmd.Run(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
