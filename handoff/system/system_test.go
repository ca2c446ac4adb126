//go:build linux || darwin

package system

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A lock is one holder's, or shared, and free again when its file is closed.
func TestLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := f.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
				t.Error(err)
			}
		})
		return f
	}
	one, two := open(), open()
	for _, step := range []struct {
		what string
		err  error
		want error
	}{
		{"the first", Lock(one), nil},
		{"the second", Lock(two), ErrLocked},
		{"sharing it", LockShared(two), ErrLocked},
		{"the first shares", LockShared(one), nil},
		{"both share", LockShared(two), nil},
		{"alone beside another", Lock(one), ErrLocked},
	} {
		if !errors.Is(step.err, step.want) {
			t.Errorf("%s: %v, want %v", step.what, step.err, step.want)
		}
	}
	if err := two.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Lock(one); err != nil {
		t.Errorf("after the other closed: %v", err)
	}
}

// A group ends with what its leader started, and one that is gone is no error.
func TestGroup(t *testing.T) {
	t.Parallel()
	if err := EndGroup(exec.Command("true")); err != nil {
		t.Errorf("a child that was not started: %v", err)
	}
	for _, group := range []int{-1, 0, 1} {
		if err := SignalGroup(group, syscall.SIGTERM); err == nil {
			t.Fatalf("group %d was signalled", group)
		}
	}
	for name, own := range map[string]func(*exec.Cmd){"session": OwnSession, "group": OwnGroup} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("sh", "-c", "sleep 1000 & echo; wait")
		cmd.Stdout = w
		own(cmd)
		if err := errors.Join(cmd.Start(), w.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		if err := KillGroup(cmd); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err == nil || EndedBy(cmd.ProcessState.Sys()) != syscall.SIGKILL {
			t.Errorf("%s: it ended with %v", name, err)
		}
		for deadline := time.Now().Add(10 * time.Second); GroupRuns(cmd.Process.Pid); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: what it started still runs", name)
			}
		}
		if err := errors.Join(KillGroup(cmd), r.Close()); err != nil {
			t.Errorf("%s: once more: %v", name, err)
		}
	}
}

// What lies in a pipe is counted, and neither end waits.
func TestPipe(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in, out := int(r.Fd()), int(w.Fd())
	if err := errors.Join(SetNonblock(in, true), SetNonblock(out, true)); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(in, make([]byte, 10)); !errors.Is(err, ErrWait) {
		t.Errorf("an empty pipe: %v", err)
	}
	if ready, err := AwaitInput(0, r); err != nil || ready[0] {
		t.Errorf("an empty pipe: %v, %v", ready, err)
	}
	if n, err := Write(out, []byte("abc")); n != 3 || err != nil || !HasRoom(out) {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := Unread(in); n != 3 || err != nil {
		t.Errorf("unread: %d, %v", n, err)
	}
	if ready, err := AwaitInput(-1, r); err != nil || !ready[0] {
		t.Errorf("ready: %v, %v", ready, err)
	}
	for err = nil; err == nil; _, err = Write(out, make([]byte, 4096)) {
	}
	if !errors.Is(err, ErrWait) || HasRoom(out) {
		t.Errorf("a full pipe: %v", err)
	}
	if err := errors.Join(r.Close(), w.Close()); err != nil {
		t.Error(err)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if uid, ok := Owner(info); !ok || uid != os.Getuid() {
		t.Errorf("owner %d, %v", uid, ok)
	}
	if id, ok := Identity(info); !ok || id == "" || Number(info) == 0 {
		t.Errorf("identity %q, %v", id, ok)
	}
	if Executable(path) || !Executable("/bin/sh") || !Writable(dir) || Writable(filepath.Join(dir, "none")) {
		t.Error("what may be done is told wrongly")
	}
	if free, ok := Free(dir); !ok || free == 0 {
		t.Errorf("free: %d, %v", free, ok)
	}
	if _, ok := Free(filepath.Join(dir, "none")); ok {
		t.Error("there is room on no disk")
	}
}
