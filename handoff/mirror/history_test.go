package mirror

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// historyOf opens a test repository.
func historyOf(t testing.TB, r repo) *History {
	t.Helper()
	h, err := FindHistory(t.Context(), r.dir, "", testEnv(filepath.Dir(r.dir)))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// shape is changes as lines: path, and for each parent and the new state whether
// something is there.
func shape(t testing.TB, h *History, hashes ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := h.Changes(t.Context(), hashes, func(commit string, c Change) {
		text := ""
		for _, b := range append(slices.Clone(c.Old), c.New) {
			switch {
			case b.Mode == "":
				text += "-"
			case b.IsFile():
				text += "f"
			default:
				text += "o"
			}
		}
		out[commit+" "+c.Path] += text
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestHistoryReads looks at one repository of each kind of hash: commits, what
// they changed, merges, odd names, and content.
func TestHistoryReads(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			r := newRepo(t, "--object-format="+format)
			odd := "a \"b\"\t\xe9é.md"
			one := r.commit("claim(g): one\n\nVerdict: pass\n\nGate: g\nPawl-Agent: builder\n", map[string]string{"log.md": "a\n", odd: "x", "gone.md": "y"})
			two := r.commit("two", map[string]string{"log.md": "a\nb\n", "gone.md": ""})
			r.git("checkout", "-q", "-b", "side", one)
			side := r.commit("side", map[string]string{"side.md": "s", "log.md": "a\nc\n"})
			r.git("checkout", "-q", "main")
			if out, err := r.try(r.dir, nil, "merge", "-q", "--no-commit", "side"); err == nil {
				t.Fatalf("the merge has no conflict: %s", out)
			}
			merge := r.commit("merge", map[string]string{"log.md": "a\nb\nc\n", "new.md": "n"})

			h := historyOf(t, r)
			got := shape(t, h, one, two, side, merge)
			for key, want := range map[string]string{
				one + " log.md": "-f", one + " " + odd: "-f", two + " gone.md": "f-", two + " log.md": "ff",
				side + " side.md": "-f", merge + " log.md": "fff", merge + " new.md": "--f", merge + " side.md": "",
			} {
				if got[key] != want {
					t.Errorf("%q is %q, not %q", key, got[key], want)
				}
			}
			hashes, more, err := h.Range(t.Context(), 10, "HEAD")
			if err != nil || more || len(hashes) != 4 || hashes[0] != one || hashes[3] != merge {
				t.Errorf("the range is %v, %v, %v", hashes, more, err)
			}
			hashes, more, err = h.Range(t.Context(), 2, "HEAD")
			if err != nil || !more || len(hashes) != 2 || hashes[1] != merge {
				t.Errorf("the bounded range is %v, %v, %v", hashes, more, err)
			}
			entries, err := h.Commits(t.Context(), []string{one, merge})
			if err != nil || len(entries) != 2 || len(entries[1].Parents) != 2 {
				t.Fatalf("the commits are %+v, %v", entries, err)
			}
			first := entries[0]
			if first.Subject != "claim(g): one" || first.Trailers.Gate != "g" || first.Trailers.Agent != "builder" || !slices.Equal(first.Stray, []string{"Verdict: pass"}) {
				t.Errorf("the first commit is %+v", first)
			}
			for pair, want := range map[[2]string]bool{{merge, one}: true, {merge, side}: true, {one, one}: true, {two, side}: false} {
				if got, err := h.Contains(t.Context(), pair[0], pair[1]); err != nil || got != want {
					t.Errorf("contains %v: %v, %v", pair, got, err)
				}
			}
			if full, err := h.Commit(t.Context(), merge[:12]); err != nil || full != merge {
				t.Errorf("%s is %s, %v", merge[:12], full, err)
			}
			for _, bad := range []string{"", "nosuch", "--all", one + ":log.md", "HEAD^{tree}"} {
				if full, err := h.Commit(t.Context(), bad); !errors.Is(err, ErrUnknownCommit) {
					t.Errorf("%q is commit %q, %v", bad, full, err)
				}
			}
			var seen []string
			err = h.Subjects(t.Context(), two, 10, func(_, subject string) bool {
				seen = append(seen, subject)
				return len(seen) == 2
			})
			if err != nil || !slices.Equal(seen, []string{"two", "claim(g): one"}) {
				t.Errorf("the subjects are %q, %v", seen, err)
			}
		})
	}
}

func TestHistoryRevisions(t *testing.T) {
	r := newRepo(t)
	a := r.commit("a", nil)
	b := r.commit("b", nil)
	r.git("tag", "-a", "-m", "v", "v1", a)
	r.commit("c", map[string]string{"HEAD~1": "a file of a revision's name", "v1": "x"})
	h := historyOf(t, r)
	for text, want := range map[string]int{"v1..main": 2, "..main": 0, a + "..": 2, b: -1, "main~1": -1, "HEAD": -1, "HEAD~2": -1, "HEAD^!": 1, "v1": -1, "HEAD~1": -1} {
		revs, alone, err := h.Revisions(t.Context(), text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		hashes, _, err := h.Range(t.Context(), 100, revs...)
		if err != nil || alone != (want < 0) || !alone && len(hashes) != want {
			t.Errorf("%q is %v (alone %v), %v", text, hashes, alone, err)
		}
	}
	for _, bad := range []string{"nosuch", "a..nosuch", "--all", "-n1", "^main", "main:nosuch", "main nosuch", "\n", "main\nmain"} {
		revs, alone, err := h.Revisions(t.Context(), bad)
		if bad == "^main" && err == nil && !alone {
			continue // git's words for nothing at all
		}
		if !errors.Is(err, ErrUnknownCommit) {
			t.Errorf("%q is %v, %v", bad, revs, err)
		}
	}
}

func TestHistoryFinds(t *testing.T) {
	r := newRepo(t)
	r.commit("a", nil)
	tree := filepath.Join(filepath.Dir(r.dir), "tree")
	r.git("worktree", "add", "-q", "-b", "other", tree)
	r.in(tree, "commit", "-q", "--allow-empty", "-m", "in the worktree")
	mine := r.git("rev-parse", "other")
	env := testEnv(t.TempDir())
	for _, c := range []struct{ folder, gitDir string }{
		{tree, ""}, {r.dir, filepath.Join(r.dir, ".git", "worktrees", "tree")}, {filepath.Join(r.dir, ".git"), "worktrees/tree"},
	} {
		h, err := FindHistory(t.Context(), c.folder, c.gitDir, env)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		if head, err := h.Commit(t.Context(), "HEAD"); err != nil || head != mine {
			t.Errorf("%+v: HEAD is %s, %v", c, head, err)
		}
		if w, err := h.Mirror().Window(t.Context(), Query{Tip: mine, Lookback: 10}); err != nil || len(w.Commits) != 2 {
			t.Errorf("%+v: the window is %+v, %v", c, w, err)
		}
	}
	for _, folder := range []string{t.TempDir(), filepath.Join(tree, "nosuch")} {
		if _, err := FindHistory(t.Context(), folder, "", env); err == nil || !strings.Contains(err.Error(), "no git repository") {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

// The commits at which a shallow clone ends have parents that it lacks: git takes
// them for roots, which would make all that is there look new.
func TestHistoryShallow(t *testing.T) {
	r := newRepo(t)
	r.commit("a", map[string]string{"f": "1"})
	b := r.commit("b", map[string]string{"g": "1"})
	c := r.commit("c", map[string]string{"f": "2"})
	clone := repo{t, filepath.Join(filepath.Dir(r.dir), "shallow")}
	r.in("", "clone", "-q", "--depth=2", "file://"+r.dir, clone.dir)
	h := historyOf(t, clone)
	if !h.Shallow() || historyOf(t, r).Shallow() {
		t.Error("which one is shallow is not known")
	}
	if got := shape(t, h, b, c); len(got) != 1 || got[c+" f"] != "ff" {
		t.Errorf("the changes are %v", got)
	}
	entries, err := h.Commits(t.Context(), []string{b, c})
	if err != nil || !entries[0].Edge || entries[1].Edge {
		t.Errorf("the commits are %+v, %v", entries, err)
	}
}

func TestObjectsBegins(t *testing.T) {
	r := newRepo(t)
	big := strings.Repeat("0123456789abcdef", 300_000)
	hash := map[string]string{}
	for name, text := range map[string]string{
		"empty": "", "big": big, "longer": big + "x", "other": big[:len(big)-1] + "y" + "z", "short": "0123", "tree": "",
	} {
		out, err := r.try(r.dir, strings.NewReader(text), "hash-object", "-w", "--stdin")
		if err != nil {
			t.Fatal(err, out)
		}
		hash[name] = out
	}
	r.commit("a", map[string]string{"f": "1"})
	hash["tree"] = r.git("rev-parse", "HEAD^{tree}")
	hash["gone"] = strings.Repeat("1", 40)
	o := historyOf(t, r).Objects(t.Context())
	for _, c := range []struct {
		prefix, whole string
		want, fails   bool
	}{
		{"empty", "big", true, false}, {"big", "longer", true, false}, {"big", "other", false, false}, {"longer", "big", false, false},
		{"short", "big", true, false}, {"big", "empty", false, false}, {"big", "big", true, false},
		{"gone", "big", false, true}, {"big", "gone", false, true}, {"tree", "big", false, true}, {"short", "longer", true, false},
	} {
		got, err := o.Begins(hash[c.prefix], hash[c.whole])
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("%s begins %s: %v, %v", c.prefix, c.whole, got, err)
		}
	}
	if content, _, there, err := o.File("HEAD", "f", 10); err != nil || !there || string(content) != "1" {
		t.Errorf("f is %q, %v, %v", content, there, err)
	}
	for _, path := range []string{"nosuch", "", "a\nHEAD:f"} {
		if _, _, there, err := o.File("HEAD", path, 10); err != nil || there {
			t.Errorf("%q is there: %v, %v", path, there, err)
		}
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

func FuzzParseChange(f *testing.F) {
	zero, one := strings.Repeat("0", 40), strings.Repeat("1", 40)
	f.Add(":100644 000000 " + one + " " + zero + " D\ta b")
	f.Add("::100644 100644 100755 " + one + " " + one + " " + one + " MM\t\"a\\303\\251\\n\"")
	f.Fuzz(func(t *testing.T, line string) {
		c, err := parseChange(line)
		if err != nil {
			return
		}
		if c.Path == "" || len(c.Old) == 0 || strings.Count(line, ":") < len(c.Old) {
			t.Fatalf("%q is %+v", line, c)
		}
		for _, b := range append(c.Old, c.New) {
			if b.Mode != "" && !isObjectName(b.Hash) {
				t.Fatalf("%q has %+v", line, b)
			}
		}
	})
}
