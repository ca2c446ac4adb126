package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/internal/need"
	"pawl/loop/config"
	"pawl/loop/daemon"
	"pawl/loop/doctor"
)

// TestDoctorFindsTheRuntimeFolder holds doctor, which must make nothing, to the
// place that commands make.
func TestDoctorFindsTheRuntimeFolder(t *testing.T) {
	real := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{real, link} {
		want, err := daemon.NewPlace(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := os.RemoveAll(want.Dir); err != nil {
				t.Error(err)
			}
		})
		if got := runtimePlace(dir); got != want {
			t.Errorf("%s: %+v, want %+v", dir, got, want)
		}
	}
}

// examinerOf is an examiner of a configuration with the environment env.
func examinerOf(t *testing.T, text string, env ...string) *examiner {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pawl.yaml")
	cfg, err := config.Parse(path, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	e := newExaminer(&app{out: io.Discard, err: io.Discard}, path, cfg)
	e.env = append(e.env, env...)
	return e
}

func TestDoctorIsDoneInTimeWhateverHangs(t *testing.T) {
	need.Program(t, "git")
	bin := t.TempDir()
	for _, name := range []string{"claude", "codex", "tmux"} {
		script := "#!/bin/sh\ntrap '' TERM\nsleep 1000 & wait\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	e := examinerOf(t, `version: 1
origin: {url: "ssh://host.invalid/x"}
agents: {a: {kind: loop}, b: {kind: loop, adapter: codex}}
`, "GIT_SSH_COMMAND=sleep 1000 #")
	begin := time.Now()
	list := e.examine(context.Background())
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
	for check, status := range map[string]doctor.Status{
		"origin/reachable": doctor.Fail, "tmux/program": doctor.Fail, "version/claude": doctor.Warn, "version/codex": doctor.Warn,
	} {
		if f := findingOf(t, list, check); f.Status != status || !strings.Contains(f.Found, "no answer within 2s") {
			t.Errorf("%+v", f)
		}
	}
	if left := leftovers(bin); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
}

func findingOf(t *testing.T, list []doctor.Finding, check string) doctor.Finding {
	t.Helper()
	for _, f := range list {
		if f.Check == check {
			return f
		}
	}
	t.Fatalf("no check %q in %+v", check, list)
	return doctor.Finding{}
}

func TestDoctorTellsRootOfClaude(t *testing.T) {
	const text = "version: 1\norigin: {url: /nowhere}\nagents: {a: {kind: loop}}\n"
	e := examinerOf(t, text)
	e.uid = 0
	f := findingOf(t, doctor.Agent(e.agentFacts(e.cfg.Agents[0])), "agent a/root")
	if f.Status != doctor.Fail || f.Found != "Claude Code refuses --dangerously-skip-permissions for root" || !strings.Contains(f.Hint, "--permission-mode") {
		t.Errorf("%+v", f)
	}
	for name, change := range map[string]func(*examiner){
		"another user": func(e *examiner) { e.uid = 1000 },
		"a sandbox":    func(e *examiner) { e.env = append(e.env, "IS_SANDBOX=1") },
	} {
		e := examinerOf(t, text)
		e.uid = 0
		change(e)
		for _, f := range doctor.Agent(e.agentFacts(e.cfg.Agents[0])) {
			if f.Check == "agent a/root" {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

func TestDoctorNamesWhoHoldsALock(t *testing.T) {
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip("the kernel does not tell who holds a lock")
	}
	place := daemon.Place{Root: t.TempDir(), Dir: t.TempDir()}
	path := filepath.Join(place.Dir, "lock")
	if who, there := lockHolder(path); who != "" || there {
		t.Errorf("a lock that is not there is held by %q", who)
	}
	lock, err := daemon.Acquire(place, "o", "b", "p", daemon.Holder{PID: os.Getpid(), Config: "c", What: "watch"})
	if err != nil {
		t.Fatal(err)
	}
	if who, there := lockHolder(path); !there || !strings.Contains(who, "process") {
		t.Errorf("a held lock is held by %q", who)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if who, there := lockHolder(path); who != "" || !there {
		t.Errorf("a lock that was let go is held by %q", who)
	}
}

func TestDoctorSeesOnePlaceInTwoNames(t *testing.T) {
	need.Program(t, "git")
	dir := t.TempDir()
	for _, args := range [][]string{{"init", "-q", "--bare", "--template=", "o.git"}, {"init", "-q", "--template=", "w"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Env = dir, append(withoutGit(os.Environ()), gitVars...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if err := os.Symlink(dir, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"o.git", "link/o.git", true}, {"o.git", "o", true}, {"w", "w/.git", true}, {"o.git", "w", false}, {"gone", "gone", true}, {"gone", "o.git", false},
	} {
		if got := samePlace("file://"+filepath.Join(dir, c.a), filepath.Join(dir, c.b)); got != c.want {
			t.Errorf("%s and %s: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
