package mirror

import (
	"bytes"
	"strings"
	"testing"
)

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
