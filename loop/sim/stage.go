// Package sim builds throwaway loops: the demo, and what tests run the real
// coordinator on.
package sim

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed agents/*.sh
var agents embed.FS

// Stage is a bare origin, a clone for each role and a pawl.yaml, in one folder.
type Stage struct {
	Dir    string
	Phases []string
}

// Config is the path of its pawl.yaml.
func (s *Stage) Config() string { return filepath.Join(s.Dir, "loop", "pawl.yaml") }

// Origin is the path of its bare origin.
func (s *Stage) Origin() string { return filepath.Join(s.Dir, "origin.git") }

// Record is the folder in which the agents keep their own record.
func (s *Stage) Record() string { return filepath.Join(s.Dir, "record") }

// NewStage builds a stage of n phases in dir, which must be empty.
func NewStage(ctx context.Context, dir string, n int) (*Stage, error) {
	s := &Stage{Dir: dir, Phases: phaseNames(n)}
	for _, step := range []func(context.Context) error{s.writeAgents, s.makeOrigin, s.makeClones, s.writeConfig} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func phaseNames(n int) []string {
	var out []string
	for i := range n {
		name := []string{"sum", "greet"}[i%2]
		if i >= 2 {
			name += fmt.Sprint(i/2 + 1)
		}
		out = append(out, name)
	}
	return out
}

func (s *Stage) writeAgents(context.Context) error {
	for _, dir := range []string{"agents", "record", "loop"} {
		if err := os.MkdirAll(filepath.Join(s.Dir, dir), 0o755); err != nil {
			return err
		}
	}
	for _, name := range []string{"common.sh", "builder.sh", "adversary.sh"} {
		text, err := agents.ReadFile("agents/" + name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(s.Dir, "agents", name), text, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// makeOrigin gives origin its first commit: the plans.
func (s *Stage) makeOrigin(ctx context.Context) error {
	seed := filepath.Join(s.Dir, "seed")
	if err := s.git(ctx, s.Dir, "init", "-q", "--bare", "-b", "main", s.Origin()); err != nil {
		return err
	}
	if err := s.git(ctx, s.Dir, "clone", "-q", s.Origin(), seed); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(seed, "plans"), 0o755); err != nil {
		return err
	}
	for _, p := range s.Phases {
		plan := "# " + p + "\n\nWrite " + p + ".sh and a test for it; claim gate " + p + ".\n"
		if err := os.WriteFile(filepath.Join(seed, "plans", p+".md"), []byte(plan), 0o644); err != nil {
			return err
		}
	}
	for _, args := range [][]string{
		{"checkout", "-q", "-b", "main"}, {"add", "-A"},
		{"-c", "user.name=planner", "-c", "user.email=planner@demo.invalid", "commit", "-q", "-m", "plans"},
		{"push", "-q", "origin", "main"},
	} {
		if err := s.git(ctx, seed, args...); err != nil {
			return err
		}
	}
	return os.RemoveAll(seed)
}

func (s *Stage) makeClones(ctx context.Context) error {
	for _, role := range []string{"builder", "adversary"} {
		dir := filepath.Join(s.Dir, role)
		for _, args := range [][]string{
			{"clone", "-q", s.Origin(), dir},
			{"-C", dir, "config", "user.name", role},
			{"-C", dir, "config", "user.email", role + "@demo.invalid"},
			{"-C", dir, "config", "commit.gpgsign", "false"},
		} {
			if err := s.git(ctx, s.Dir, args...); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Stage) writeConfig(context.Context) error {
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nproject: demo\norigin: {url: %q, poll: 100ms}\n", s.Origin())
	b.WriteString("supervise: {interval: 500ms}\nphases:\n  sequence:\n")
	for _, p := range s.Phases {
		fmt.Fprintf(&b, "    - {id: %s, plan: plans/%s.md, status: STATUS-%s.md}\n", p, p, p)
	}
	fmt.Fprintf(&b, "adapters:\n  script: {command: [sh, %q]}\n", filepath.Join(s.Dir, "agents", "{{.Role}}.sh"))
	fmt.Fprintf(&b, "defaults:\n  adapter: script\n  launcher: process\n  env: {DEMO_AGENTS: %q, DEMO_RECORD: %q, GIT_CONFIG_GLOBAL: /dev/null, GIT_CONFIG_NOSYSTEM: \"1\"}\n",
		filepath.Join(s.Dir, "agents"), s.Record())
	b.WriteString("agents:\n")
	for _, role := range []string{"builder", "adversary"} {
		fmt.Fprintf(&b, "  %s: {kind: loop, role: %s, dir: %q}\n", role, role, filepath.Join(s.Dir, role))
	}
	return os.WriteFile(s.Config(), []byte(b.String()), 0o600)
}

func (s *Stage) git(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = gitEnv(os.Environ())
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// gitEnv keeps the person's git configuration, and a hook's repository, out of
// the stage.
func gitEnv(env []string) []string {
	var out []string
	for _, kv := range env {
		if !strings.HasPrefix(kv, "GIT_") {
			out = append(out, kv)
		}
	}
	return append(out, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
}
