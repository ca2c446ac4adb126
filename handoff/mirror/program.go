package mirror

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"pawl/handoff/system"
)

// waitDelay is how long git's children may hold its output open after it
// ended, and how long git may take to end after TERM before it gets KILL.
const waitDelay = time.Second

// settings hold for every git process, whatever the user's configuration says.
var settings = []string{
	"-c", "core.hooksPath=/dev/null",
	"-c", "protocol.ext.allow=never",
	"-c", "gc.auto=0",
	"-c", "maintenance.auto=false",
	"-c", "core.fsmonitor=false",
	"-c", "core.logAllRefUpdates=false", // a reflog grows, and keeps what was rewritten
	"-c", "core.commentChar=#",
	// Corrected commit dates overflow with a date that somebody made up, and git
	// (2.39) then writes its commit-graph for ever; levels cannot.
	"-c", "commitGraph.generationVersion=1",
}

// program runs git.
type program struct {
	path string
	env  []string
}

func newProgram(env []string) program {
	return program{path: findGit(env), env: cleanEnv(env)}
}

// call is one git process.
type call struct {
	args  []string
	env   []string  // added to the program's
	in    io.Reader // its standard input; nil: none
	quiet time.Duration
	line  func(string) error // takes each line of the output; errStop ends the process
}

// errStop is returned by a line function that has seen enough.
var errStop = errors.New("seen enough")

// errNoGit says that no git process could be started at all.
var errNoGit = errors.New("the git program cannot be started; install git or mend PATH")

// gitError is a git process that failed by itself.
type gitError struct {
	verb   string
	code   int
	stderr string // what it said, bounded
}

func (e *gitError) Error() string {
	if line := lastLine(e.stderr); line != "" {
		return fmt.Sprintf("git %s: %s", e.verb, line)
	}
	return fmt.Sprintf("git %s ended with code %d and said nothing", e.verb, e.code)
}

// command prepares a git process in a session of its own: it has no terminal
// to prompt on, and its group holds every helper that it starts.
func (p program) command(ctx context.Context, args, env []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.path, append(append([]string{}, settings...), args...)...)
	cmd.Dir = "/" // no repository around us may lend its configuration
	cmd.Env = append(append([]string{}, p.env...), env...)
	system.OwnSession(cmd)
	cmd.WaitDelay = waitDelay
	cmd.Cancel = func() error { return system.EndGroup(cmd) }
	return cmd
}

// longest is how many times c.quiet a talkative process may run.
const longest = 60

// run runs git until it ends, its output was enough, the context ends, or it
// has been silent for c.quiet (which then is the error).
func (p program) run(parent context.Context, c call) error {
	limited, done := context.WithTimeout(parent, longest*c.quiet)
	defer done()
	ctx, cancel := context.WithCancelCause(limited)
	defer cancel(nil)
	silence := fmt.Errorf("no answer for %v: %w", c.quiet, context.DeadlineExceeded)
	watchdog := time.AfterFunc(c.quiet, func() { cancel(silence) })
	defer watchdog.Stop()
	heard := func() { watchdog.Reset(c.quiet) }

	cmd := p.command(ctx, c.args, c.env)
	said := &tail{heard: heard}
	out := &splitter{heard: heard, take: c.line, stop: cancel}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.in, out, said
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%w: %w", errNoGit, err)
	}
	err := cmd.Wait()
	cause := context.Cause(ctx)
	if err == nil {
		err = out.finish()
	} else {
		// Helpers that ignored TERM end here.
		err = errors.Join(err, system.KillGroup(cmd))
	}
	return outcome(cmd, verb(c.args), said.String(), cause, err)
}

// outcome tells a process that failed from one that we ended.
func outcome(cmd *exec.Cmd, verb, said string, cause, err error) error {
	switch {
	case err == nil, errors.Is(err, errStop), errors.Is(cause, errStop):
		return nil
	case cause != nil:
		return fmt.Errorf("git %s: %w", verb, cause)
	case errors.Is(err, exec.ErrWaitDelay) && cmd.ProcessState.Success():
		return nil // a shared ssh connection may outlive git with its standard error open
	case cmd.ProcessState.ExitCode() >= 0:
		return &gitError{verb: verb, code: cmd.ProcessState.ExitCode(), stderr: said}
	}
	return fmt.Errorf("git %s: %w", verb, err)
}

// lines runs git and returns the lines of its output.
func (p program) lines(ctx context.Context, quiet time.Duration, env []string, args ...string) ([]string, error) {
	var out []string
	err := p.run(ctx, call{args: args, env: env, quiet: quiet, line: func(l string) error {
		out = append(out, l)
		return nil
	}})
	return out, err
}

// splitter cuts a process's output into lines.
type splitter struct {
	rest  []byte
	heard func()
	take  func(string) error
	stop  context.CancelCauseFunc
}

func (s *splitter) Write(p []byte) (int, error) {
	s.heard()
	if s.take == nil {
		return len(p), nil
	}
	whole := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			s.rest = append(s.rest, p...)
			return whole, nil
		}
		line := string(append(s.rest, p[:i]...))
		s.rest, p = s.rest[:0], p[i+1:]
		if err := s.take(line); err != nil {
			s.stop(err)
			return 0, err
		}
	}
}

// finish hands over a last line without a newline.
func (s *splitter) finish() error {
	if len(s.rest) == 0 {
		return nil
	}
	return s.take(string(s.rest))
}

// verb is git's subcommand in args, for messages.
func verb(args []string) string {
	for _, a := range args {
		if !strings.HasPrefix(a, "-") && !strings.ContainsAny(a, "=/") {
			return a
		}
	}
	return "program"
}

// tailLimit bounds what is kept of git's standard error, in bytes.
const tailLimit = 8 << 10

// tail keeps the end of what is written to it. A process may still write while
// its owner already reads why it failed.
type tail struct {
	heard func()
	mu    sync.Mutex
	buf   bytes.Buffer
}

func (t *tail) Write(p []byte) (int, error) {
	t.heard()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf.Write(p)
	if over := t.buf.Len() - tailLimit; over > 0 {
		t.buf.Next(over)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}
