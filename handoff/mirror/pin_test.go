package mirror

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestARewriteKeepsThePinnedCursor(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	base := r.commit("base", map[string]string{"a": "1"})
	old := r.commit("claim(a): old", map[string]string{"a": "2"})
	m := mirrorOf(t, r.dir)
	look(t, m)
	if err := m.Pin(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	r.git("reset", "-q", "--hard", base)
	fresh := r.commit("claim(a): new", map[string]string{"a": "3"})
	tip := look(t, m).Tip
	r.in(m.opt.Dir, "reflog", "expire", "--expire=now", "--all")
	r.in(m.opt.Dir, "gc", "-q", "--prune=now")
	w, err := m.Window(t.Context(), Query{Cursor: old, Tip: tip, Open: []string{old, base}})
	if err != nil || !w.Rewritten || len(w.Commits) != 1 || w.Commits[0].Hash != fresh || len(w.Dropped) != 1 || w.Dropped[0].Hash != old {
		t.Fatalf("%+v, %v", w, err)
	}
	if got := fmt.Sprint(w.Older); got != fmt.Sprint(map[string][]string{base: {base}}) {
		t.Errorf("older %v", got)
	}
	if err := m.Pin(t.Context(), tip); err != nil {
		t.Fatal(err)
	}
	if got := r.in(m.opt.Dir, "rev-parse", cursorRef); got != tip {
		t.Errorf("the pin is at %s, want %s", got, tip)
	}
	for _, bad := range []string{"", "main", strings.Repeat("a", 40)} {
		if err := m.Pin(t.Context(), bad); err == nil {
			t.Errorf("pinned %q", bad)
		}
	}
}

func TestThePinOutlivesARebuild(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	cursor := r.commit("one", map[string]string{"a": "1"})
	r.commit("two", nil)
	m := mirrorOf(t, r.dir)
	look(t, m)
	if err := m.Pin(t.Context(), cursor); err != nil {
		t.Fatal(err)
	}
	each(t, filepath.Join(m.opt.Dir, "HEAD"), os.Remove)
	if l := look(t, m); !l.Rebuilt {
		t.Errorf("%+v", l)
	}
	if got := r.in(m.opt.Dir, "rev-parse", cursorRef); got != cursor {
		t.Errorf("the pin is at %s, want %s", got, cursor)
	}
}

func TestPinTakesOverTheLockOfADeadProcess(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	tip := r.commit("one", nil)
	m := mirrorOf(t, r.dir)
	look(t, m)
	lock := filepath.Join(m.opt.Dir, cursorRef+".lock")
	touch(t, lock)
	if err := m.Pin(t.Context(), tip); err == nil {
		t.Error("a fresh lock was not honoured")
	}
	old := time.Now().Add(-2 * staleLock)
	if err := os.Chtimes(lock, old, old); err != nil {
		t.Fatal(err)
	}
	if err := m.Pin(t.Context(), tip); err != nil {
		t.Error(err)
	}
}
