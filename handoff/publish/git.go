package publish

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"pawl/handoff/system"
)

// How long one git process may take.
const (
	quick     = 30 * time.Second // what reads or writes the clone alone
	reading   = 2 * time.Minute  // what reads a long history
	network   = 60 * time.Second // what asks origin
	hooked    = 10 * time.Minute // what runs the user's hooks, which may run a test suite
	waitDelay = time.Second      // how long its children may hold its output open, and how long it may take to end
)

// settings hold for every git process: nothing goes on in the background, no
// remote names a program, and a rebase moves one branch and squashes nothing. Hooks
// are the user's, and run.
var settings = []string{
	"-c", "rebase.updateRefs=false", "-c", "rebase.autoSquash=false",
	"-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "protocol.ext.allow=never",
	"-c", "color.ui=false", "-c", "core.quotePath=false",
}

// program runs git in one folder.
type program struct {
	path, dir string
	env       []string
	lock      *lock // has on record what writes; nil before it is taken
}

func newProgram(dir string, env []string) (program, error) {
	path, err := exec.LookPath("git")
	if err != nil {
		return program{}, refuse("install git", "git is not on PATH")
	}
	// No editor may open: messages and lists of commits are taken as they are.
	env = append(append([]string{}, env...), "GIT_EDITOR=true", "GIT_SEQUENCE_EDITOR=true", "GIT_NO_LAZY_FETCH=0")
	return program{path: path, dir: dir, env: env}, nil
}

// gitError is a git process that failed by itself.
type gitError struct {
	verb string
	code int
	said string // what it and its hooks said, cleaned and bounded, line by line
}

func (e *gitError) Error() string {
	if e.said == "" {
		return fmt.Sprintf("git %s ended with code %d and said nothing", e.verb, e.code)
	}
	if strings.Contains(e.said, "\n") {
		return fmt.Sprintf("git %s:\n%s", e.verb, e.said)
	}
	return fmt.Sprintf("git %s: %s", e.verb, e.said)
}

// call is one git process.
type call struct {
	limit  time.Duration
	stdin  string
	env    []string // besides the program's
	config []string // settings of this call, as key=value
	args   []string
}

// ask runs git on the clone alone, and returns what it prints without the last
// line's end.
func (p program) ask(ctx context.Context, args ...string) (string, error) {
	return p.run(ctx, call{limit: quick, args: args})
}

// run runs git without a terminal to ask on, in a process group that ends with it.
// What writes into the clone ends by itself though this process is killed.
func (p program) run(ctx context.Context, c call) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, append(slices.Clone(settings), c.words()...)...)
	cmd.Dir, cmd.Env = p.dir, append(slices.Clone(p.env), c.env...)
	system.OwnSession(cmd)
	cmd.WaitDelay = waitDelay
	cmd.Cancel = func() error { return system.EndGroup(cmd) }
	verb := c.args[0]
	var out, said output
	var err error
	if slices.Contains(writing, verb) {
		err = p.runFiles(cmd, c.stdin, &out, &said)
	} else {
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(c.stdin), &out, &said
		err = cmd.Run()
	}
	switch {
	case ctx.Err() != nil:
		err = errors.Join(context.Cause(ctx), system.KillGroup(cmd))
		return "", fmt.Errorf("git %s was ended: %w", verb, err)
	case errors.Is(err, exec.ErrWaitDelay) && cmd.ProcessState.Success():
		err = nil // a hook left something running, or a shared ssh connection lives on
	case cmd.ProcessState != nil && cmd.ProcessState.ExitCode() > 0:
		return out.text(), &gitError{verb: verb, code: cmd.ProcessState.ExitCode(), said: said.words()}
	}
	if err == nil && out.over {
		err = fmt.Errorf("it printed more than %d bytes", maxOutput)
	}
	if err != nil {
		return "", fmt.Errorf("git %s: %w", verb, err)
	}
	return out.text(), nil
}

// words are the arguments of the call, its settings first.
func (c call) words() []string {
	var out []string
	for _, kv := range c.config {
		out = append(out, "-c", kv)
	}
	return append(out, c.args...)
}

// exitCode is that of a git that failed by itself; 0 for any other error.
func exitCode(err error) int {
	var failed *gitError
	if errors.As(err, &failed) {
		return failed.code
	}
	return 0
}
