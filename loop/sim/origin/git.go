package origin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/handoff/system"
)

// How long one git process of ours may take, and how long it may take to end:
// only a git that may end by itself removes its locks.
const (
	gitLimit  = 2 * time.Minute
	waitDelay = 10 * time.Second
)

// isolation keeps the person's configuration out, and asks nobody anything.
var isolation = []string{"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0"}

// settings hold for our own git processes. The other side of a push has its hooks.
var settings = []string{"-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false"}

// program runs git.
type program struct {
	path string
	env  []string
}

func newProgram() (program, error) {
	path, err := exec.LookPath("git")
	if err != nil {
		return program{}, fmt.Errorf("git is not on PATH: %w", ErrNotHere)
	}
	p := program{path: path, env: []string{"LC_ALL=C"}}
	for _, kv := range os.Environ() {
		// A hook's variables name another repository.
		if !strings.HasPrefix(kv, "GIT_") && !strings.HasPrefix(kv, "LC_ALL=") {
			p.env = append(p.env, kv)
		}
	}
	return p.with(isolation), nil
}

// with is the program with more variables.
func (p program) with(env []string) program {
	return program{path: p.path, env: append(slices.Clone(p.env), env...)}
}

// command prepares a git process in a group of its own that ends with ctx.
func (p program) command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.path, args...)
	cmd.Dir, cmd.Env = dir, slices.Clone(p.env)
	inOwnGroup(cmd)
	return cmd
}

// run runs git in dir and returns what it prints, without the last line's end.
func (p program) run(ctx context.Context, dir, in string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitLimit)
	defer cancel()
	cmd := p.command(ctx, dir, append(slices.Clone(settings), args...)...)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &out, &said
	err := cmd.Run()
	if err == nil {
		return strings.TrimSuffix(out.String(), "\n"), nil
	}
	if ctx.Err() != nil {
		err = errors.Join(context.Cause(ctx), system.KillGroup(cmd))
	}
	return "", fmt.Errorf("git %s: %w: %s", args[0], err, handoff.Clean(said.String(), 400))
}
