package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"pawl/handoff"
)

// How long one git process may take.
const (
	quick     = 30 * time.Second // what reads or writes the clone alone
	reading   = 2 * time.Minute  // what reads a long history
	network   = 60 * time.Second // what asks origin
	hooked    = 10 * time.Minute // what runs the user's hooks, which may run a test suite
	waitDelay = time.Second      // how long its children may hold its output open, and how long it may take to end
)

// settings hold for every git process: nothing goes on in the background, and no
// remote names a program. Hooks are the user's, and run.
var settings = []string{
	"-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "protocol.ext.allow=never",
	"-c", "color.ui=false", "-c", "core.quotePath=false",
}

// program runs git in one folder.
type program struct {
	path, dir string
	env       []string
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
	limit time.Duration
	stdin string
	args  []string
}

// ask runs git on the clone alone, and returns what it prints without the last
// line's end.
func (p program) ask(ctx context.Context, args ...string) (string, error) {
	return p.run(ctx, call{limit: quick, args: args})
}

// run runs git without a terminal to ask on, in a process group that ends with it.
func (p program) run(ctx context.Context, c call) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, append(append([]string{}, settings...), c.args...)...)
	cmd.Dir, cmd.Env, cmd.Stdin = p.dir, p.env, strings.NewReader(c.stdin)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.WaitDelay = waitDelay
	cmd.Cancel = func() error { return endGroup(cmd, syscall.SIGTERM) }
	var out, said output
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	verb := c.args[0]
	switch {
	case ctx.Err() != nil:
		err = errors.Join(context.Cause(ctx), endGroup(cmd, syscall.SIGKILL))
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

// endGroup signals all processes of a git that was started. A group that is gone
// is no error.
func endGroup(cmd *exec.Cmd, sig syscall.Signal) error {
	if cmd.Process == nil {
		return nil
	}
	if err := syscall.Kill(-cmd.Process.Pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal git's process group %d: %w", cmd.Process.Pid, err)
	}
	return nil
}

// exitCode is that of a git that failed by itself; 0 for any other error.
func exitCode(err error) int {
	var failed *gitError
	if errors.As(err, &failed) {
		return failed.code
	}
	return 0
}

// Bounds of what is kept of a process's output.
const (
	maxOutput = 32 << 20 // bytes
	maxWords  = 40       // lines of complaint
	maxWord   = 400      // bytes of one of them
)

// output keeps the beginning of what is written to it.
type output struct {
	kept bytes.Buffer
	over bool
}

func (o *output) Write(p []byte) (int, error) {
	n := min(len(p), maxOutput-o.kept.Len())
	o.kept.Write(p[:n])
	o.over = o.over || n < len(p)
	return len(p), nil
}

func (o *output) text() string { return strings.TrimRight(o.kept.String(), "\n") }

// words are the last lines of a complaint, cleaned. Git's own advice is left out:
// it is about other commands than the one that was given.
func (o *output) words() string {
	var lines []string
	for line := range strings.Lines(o.kept.String()) {
		line = handoff.Clean(line[strings.LastIndexByte(strings.TrimRight(line, "\r\n"), '\r')+1:], maxWord)
		if line != "" && !strings.HasPrefix(line, "hint: ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(len(lines)-maxWords, 0):], "\n")
}
