package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

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
		if t.Failed() {
			showLog(t, filepath.Join(filepath.Dir(yaml), ".pawl", "logs", "coordinator.log"))
		}
		if len(leftovers(env.WorkDir)) > 0 {
			down(t, env, yaml)
		}
	}
	for deadline := time.Now().Add(5 * time.Second); len(leftovers(env.WorkDir)) > 0; time.Sleep(pollEvery) {
		if time.Now().After(deadline) {
			end(t, leftovers(env.WorkDir))
			break
		}
	}
	for _, yaml := range loops {
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

func showLog(t testing.TB, path string) {
	text, err := os.ReadFile(path)
	if err == nil {
		t.Logf("coordinator.log:\n%s", text)
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
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
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
