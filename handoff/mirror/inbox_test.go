package mirror

import (
	"fmt"
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
