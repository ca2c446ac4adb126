package mirror

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInboxesAtTheTip(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	odd := "d\xff\"\\ x/IN\nBOX.md"
	cursor := r.commit("first", map[string]string{
		"docs/A.md": "letter", "A.md": "shadowed", "B.md": "at the root", "docs/C.md": " \t\n\uFEFF\u00a0\u2003\n", "docs/" + odd: "odd",
		"docs/D.md/file": "a folder", "D.md": "root, for docs/D.md is a folder", "docs/big.md": strings.Repeat(" ", maxFile+1), "x.sh": "run",
	})
	if err := os.Symlink("A.md", filepath.Join(r.dir, "docs/L.md")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(r.dir, "x.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.git("add", "-A")
	r.git("update-index", "--add", "--cacheinfo", "160000,"+cursor+",docs/S.md")
	r.git("commit", "-qm", "more")
	m := mirrorOf(t, r.dir)
	l := look(t, m)
	names := []string{"A.md", "B.md", "C.md", "D.md", "L.md", "S.md", odd, "big.md", "x.sh", "none.md", "../A.md", "/A.md", ""}
	w, err := m.Window(t.Context(), Query{Cursor: cursor, Tip: l.Tip, Docs: "docs", Inboxes: names})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range w.Inboxes {
		got = append(got, f.Path)
		if want := r.git("rev-parse", "HEAD:"+f.Path); f.Blob != want || f.Ended != "" {
			t.Errorf("%s: blob %s, want %s; ended %q", f.Path, f.Blob, want, f.Ended)
		}
	}
	want := []string{"docs/A.md", "B.md", "D.md", "docs/" + odd, "docs/big.md", "x.sh"}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("inboxes\n%q, want\n%q", got, want)
	}
}

// TestEndedIsTheLastThatTookTheLetter checks the definition on random histories
// in which a file comes, goes and turns blank.
func TestEndedIsTheLastThatTookTheLetter(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		rng := rand.New(rand.NewPCG(seed, 3))
		r := newRepo(t, "--bare")
		n := 60
		d := grow(t, r, rng, n, func(i int) string {
			switch rng.IntN(5) {
			case 0:
				return "D docs/IN.md\n"
			case 1:
				return "M 100644 inline docs/IN.md\ndata 2\n\t\n\n"
			case 2, 3:
				return fmt.Sprintf("M 100644 inline docs/IN.md\ndata 1\n%c\n", 'a'+rune(rng.IntN(3)))
			}
			return ""
		})
		holds := make([]bool, n)
		for i, h := range d.hashes {
			out, err := r.try(r.dir, nil, "cat-file", "blob", h+":docs/IN.md")
			holds[i] = err == nil && strings.TrimSpace(out) != ""
		}
		r.git("commit-graph", "write", "--reachable")
		m := adopt(r.dir, testEnv(t.TempDir()))
		index := map[string]int{}
		for i, h := range d.hashes {
			index[h] = i
		}
		ended := 0
		for range 20 {
			a, b := rng.IntN(n), rng.IntN(n)
			w, err := m.Window(t.Context(), Query{Cursor: d.hashes[a], Tip: d.hashes[b], Docs: "docs", Inboxes: []string{"IN.md"}})
			if err != nil {
				t.Fatal(err)
			}
			if (len(w.Inboxes) == 1) != holds[b] {
				t.Fatalf("%d inboxes at %d", len(w.Inboxes), b)
			}
			if !holds[b] {
				continue
			}
			want := ""
			for _, c := range w.Commits {
				for _, p := range d.parents[index[c.Hash]] {
					if holds[p] && !holds[index[c.Hash]] {
						want = c.Hash
					}
				}
			}
			if want != "" {
				ended++
			}
			if w.Inboxes[0].Ended != want {
				t.Fatalf("%d..%d ended by %q, want %q", a, b, w.Inboxes[0].Ended, want)
			}
		}
		if ended == 0 {
			t.Error("nothing ended")
		}
	}
}

func TestFilesAreReadOnDemand(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	tip := r.commit("x", map[string]string{"machine docs/S.md": "in docs", "S.md": "root", "T.md": "only root", "big": strings.Repeat("y", maxFile+5)})
	m := mirrorOf(t, r.dir)
	look(t, m)
	files, err := m.Files(t.Context(), tip, "machine docs", []string{"S.md", "T.md", "big", "none"})
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for name, want := range map[string]string{"S.md": "in docs", "T.md": "only root", "big": strings.Repeat("y", maxFile)} {
		got, err := files[name].Read(t.Context())
		if err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	if files["S.md"].Path != "machine docs/S.md" || files["T.md"].Path != "T.md" {
		t.Errorf("paths %v", files)
	}
}

func TestCompletedIsTheFirstParentCommitThatMadeItDone(t *testing.T) {
	t.Parallel()
	done := func(b []byte) bool { return bytes.Contains(b, []byte("DONE")) }
	r := newRepo(t)
	r.commit("start", map[string]string{"S.md": "open"})
	r.commit("done once", map[string]string{"S.md": "DONE"})
	reopened := r.commit("reopened", map[string]string{"S.md": "open"})
	r.git("checkout", "-qb", "side")
	r.commit("done on the side", map[string]string{"S.md": "DONE 1"})
	r.git("checkout", "-q", "main")
	r.commit("other work", map[string]string{"other": "1"})
	r.git("merge", "-q", "--no-ff", "-m", "merge", "side")
	merge := r.git("rev-parse", "HEAD")
	r.commit("more words", map[string]string{"S.md": "DONE 2"})
	r.commit("moved into docs", map[string]string{"docs/S.md": "DONE 2", "S.md": ""})
	tip := r.commit("unrelated", map[string]string{"other": "2"})
	m := mirrorOf(t, r.dir)
	look(t, m)
	for at, want := range map[string]string{tip: merge, merge: merge, reopened: ""} {
		got, err := m.Completed(t.Context(), at, "docs", "S.md", done)
		if err != nil || got != want {
			t.Errorf("completed at %s: %q, %v; want %q", at, got, err, want)
		}
	}
	first, err := m.Completed(t.Context(), tip, "docs", "other", func([]byte) bool { return true })
	if err != nil || first == "" || first == tip {
		t.Errorf("other: %q, %v", first, err)
	}
	for _, c := range []struct {
		commit, ancestor string
		want             bool
	}{{tip, merge, true}, {merge, tip, false}, {tip, tip, true}, {tip, strings.Repeat("9", 40), false}} {
		if got, err := m.Contains(t.Context(), c.commit, c.ancestor); err != nil || got != c.want {
			t.Errorf("contains %v: %v, %v", c, got, err)
		}
	}
}
