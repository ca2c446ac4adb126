package mirror

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What processes that were killed left in the mirror goes: a fetch's half pack
// with the next fetch, the rest when it is packed.
func TestWhatKilledProcessesLeaveGoes(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit("one", nil)
	m := mirrorOf(t, r.dir)
	look(t, m)
	leave := func(age time.Duration, parts ...string) string {
		path := filepath.Join(append([]string{m.opt.Dir}, parts...)...)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		touch(t, path)
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		return path
	}
	gone := func(path string, want bool) {
		t.Helper()
		if _, err := os.Stat(path); os.IsNotExist(err) != want {
			t.Errorf("%s is gone: %v, want %v", filepath.Base(path), !want, want)
		}
	}
	torn := leave(2*defaultTimeout, "objects", "pack", "tmp_pack_abc")
	busy := leave(0, "objects", "pack", "tmp_idx_def")
	marker := leave(2*remnantAge, packedFile+".tmp-1")
	old := filepath.Dir(leave(0, "..", filepath.Base(m.opt.Dir)+".old-1", "x"))
	r.commit("two", nil)
	look(t, m)
	gone(torn, true)
	gone(busy, false)
	gone(old, false)
	for range packLimit + 1 {
		r.commit("more", nil)
		look(t, m)
		r.in(m.opt.Dir, "repack", "-d", "-q")
	}
	look(t, m)
	gone(marker, true)
	gone(old, true)
}

// Reflogs grow, and keep what was rewritten away.
func TestTheMirrorHasNoReflogs(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	r.commit("one", nil)
	home := t.TempDir()
	always := filepath.Join(home, "gitconfig")
	if err := os.WriteFile(always, []byte("[core]\n\tlogAllRefUpdates = always\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := New(Options{Dir: filepath.Join(home, "m.git"), URL: r.dir, Env: append(testEnv(home), "GIT_CONFIG_GLOBAL="+always)})
	look(t, m)
	r.commit("two", nil)
	look(t, m)
	if entries, err := os.ReadDir(filepath.Join(m.opt.Dir, "logs")); !os.IsNotExist(err) {
		t.Errorf("there are reflogs: %v, %v", entries, err)
	}
}
