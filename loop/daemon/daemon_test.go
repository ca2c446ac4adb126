package daemon

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
