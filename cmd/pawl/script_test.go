package main

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pawl/internal/need"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	// Scripts wait far more than they compute. A -parallel flag still wins.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	testscript.Main(programs{m}, map[string]func(){"pawl": program})
}

// TestScripts runs testdata/script: each script has an origin with one commit,
// a clone of it to push from, and a loop of two agents that write down what
// they are told.
func TestScripts(t *testing.T) {
	need.Program(t, "git")
	tmpl := template(t)
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		Setup:              func(env *testscript.Env) error { return setup(env, tmpl) },
		RequireUniqueNames: true,
		Deadline:           time.Now().Add(12 * time.Minute), // a command that hangs is killed then
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"until": until, "exits": exits, "commit": commit, "push": push, "told": told, "shape": shape, "sigterm": sigterm,
			"receiver": receiver, "freeport": freeport, "post": post,
			"harmless": harmless, "guard": guard, "secretless": secretless, "sealed": sealed, "spoil": spoil,
		},
	})
}

// gitVars keep the person's git configuration out.
var gitVars = []string{
	"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
	"GIT_AUTHOR_NAME=dev", "GIT_AUTHOR_EMAIL=dev@test.invalid", "GIT_COMMITTER_NAME=dev", "GIT_COMMITTER_EMAIL=dev@test.invalid",
}

// template builds what all scripts begin with, once: origin.git and a clone.
func template(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, line := range []string{
		"init -q --bare --template= -b main origin.git",
		"init -q --template= -b main dev",
		"-C dev remote add origin ../origin.git",
		"-C dev commit -q --allow-empty -m start",
		"-C dev push -q -u origin main",
	} {
		cmd := exec.CommandContext(context.Background(), "git", strings.Fields(line)...)
		cmd.Dir = dir
		cmd.Env = append(withoutGit(os.Environ()), gitVars...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", line, err, out)
		}
	}
	return dir
}

// loopYAML is the pawl.yaml of scripts that bring none.
const loopYAML = `version: 1
project: p
origin: {url: $WORK/origin.git, poll: 100ms}
supervise: {interval: 200ms, backoff: {initial: 200ms, max: 1s}}
adapters: {script: {command: [sh, $WORK/agent.sh]}}
defaults: {adapter: script, launcher: process}
phases:
  sequence:
    - {id: core, plan: plans/core.md, status: STATUS-core.md}
    - {id: cli, plan: plans/cli.md, status: STATUS-cli.md}
agents:
  builder: {kind: loop, role: builder}
  adversary: {kind: loop, role: adversary}
`

// agentSh is an agent that keeps its own record of what it is told.
const agentSh = `mkdir -p "$WORK/told"
echo "start $PAWL_GENERATION phase=$PAWL_PHASE model=$1" >>"$WORK/told/$PAWL_AGENT"
while IFS= read -r line; do
	echo "told $PAWL_GENERATION $line" >>"$WORK/told/$PAWL_AGENT"
	echo "heard $line"
done
`

func setup(env *testscript.Env, tmpl string) error {
	if err := os.CopyFS(env.WorkDir, os.DirFS(tmpl)); err != nil {
		return err
	}
	loop := filepath.Join(env.WorkDir, "loop")
	home := filepath.Join(env.WorkDir, "home")
	for _, dir := range []string{loop, home} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	yaml := filepath.Join(loop, "pawl.yaml")
	for path, text := range map[string]string{yaml: loopYAML, filepath.Join(env.WorkDir, "agent.sh"): agentSh} {
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := expandWork(env.WorkDir); err != nil {
		return err
	}
	env.Cd = loop
	env.Vars = append(env.Vars, gitVars...)
	env.Setenv("HOME", home)
	testdata, err := filepath.Abs("testdata")
	if err != nil {
		return err
	}
	env.Setenv("TESTDATA", testdata)
	env.Setenv("GORACE", "atexit_sleep_ms=0") // a second for each command otherwise
	env.Defer(func() { sweep(env) })
	return nil
}

// expandWork writes the work directory for $WORK in the scripts' YAML files.
func expandWork(work string) error {
	files, err := filepath.Glob(filepath.Join(work, "*", "*.yaml"))
	if err != nil {
		return err
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "$WORK", work)), 0o644); err != nil {
			return err
		}
	}
	return nil
}
