//go:build linux

package ledger

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

// fullDisk names, in a process with a file system of its own, where that lies.
const fullDisk = "LEDGER_TEST_DISK"

// A disk that is full is no damage: what cannot be written is not written, what is
// there can be read, and once there is room it goes on.
func TestAFullDisk(t *testing.T) {
	if dir := os.Getenv(fullDisk); dir != "" {
		onFullDisk(t, dir)
		return
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), fullDisk+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Setpgid: true}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) || bytes.Contains(out, []byte(mayNotMount)) {
		if os.Getenv("PAWL_TEST_ALL") == "1" {
			t.Fatalf("a small file system cannot be made here, and PAWL_TEST_ALL=1 wants every test to run: %v\n%s", err, out)
		}
		t.Skipf("a small file system cannot be made here: %v", err)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

const mayNotMount = "it may not mount"

func onFullDisk(t *testing.T, dir string) {
	// Without this the mount would be seen outside where mounts are shared.
	err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
	if err == nil {
		err = syscall.Mount("small", dir, "tmpfs", 0, "size=8m")
	}
	if err != nil {
		t.Fatalf("%s: %v", mayNotMount, err)
	}
	l := reopen(t, dir)
	note(t, l, "before")
	want := loaded(t, l)
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 16<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk takes everything: %v", err)
	}
	full := func() error {
		return l.Edit(t.Context(), func(s *State) error {
			s.Loop.OriginError = strings.Repeat("x", 1_500_000)
			return nil
		})
	}
	for range 3 {
		if err := full(); err == nil || Damaged(err) {
			t.Fatalf("an edit on a full disk: %v", err)
		}
	}
	if got := loaded(t, l); !reflect.DeepEqual(got, want) {
		t.Errorf("it has %+v, not %+v", got, want)
	}
	if err := errors.Join(l.Check(t.Context()), l.Scrub(t.Context())); err != nil {
		t.Error(err)
	}
	if err := l.KeepWants(t.Context(), want); err == nil || Damaged(err) {
		t.Errorf("what is asked for is kept on a full disk: %v", err)
	}
	if _, err := l.Rebuild(t.Context(), errWrong, noon); err == nil || l.Lost() {
		t.Errorf("a new ledger is made on a full disk: %v, and the old one is gone: %v", err, l.Lost())
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := full(); err != nil {
		t.Errorf("with room again: %v", err)
	}
	other := reopen(t, dir)
	list, err := other.Events(t.Context(), 0, 10)
	if err != nil || len(list) != 1 || len(loaded(t, other).Loop.OriginError) != 1_500_000 {
		t.Errorf("it has %v, %v", list, err)
	}
	if err := other.Scrub(t.Context()); err != nil {
		t.Error(err)
	}
}
