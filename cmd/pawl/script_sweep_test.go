package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"pawl/handoff/system"
	"pawl/loop/daemon"
)

// sweep runs at the end of each script, also of one that failed: it brings
// everything down, and nothing may be left running.
func sweep(env *testscript.Env) {
	t := env.T().(testing.TB)
	loops, err := filepath.Glob(filepath.Join(env.WorkDir, "*", "pawl.yaml"))
	if err != nil {
		t.Error(err)
	}
	for _, yaml := range loops {
		if len(leftovers(env.WorkDir)) > 0 {
			down(t, env, yaml)
		}
	}
	for deadline := time.Now().Add(20 * time.Second); len(leftovers(env.WorkDir)) > 0; time.Sleep(pollEvery) {
		if time.Now().After(deadline) {
			end(t, leftovers(env.WorkDir))
			break
		}
	}
	for _, yaml := range loops {
		readLog(t, yaml)
		if err := removeRuntime(env.WorkDir, filepath.Join(filepath.Dir(yaml), ".pawl")); err != nil {
			t.Error(err)
		}
	}
}

func down(t testing.TB, env *testscript.Env, yaml string) {
	cmd := exec.CommandContext(context.Background(), "pawl", "--config", yaml, "down")
	cmd.Env = env.Vars
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("pawl down at the end of the script: %v\n%s", err, out)
	}
}

// readLog reads the log of the coordinator of a pawl.yaml. One that is detached has
// nobody else to hear of its data races and panics.
func readLog(t testing.TB, yaml string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(yaml), ".pawl", "logs", "coordinator.log"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if fault := crash.Find(text); fault != nil {
		t.Errorf("the coordinator says %q", fault)
	}
	if t.Failed() && len(text) > 0 {
		t.Logf("coordinator.log:\n%s", text)
	}
}

// crash is how Go's runtime begins to tell that a program is wrong.
var crash = regexp.MustCompile(`(?m)^(WARNING: DATA RACE|panic: |fatal error: )`)

func TestCrash(t *testing.T) {
	for text, want := range map[string]bool{
		"time=1 level=INFO msg=a\n==================\nWARNING: DATA RACE\nRead at 0x1": true,
		"panic: runtime error: index out of range [1]\n":                               true,
		"fatal error: all goroutines are asleep - deadlock!":                           true,
		"time=1 level=ERROR msg=\"fatal error: the remote end hung up\"\n":             false,
		"": false,
	} {
		if got := crash.MatchString(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// leftovers are the processes that carry work in their environment or
// arguments. Without /proc there is nothing to look at.
func leftovers(work string) map[int]string {
	found := map[int]string{}
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return found
	}
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil || pid == os.Getpid() {
			continue
		}
		// A process may end while it is read.
		environ, _ := os.ReadFile(filepath.Join(dir, "environ"))
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		if bytes.Contains(append(environ, 0), []byte("WORK="+work+"\x00")) || bytes.Contains(line, []byte(work+"/")) {
			found[pid] = strings.ReplaceAll(string(line), "\x00", " ")
		}
	}
	return found
}

func end(t testing.TB, left map[int]string) {
	for pid, line := range left {
		t.Errorf("still running after the script: %d %s", pid, line)
		if err := system.Signal(pid, syscall.SIGKILL); err != nil {
			t.Logf("kill %d: %v", pid, err)
		}
	}
}

// removeRuntime removes what the script's loops leave in the runtime folder.
func removeRuntime(work, stateDir string) error {
	place, err := daemon.NewPlace(stateDir)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(place.Dir); err != nil {
		return err
	}
	locks, err := filepath.Glob(filepath.Join(place.Root, "loop-*.lock"))
	if err != nil {
		return err
	}
	for _, path := range locks {
		doc, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(doc, []byte(work+"/")) {
			continue
		}
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}
