package daemon

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pawl/handoff/system"
)

// place is a runtime folder of the test's own.
func place(t *testing.T) Place {
	t.Helper()
	root := t.TempDir()
	p := Place{Root: root, Dir: filepath.Join(root, "one")}
	if err := private(p.Dir); err != nil {
		t.Fatal(err)
	}
	return p
}

func acquire(t *testing.T, p Place, origin string) *Lock {
	t.Helper()
	l, err := Acquire(p, origin, "main", "acme", Holder{PID: 42, Config: "/x/pawl.yaml", What: "watch"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestOneHolderAtATime(t *testing.T) {
	p := place(t)
	sibling := Place{Root: p.Root, Dir: filepath.Join(p.Root, "two")}
	if err := private(sibling.Dir); err != nil {
		t.Fatal(err)
	}
	first := acquire(t, p, "o")
	for name, at := range map[string]Place{"the same state directory": p, "another clone of the configuration": sibling} {
		_, err := Acquire(at, "o", "main", "acme", Holder{PID: 43, What: "tick"})
		var held *HeldError
		if !errors.As(err, &held) || held.Holder.PID != 42 || !strings.Contains(err.Error(), "pawl watch with process id 42 and /x/pawl.yaml") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What a refused one took by then is free again.
	if err := acquire(t, sibling, "another origin").Release(); err != nil {
		t.Error(err)
	}
	if err := first.Release(); err != nil {
		t.Error(err)
	}
	if err := acquire(t, p, "o").Release(); err != nil {
		t.Error(err)
	}
}

func TestPatienceWaitsForTheLock(t *testing.T) {
	p := place(t)
	first := acquire(t, p, "o")
	try := func() (*Lock, error) { return Acquire(p, "o", "main", "acme", Holder{PID: 43}) }
	begin := time.Now()
	var held *HeldError
	if _, err := AcquireWithin(t.Context(), 60*time.Millisecond, try); !errors.As(err, &held) || time.Since(begin) < 60*time.Millisecond {
		t.Errorf("without a release: %v after %s", err, time.Since(begin))
	}
	asked := make(chan struct{}, 100)
	released := make(chan error, 1)
	go func() {
		<-asked
		released <- first.Release()
	}()
	l, err := AcquireWithin(t.Context(), 10*time.Second, func() (*Lock, error) {
		l, err := try()
		asked <- struct{}{}
		return l, err
	})
	if err := errors.Join(err, <-released); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	begin = time.Now()
	again := acquire(t, p, "o")
	if _, err := AcquireWithin(ended, time.Minute, try); err == nil || time.Since(begin) > 30*time.Second {
		t.Errorf("with a context that ended: %v after %s", err, time.Since(begin))
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}

func TestThePlaceDoesNotFollowTheEnvironment(t *testing.T) {
	state := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(state, link); err != nil {
		t.Fatal(err)
	}
	one, err := NewPlace(state)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"TMPDIR", "XDG_RUNTIME_DIR", "HOME"} {
		t.Setenv(name, t.TempDir())
	}
	two, err := NewPlace(link)
	if err != nil {
		t.Fatal(err)
	}
	if one != two {
		t.Errorf("%+v and %+v", one, two)
	}
	if len(one.Socket()) > 100 {
		t.Errorf("the socket's path %q is too long for the kernel", one.Socket())
	}
	if err := os.RemoveAll(one.Dir); err != nil {
		t.Error(err)
	}
}

func TestARuntimeFolderMustBeOursAlone(t *testing.T) {
	dir := t.TempDir()
	open := filepath.Join(dir, "open")
	if err := os.Mkdir(open, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := private(open); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(open); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("it has %v, %v; want 0700", info.Mode(), err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(open, link); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, file} {
		if err := private(path); err == nil {
			t.Errorf("%s was accepted", path)
		}
	}
}

func locksIn(t *testing.T, p Place) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(p.Root, "loop-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Locks whose files come and go still have one holder at a time.
func TestReleasedLocksLeaveNothingAndHoldStill(t *testing.T) {
	p := place(t)
	var holders, taken atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		at := Place{Root: p.Root, Dir: filepath.Join(p.Root, strconv.Itoa(i))}
		if err := private(at.Dir); err != nil {
			t.Fatal(err)
		}
		branch := []string{"", "main"}[i%2]
		all.Go(func() {
			for taken.Load() < 200 {
				l, err := Acquire(at, "o", branch, "acme", Holder{PID: i})
				var held *HeldError
				if errors.As(err, &held) {
					runtime.Gosched()
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d hold the lock", n)
				}
				taken.Add(1)
				runtime.Gosched()
				holders.Add(-1)
				if err := l.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if left := locksIn(t, p); len(left) > 0 {
		t.Errorf("there are left %q", left)
	}
}

func TestALockThatIsSharedStays(t *testing.T) {
	p := place(t)
	other := Place{Root: p.Root, Dir: filepath.Join(p.Root, "two")}
	if err := private(other.Dir); err != nil {
		t.Fatal(err)
	}
	first := acquire(t, p, "o")
	second, err := Acquire(other, "o", "other", "acme", Holder{})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Release(); err != nil {
		t.Error(err)
	}
	var held *HeldError
	if _, err := Acquire(p, "o", "", "acme", Holder{}); !errors.As(err, &held) {
		t.Errorf("one that follows HEAD got beside one with a branch: %v", err)
	}
	if err := second.Release(); err != nil {
		t.Error(err)
	}
	if left := locksIn(t, p); len(left) > 0 {
		t.Errorf("there are left %q", left)
	}
}

func TestSweepRemovesWhatIsOver(t *testing.T) {
	p := place(t)
	now := time.Now().Add(deadAfter + time.Hour)
	for name, files := range map[string][]string{
		"dead": {"lock", "sock", "ledger"}, "sessions": {"lock", "p/process/session/acme-builder/state"}, "running": {"lock"}, "young": {"lock"}, "strange": {"notes"},
	} {
		for _, f := range files {
			path := filepath.Join(p.Root, name, f)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
	mine := acquire(t, p, "mine")
	running, err := os.OpenFile(filepath.Join(p.Root, "running", "lock"), os.O_RDWR, 0)
	if err == nil {
		err = system.Lock(running)
	}
	stale := filepath.Join(p.Root, "loop-stale.lock")
	if err := errors.Join(err, os.WriteFile(stale, nil, 0o600), os.Chtimes(filepath.Join(p.Root, "young", "lock"), now, now)); err != nil {
		t.Fatal(err)
	}
	if err := p.Sweep(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"dead": false, "sessions": true, "running": true, "young": true, "strange": true, "one": true} {
		if isDir(filepath.Join(p.Root, name)) != want {
			t.Errorf("folder %s is there: %v", name, !want)
		}
	}
	if left := locksIn(t, p); len(left) != 2 {
		t.Errorf("of the locks are left %q, want the two that are held", left)
	}
	if err := errors.Join(mine.Release(), running.Close()); err != nil {
		t.Error(err)
	}
}
