package mirror

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// counted puts a git before the real one that logs the processes it starts.
func counted(t testing.TB) (func(*Options), func() []string) {
	t.Helper()
	real, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	script := fmt.Sprintf("#!/bin/sh\necho \"$*\" >>%q\nexec %q \"$@\"\n", log, real)
	if err := os.WriteFile(filepath.Join(dir, "git"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	set := func(o *Options) { o.Env = append([]string{"PATH=" + dir + ":" + os.Getenv("PATH")}, o.Env[1:]...) }
	return set, func() []string {
		b, err := os.ReadFile(log)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err := errors.Join(err, os.Remove(log)); err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(b)), "\n")
	}
}

func TestLocalOriginsAreReadWithoutGit(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	tip := r.commit("one", map[string]string{"a": "1"})
	bare := filepath.Join(t.TempDir(), "bare.git")
	r.git("clone", "-q", "--bare", r.dir, bare)
	packed := filepath.Join(t.TempDir(), "packed.git")
	r.git("clone", "-q", "--bare", r.dir, packed)
	r.in(packed, "pack-refs", "--all")
	tree := filepath.Join(t.TempDir(), "tree")
	r.git("worktree", "add", "-q", "-b", "side", tree)
	r.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
	for name, c := range map[string]struct{ url, repo, branch, wantBranch string }{
		"with a .git folder": {url: r.dir, wantBranch: "main"},
		"its .git folder":    {url: r.dir + "/.git", wantBranch: "main"},
		"bare":               {url: bare, wantBranch: "main"},
		"packed refs":        {url: packed, wantBranch: "main"},
		"linked worktree":    {url: tree, wantBranch: "side"},
		"file url":           {url: "file://" + strings.ReplaceAll(r.dir, " ", "%20"), wantBranch: "main"},
		"relative":           {url: "./" + filepath.Base(r.dir), repo: filepath.Dir(r.dir), wantBranch: "main"},
		"symbolic branch":    {url: r.dir, branch: "alias", wantBranch: "alias"},
	} {
		set, forks := counted(t)
		m := mirrorOf(t, c.url, set, func(o *Options) { o.Repo, o.Branch = c.repo, c.branch })
		want := Look{URL: mask(c.url), Branch: c.wantBranch, Tip: tip, Local: true, Fetched: true, Rebuilt: true}
		if c.repo != "" {
			want.URL = filepath.Join(c.repo, c.url)
		}
		if got := look(t, m); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		forks()
		want.Fetched, want.Rebuilt = false, false
		if got := look(t, m); got != want {
			t.Errorf("%s, again: %+v", name, got)
		}
		if calls := forks(); calls != nil {
			t.Errorf("%s: an unchanged look ran %q", name, calls)
		}
	}
}

// TestAUsualPassForksOnlyTheFetch is one new commit on a packed mirror.
func TestAUsualPassForksOnlyTheFetch(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	cursor := r.commit("one", map[string]string{"docs/IN.md": "letter", "docs/x": "1"})
	set, forks := counted(t)
	m := mirrorOf(t, r.dir, set)
	l := look(t, m)
	q := Query{Tip: l.Tip, Lookback: 5, Docs: "docs", Inboxes: []string{"IN.md", "OUT.md"}}
	if _, err := m.Window(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	r.in(m.opt.Dir, "repack", "-adq")
	claim := r.commit("claim(a): b", map[string]string{"code": "1"})
	r.commit("review(a): b\n\nVerdict: pass\nReviewed: "+claim[:9], nil)
	forks()
	q.Cursor, q.Tip = cursor, look(t, m).Tip
	if calls := forks(); len(calls) != 1 || !strings.Contains(calls[0], " fetch ") {
		t.Errorf("the look ran %q", calls)
	}
	w, err := m.Window(t.Context(), q)
	if err != nil || len(w.Commits) != 2 || len(w.Inboxes) != 1 || w.Resolved[claim[:9]] != claim {
		t.Fatalf("%+v, %v", w, err)
	}
	if calls := forks(); calls != nil {
		t.Errorf("the window ran %q", calls)
	}
	if err := m.Pin(t.Context(), q.Tip); err != nil {
		t.Fatal(err)
	}
	w, err = m.Window(t.Context(), Query{Cursor: q.Tip, Tip: q.Tip, Docs: "docs", Inboxes: q.Inboxes})
	if err != nil || len(w.Commits) != 0 || len(w.Inboxes) != 1 {
		t.Fatalf("%+v, %v", w, err)
	}
	if calls := forks(); calls != nil {
		t.Errorf("pin and an unchanged window ran %q", calls)
	}
}

func TestBranches(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	set, forks := counted(t)
	for _, url := range []string{r.dir, "file://" + r.dir + "/.git/../.git"} {
		if l := look(t, mirrorOf(t, url)); l.Tip != "" || l.Branch != "main" {
			t.Errorf("an empty origin: %+v", l)
		}
	}
	m := mirrorOf(t, r.dir, set)
	first := r.commit("one", map[string]string{"a": "1"})
	if l := look(t, m); l.Tip != first || l.Branch != "main" {
		t.Errorf("its first commit: %+v", l)
	}
	r.git("checkout", "-q", "--detach")
	forks()
	if l := look(t, m); l.Branch != "main" || forks() != nil {
		t.Errorf("a branch once found is kept while HEAD is detached: %+v", l)
	}
	r.git("checkout", "-q", "main")
	r.git("branch", "-m", "trunk/x")
	if l := look(t, m); l.Branch != "trunk/x" || l.Tip != first {
		t.Errorf("a renamed branch: %+v", l)
	}
	for _, url := range []string{r.dir, "file://" + r.dir + "/.git/../.git"} {
		l, err := mirrorOf(t, url, func(o *Options) { o.Branch = "gone" }).Look(t.Context())
		if err == nil || !strings.Contains(err.Error(), `has no branch "gone"; push it, or set origin.branch`) || l.Tip != "" {
			t.Errorf("a branch that is not there: %+v, %v", l, err)
		}
	}
	for _, name := range []string{"a..b", "-x", "a b", "x.lock", "../x", "a//b", "a\x00", "*", "@", "a@{1}", strings.Repeat("x", 2000)} {
		if _, err := mirrorOf(t, r.dir, func(o *Options) { o.Branch = name }).Look(t.Context()); err == nil {
			t.Errorf("branch %q was taken", name)
		}
	}
	odd := "trunk/x'\"$(touch${IFS}pwned);é%"
	r.git("branch", "-q", odd)
	if l := look(t, mirrorOf(t, r.dir, func(o *Options) { o.Branch = odd })); l.Tip != first || l.Branch != odd {
		t.Errorf("an odd name: %+v", l)
	}
}

func TestOriginsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		filepath.Join(t.TempDir(), "none"):       "does not appear to be a git repository",
		"https://u:secret@127.0.0.1:1/x.git":     "https://***@127.0.0.1:1/x.git",
		"ext::sh -c 'touch pwned'":               "'ext' not allowed",
		"--upload-pack=touch pwned":              "",
		"a\nb":                                   "line break",
		"file://" + t.TempDir() + "/not%20there": "",
	} {
		m := mirrorOf(t, url, func(o *Options) { o.Repo = t.TempDir() })
		_, err := m.Look(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
		if _, err := m.Window(t.Context(), Query{Tip: strings.Repeat("a", 40)}); !errors.Is(err, ErrRebuild) {
			t.Errorf("%q: the window without a mirror: %v", url, err)
		}
	}
}
