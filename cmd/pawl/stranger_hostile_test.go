//go:build linux

package main

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pawl/loop/daemon"
)

// stranger is the user that files belong to whom nobody trusts.
const stranger = 65534

// needRoot skips a test that has to become another user; with PAWL_TEST_ALL=1 that
// is a failure.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() == 0 {
		return
	}
	if os.Getenv("PAWL_TEST_ALL") == "1" {
		t.Fatal("PAWL_TEST_ALL=1 wants every test to run, and this one needs root")
	}
	t.Skip("it takes root to become another user")
}

// asStranger runs f on a thread of its own that is another user's, as far as files
// and sockets are concerned. The thread ends with it.
func asStranger(t *testing.T, f func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: nobody else gets this thread
		_, _, groups := unix.RawSyscall(unix.SYS_SETGROUPS, 0, 0, 0)
		_, _, group := unix.RawSyscall(unix.SYS_SETRESGID, stranger, stranger, stranger)
		_, _, user := unix.RawSyscall(unix.SYS_SETRESUID, stranger, stranger, stranger)
		for _, errno := range []syscall.Errno{groups, group, user} {
			if errno != 0 {
				done <- errno
				return
			}
		}
		f()
		done <- nil
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// openFolder is a folder that everybody can enter, which t.TempDir's are not.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "shared")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

const strangerYAML = `version: 1
project: stranger
origin: {url: /nowhere.git}
supervise: {interval: 200ms}
adapters: {script: {command: [sh, -c, "while read -r line; do echo $line; done"]}}
defaults: {adapter: script, launcher: process}
launchers: {tmux: {type: tmux, socket: DIR/sock}}
agents:
  one: {kind: persistent, prompt: private, env: {API_TOKEN: private}}
`

func pawlIn(t *testing.T, dir, script string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(withoutGit(os.Environ()), "WORK="+dir, "GORACE=atexit_sleep_ms=0", "PAWL_CONFIG=")
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// A loop that was started with the most careless umask lets no other user see or
// reach anything of it.
func TestAStrangerReachesNothing(t *testing.T) {
	needRoot(t)
	dir := openFolder(t)
	yaml := strings.ReplaceAll(strangerYAML, "DIR", dir)
	_, err := exec.LookPath("tmux")
	withTmux := err == nil
	if withTmux {
		yaml += "  two: {kind: persistent, prompt: private, launcher: tmux}\n"
	}
	if err := os.WriteFile(filepath.Join(dir, "pawl.yaml"), []byte(yaml), 0o644); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(dir, ".pawl")
	t.Cleanup(func() {
		if out, err := pawlIn(t, dir, "pawl down -q"); err != nil {
			t.Errorf("pawl down: %v\n%s", err, out)
		}
		if out, err := pawlIn(t, dir, `tmux -S "$WORK/sock" kill-server 2>/dev/null || true`); err != nil {
			t.Errorf("tmux: %v\n%s", err, out)
		}
		if err := removeRuntime(dir, state); err != nil {
			t.Error(err)
		}
	})
	if out, err := pawlIn(t, dir, "umask 0; pawl up"); err != nil {
		t.Fatalf("pawl up: %v\n%s", err, out)
	}
	place, err := daemon.NewPlace(state)
	if err != nil {
		t.Fatal(err)
	}
	paths, sockets := []string{}, []string{}
	if withTmux {
		sockets = append(sockets, filepath.Join(dir, "sock"))
	}
	for _, top := range []string{state, place.Dir} {
		err := filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return ignoreGone(err)
			}
			paths = append(paths, path)
			info, err := e.Info()
			if err != nil {
				return ignoreGone(err)
			}
			mirror := strings.Contains(path, "origin.git") // git's own modes, behind 0700
			if info.Mode()&fs.ModeSymlink == 0 && info.Mode().Perm()&0o077 != 0 && !mirror {
				t.Errorf("%s has mode %v", path, info.Mode())
			}
			if info.Mode()&fs.ModeSocket != 0 {
				sockets = append(sockets, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(paths) < 10 || len(sockets) < 1 {
		t.Fatalf("there is nothing to reach: %q %q", paths, sockets)
	}
	asStranger(t, func() {
		for _, path := range append(paths, sockets...) {
			if f, err := os.Open(path); err == nil {
				t.Errorf("a stranger opens %s (%v)", path, f.Close())
			}
			if err := os.WriteFile(path+"-planted", nil, 0o600); err == nil {
				t.Errorf("a stranger writes beside %s", path)
			}
		}
		for _, path := range sockets {
			if c, err := (&net.Dialer{}).DialContext(t.Context(), "unix", path); err == nil {
				t.Errorf("a stranger is let in at %s (%v)", path, c.Close())
			} else if !errors.Is(err, unix.EACCES) {
				t.Errorf("%s: %v", path, err)
			}
		}
	})
}

func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a running loop makes and removes files
	}
	return err
}

// A pawl.yaml that another user left in a shared folder is not followed unasked, nor
// is a state directory of theirs used.
func TestWhatAStrangerLeftIsNotTaken(t *testing.T) {
	needRoot(t)
	dir := openFolder(t)
	path := filepath.Join(dir, "pawl.yaml")
	below := filepath.Join(dir, "mine", "deep")
	yaml := strings.ReplaceAll(strangerYAML, "DIR", dir)
	err := errors.Join(os.MkdirAll(below, 0o755), os.WriteFile(path, []byte(yaml), 0o644), os.Chown(path, stranger, stranger))
	if err != nil {
		t.Fatal(err)
	}
	out, err := pawlIn(t, below, "pawl status")
	if err == nil || !strings.Contains(out, "belongs to user 65534, and you are user 0") || !strings.Contains(out, "--config") {
		t.Errorf("a stranger's pawl.yaml: %v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(dir, ".pawl")); err == nil {
		t.Error("a state directory was made for a stranger's pawl.yaml")
	}
	t.Cleanup(func() {
		if err := removeRuntime(dir, filepath.Join(dir, ".pawl")); err != nil {
			t.Error(err)
		}
	})
	if out, err := pawlIn(t, below, "pawl --config '"+path+"' status"); err != nil {
		t.Errorf("named, it is taken: %v\n%s", err, out)
	}
	if err := os.Chown(filepath.Join(dir, ".pawl"), stranger, stranger); err != nil {
		t.Fatal(err)
	}
	out, err = pawlIn(t, below, "pawl --config '"+path+"' status")
	if err == nil || !strings.Contains(out, ".pawl belongs to user 65534") {
		t.Errorf("a stranger's state directory: %v\n%s", err, out)
	}
}

// Programs that lie about in a folder are not run in place of those that are installed,
// though PATH names the folder that one is in.
func TestProgramsLyingAbout(t *testing.T) {
	dir := t.TempDir()
	pwned := filepath.Join(dir, "pwned")
	for _, name := range []string{"git", "tmux", "ssh", "pawl-launcher-x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\ntouch '"+pwned+"'\nexit 1\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	yaml := strings.ReplaceAll(strangerYAML, "DIR", dir)
	if err := os.WriteFile(filepath.Join(dir, "pawl.yaml"), []byte(yaml), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := removeRuntime(dir, filepath.Join(dir, ".pawl")); err != nil {
			t.Error(err)
		}
	})
	for _, path := range []string{".:$PATH", ":$PATH", "./:$PATH:."} {
		if out, err := pawlIn(t, dir, "PATH="+path+"; export PATH; for c in status tick doctor 'explain one' 'hooks status' 'check HEAD'; do pawl $c; done; true"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if _, err := os.Stat(pwned); err == nil {
			t.Errorf("with PATH=%s a program in the working directory was run", path)
		}
	}
}
