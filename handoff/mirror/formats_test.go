package mirror

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// newRepoOf makes a repository with a format of objects and one of refs; it skips
// where git is too old for that.
func newRepoOf(t *testing.T, objects, refs string) repo {
	t.Helper()
	if err := exec.Command("git", "init", "--bare", "--quiet", "--ref-format="+refs, filepath.Join(t.TempDir(), "x")).Run(); err == nil {
		return newRepo(t, "--object-format="+objects, "--ref-format="+refs)
	}
	if refs != "files" {
		t.Skip("this git has no --ref-format, which came with 2.45")
	}
	return newRepo(t, "--object-format="+objects)
}

// Origin's formats are nobody's business but git's: a look, a range, a file, a rewrite
// and a repacked mirror are the same in all of them.
func TestFormats(t *testing.T) {
	t.Parallel()
	for _, objects := range []string{"sha1", "sha256"} {
		for _, refs := range []string{"files", "reftable"} {
			t.Run(objects+" "+refs, func(t *testing.T) {
				t.Parallel()
				r := newRepoOf(t, objects, refs)
				first := r.commit("start", map[string]string{"machine-docs/STATUS.md": "no\n"})
				if refs == "files" {
					r.git("pack-refs", "--all")
				}
				for _, url := range []string{r.dir, "file://" + r.dir} {
					m := mirrorOf(t, url)
					if l := look(t, m); l.Tip != first || l.Branch != "main" || l.Local != (refs == "files") {
						t.Fatalf("%s: %+v, want %s", url, l, first)
					}
					if _, err := os.Stat(filepath.Join(m.opt.Dir, "reftable")); err == nil {
						t.Error("the mirror's refs are no files")
					}
				}
				m := mirrorOf(t, r.dir)
				look(t, m)
				second := r.commit("claim(a): it works", map[string]string{"machine-docs/STATUS.md": "## DONE\n"})
				third := r.commit("review(a): it does", nil)
				l := look(t, m)
				for _, packed := range []bool{false, true} {
					if packed {
						r.in("", "--git-dir="+m.opt.Dir, "repack", "-a", "-d", "-q")
					}
					w, err := m.Window(t.Context(), Query{Tip: l.Tip, Cursor: first, Docs: "machine-docs", Inboxes: []string{"STATUS.md"}})
					if err != nil {
						t.Fatal(err)
					}
					var have []string
					for _, c := range w.Commits {
						have = append(have, c.Hash+" "+c.Subject)
					}
					if want := []string{second + " claim(a): it works", third + " review(a): it does"}; !slices.Equal(have, want) {
						t.Errorf("packed %v: %q, want %q", packed, have, want)
					}
					files, err := m.Files(t.Context(), l.Tip, "machine-docs", []string{"STATUS.md"})
					if err != nil {
						t.Fatal(err)
					}
					if text, err := files["STATUS.md"].Read(t.Context()); string(text) != "## DONE\n" || err != nil {
						t.Errorf("packed %v: %q, %v", packed, text, err)
					}
				}
				r.git("reset", "-q", "--hard", first)
				rewritten := r.commit("claim(a): it works", map[string]string{"b": "x"})
				if l := look(t, m); l.Tip != rewritten {
					t.Errorf("after a rewrite: %+v, want %s", l, rewritten)
				}
			})
		}
	}
}

// An origin that is made anew with other hashes is a rewritten one.
func TestTheFormatChanges(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	old := r.commit("start", map[string]string{"a": "1"})
	m := mirrorOf(t, r.dir)
	look(t, m)
	if err := os.RemoveAll(filepath.Join(r.dir, ".git")); err != nil {
		t.Fatal(err)
	}
	r.git("init", "-q", "-b", "main", "--object-format=sha256")
	tip := r.commit("claim(a): again", nil)
	if l := look(t, m); l.Tip != tip || len(tip) != sha256Digits {
		t.Fatalf("%+v, want %s", l, tip)
	}
	w, err := m.Window(t.Context(), Query{Tip: tip, Cursor: old, Lookback: 10})
	if err != nil || len(w.Commits) != 1 || w.Commits[0].Hash != tip {
		t.Errorf("%+v, %v", w.Commits, err)
	}
}

// What a torn file says it is, it is not.
func TestADamagedSHA256Object(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "--object-format=sha256")
	r.commit("start", map[string]string{"a": "1"})
	m := mirrorOf(t, r.dir)
	look(t, m)
	tip := r.commit("claim(a): x", nil)
	look(t, m)
	path := func(hash string) string { return filepath.Join(m.opt.Dir, "objects", hash[:2], hash[2:]) }
	other, err := os.ReadFile(filepath.Join(r.dir, ".git", "objects", tip[:2], tip[2:]))
	if err != nil {
		t.Fatal(err)
	}
	wrong := strings.Repeat("ab", 32)
	if err := os.MkdirAll(filepath.Dir(path(wrong)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path(wrong), other, 0o600); err != nil {
		t.Fatal(err)
	}
	reader := m.newReader()
	defer reader.close()
	if _, err := reader.readLoose(tip, maxCommit); err != nil {
		t.Errorf("the commit itself: %v", err)
	}
	if _, err := reader.readLoose(wrong, maxCommit); err == nil || !strings.Contains(err.Error(), tip) {
		t.Errorf("under another name: %v", err)
	}
}
