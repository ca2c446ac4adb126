package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestADamagedMirrorIsRebuilt(t *testing.T) {
	t.Parallel()
	remove := func(pattern string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { each(t, filepath.Join(dir, pattern), os.RemoveAll) }
	}
	write := func(pattern, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			each(t, filepath.Join(dir, pattern), func(path string) error {
				return errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte(text), 0o600))
			})
		}
	}
	for name, c := range map[string]struct {
		packed bool
		damage func(*testing.T, string)
	}{
		"all gone":             {damage: remove("")},
		"no HEAD":              {damage: remove("HEAD")},
		"no objects":           {damage: remove("objects/??")},
		"an emptied object":    {damage: write("objects/??/*", "")},
		"garbled objects":      {damage: write("objects/??/*", "garbage")},
		"a garbled tip":        {damage: write(tipRef, "nonsense\n")},
		"a tip that is not":    {damage: write(tipRef, strings.Repeat("a", 40)+"\n")},
		"a truncated pack":     {packed: true, damage: write("objects/pack/*.pack", "PACK")},
		"no pack":              {packed: true, damage: remove("objects/pack/*")},
		"no index":             {packed: true, damage: remove("objects/pack/*.idx")},
		"a lock of a dead git": {damage: func(t *testing.T, dir string) { touch(t, filepath.Join(dir, tipRef+".lock")) }},
		"another lock":         {damage: func(t *testing.T, dir string) { touch(t, filepath.Join(dir, "packed-refs.lock")) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			cursor := r.commit("one", map[string]string{"a": "1"})
			tip := r.commit("two", map[string]string{"a": "2"})
			m := mirrorOf(t, r.dir)
			look(t, m)
			if c.packed {
				r.in(m.opt.Dir, "repack", "-adq")
			}
			c.damage(t, m.opt.Dir)
			for moved := range 2 {
				q := Query{Cursor: cursor, Tip: tip}
				if _, err := m.Window(t.Context(), q); err != nil && !errors.Is(err, ErrRebuild) {
					t.Fatalf("the window: %v", err)
				}
				if moved == 1 {
					tip = r.commit("three", map[string]string{"a": "3"})
				}
				q.Tip = look(t, m).Tip
				if w, err := m.Window(t.Context(), q); err != nil || q.Tip != tip || len(w.Commits) != 1+moved {
					t.Fatalf("after the look: %d commits, %v", len(w.Commits), err)
				}
			}
			if left, err := filepath.Glob(m.opt.Dir + ".*-*"); err != nil || left != nil {
				t.Errorf("left behind: %q, %v", left, err)
			}
		})
	}
}

func each(t *testing.T, pattern string, f func(string) error) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("nothing at %s: %v", pattern, err)
	}
	for _, p := range paths {
		if err := f(p); err != nil {
			t.Fatal(err)
		}
	}
}

func touch(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestManyLooseObjectsArePacked(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	cursor := r.commit("one", map[string]string{"a": "1"})
	m := mirrorOf(t, r.dir)
	look(t, m)
	folder := filepath.Join(m.opt.Dir, "objects", "17")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range looseLimit {
		touch(t, filepath.Join(folder, fmt.Sprint("tmp_obj_", i)))
	}
	tip := r.commit("two", nil)
	look(t, m)
	look(t, m) // packing waits until there is nothing new
	if packs, err := filepath.Glob(filepath.Join(m.opt.Dir, "objects/pack/*.pack")); err != nil || len(packs) != 1 {
		t.Errorf("packs: %q, %v", packs, err)
	}
	w, err := m.Window(t.Context(), Query{Cursor: cursor, Tip: tip})
	if err != nil || len(w.Commits) != 1 {
		t.Errorf("%d commits, %v", len(w.Commits), err)
	}
}

// TestMain lets this binary be a process that looks at an origin, to be killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("MIRROR_TEST_LOOK"); dir != "" {
		_, err := New(Options{Dir: dir, URL: os.Getenv("MIRROR_TEST_URL")}).Look(context.Background())
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestAKillWhileBuildingLeavesNothingHalf(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	tip := r.commit("one", map[string]string{"a": "1"})
	url := "ssh://host" + strings.ReplaceAll(r.dir, " ", "%20")
	pid := filepath.Join(t.TempDir(), "pid")
	opt := Options{Env: testEnv(t.TempDir())}
	// The listing is answered; the fetch hangs until its other end is gone.
	stubSSH(t, `if [ ! -e "$0.once" ]; then touch "$0.once"; exec sh -c "$cmd"; fi; echo $$ >`+pid+`; exec cat >/dev/null`)(&opt)
	m := mirrorOf(t, url, stubSSH(t, `exec sh -c "$cmd"`))
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(opt.Env, "MIRROR_TEST_LOOK="+m.opt.Dir, "MIRROR_TEST_URL="+url)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, pid)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("it was not killed")
	}
	if _, err := os.Stat(m.opt.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a mirror is in place: %v", err)
	}
	if l := look(t, m); l.Tip != tip {
		t.Errorf("%+v", l)
	}
	if left, err := filepath.Glob(m.opt.Dir + ".new-*"); err != nil || left != nil {
		t.Errorf("left behind: %q, %v", left, err)
	}
	w, err := m.Window(t.Context(), Query{Tip: tip, Lookback: 9})
	if err != nil || len(w.Commits) != 1 {
		t.Errorf("%+v, %v", w, err)
	}
	killOrphan(t, pid)
}

// killOrphan ends the stub that outlived the killed process.
func killOrphan(t *testing.T, pidFile string) {
	t.Helper()
	b, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(b), &pid); err != nil {
		t.Fatal(err)
	}
	if p, err := os.FindProcess(pid); err == nil {
		if err := p.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Error(err)
		}
	}
	gone(t, pidFile)
}

func TestLooksAndWindowsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRepo(t)
	cursor := r.commit("start", map[string]string{"docs/IN.md": "x"})
	m := mirrorOf(t, r.dir)
	other := New(m.opt) // as another process would
	first := look(t, m).Tip
	var tips sync.Map
	tips.Store("tip", first)
	stop := make(chan struct{})
	var all sync.WaitGroup
	for i := range 2 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				tip, _ := tips.Load("tip")
				q := Query{Cursor: cursor, Tip: tip.(string), Docs: "docs", Inboxes: []string{"IN.md"}}
				w, err := m.Window(t.Context(), q)
				if err != nil || len(w.Inboxes) != 1 {
					t.Errorf("reader %d: %v", i, err)
					return
				}
				if err := m.Pin(t.Context(), tip.(string)); err != nil && !errors.Is(err, os.ErrExist) {
					t.Errorf("pin: %v", err)
				}
			}
		})
	}
	for i := range 9 {
		want := r.commit(fmt.Sprint("commit ", i), map[string]string{"a": fmt.Sprint(i)})
		if i == 5 {
			m.suspect.Store(true) // a rebuild under the readers
		}
		by := m
		if i%3 == 1 {
			by = other
		}
		if l := look(t, by); l.Tip != want {
			t.Errorf("look %d: %+v, want %s", i, l, want)
		}
		tips.Store("tip", want)
	}
	close(stop)
	all.Wait()
}
