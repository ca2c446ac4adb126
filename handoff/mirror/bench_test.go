package mirror

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"testing"
)

// aged is an origin with n commits, its mirror, and one commit more that was
// just fetched; the old ones are packed.
func aged(b *testing.B, n int) (m *Mirror, old, cursor, tip string) {
	b.Helper()
	if n > 10_000 && testing.Short() {
		b.Skip("a large history")
	}
	r := newRepo(b, "--bare")
	in, out := io.Pipe()
	go func() {
		w := bufio.NewWriter(out)
		for i := range n {
			fmt.Fprintf(w, "commit refs/heads/main\nmark :%d\ncommitter C <c@d> %d +0000\ndata 14\nclaim(g): work\nM 100644 inline docs/f%d\ndata 2\n%d\n\n\n",
				i+1, 1_600_000_000+i, i%100, i%10)
		}
		// A failed write shows as fast-import's own failure.
		out.CloseWithError(w.Flush())
	}()
	if said, err := r.try(r.dir, in, "fast-import", "--quiet"); err != nil {
		b.Fatalf("fast-import: %v\n%s", err, said)
	}
	m = mirrorOf(b, r.dir)
	look(b, m)
	r.in(m.opt.Dir, "repack", "-adq")
	cursor = r.git("rev-parse", "main")
	old = r.git("rev-parse", fmt.Sprintf("main~%d", min(n-1, 5000)))
	work := repo{b, filepath.Join(b.TempDir(), "work")}
	work.in("", "clone", "-q", "--no-checkout", "--shared", r.dir, work.dir)
	work.git("read-tree", "HEAD")
	work.git("commit", "-q", "--allow-empty", "-m", "claim(x): y")
	work.git("push", "-q", "origin", "HEAD:main")
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
					w, err := m.Window(context.Background(), Query{Cursor: cursor, Tip: tip, Docs: "docs", Inboxes: []string{"IN.md", "f1"}})
					if err != nil || len(w.Commits) != 1 || len(w.Inboxes) != 1 {
						b.Fatal(len(w.Commits), err)
					}
				}
			})
			b.Run("window of 5000", func(b *testing.B) {
				for b.Loop() {
					if _, err := m.Window(context.Background(), Query{Cursor: old, Tip: tip, Docs: "docs", Inboxes: []string{"IN.md", "f1"}}); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("without memory", func(b *testing.B) {
				for b.Loop() {
					if _, err := m.Window(context.Background(), Query{Tip: tip, Lookback: 500, Docs: "docs", Inboxes: []string{"f1"}}); err != nil {
						b.Fatal(err)
					}
				}
			})
			for name, from := range map[string]string{"rev-list of one": cursor, "rev-list of 5000": old} {
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
