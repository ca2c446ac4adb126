package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"pawl/handoff"
	"pawl/handoff/system"
)

// CommandTime is how long a command may take.
const CommandTime = 30 * time.Second

const (
	// tryLater is the exit code with which a command asks to be tried again:
	// EX_TEMPFAIL of sysexits.h.
	tryLater = 75
	// maxWords bounds what is kept of a command's output, in bytes.
	maxWords = 1000
	// waitDelay is how long what a command left behind may hold its output open.
	waitDelay = 200 * time.Millisecond
)

// Command is a program that is told of events.
type Command struct {
	Program string   // its path
	Args    []string // behind its name
	Dir     string
	Env     []string // to which the event's variables are added
	Time    time.Duration
}

// Deliver runs the command with the event on its standard input and in its
// environment, in a session of its own which ends when its time is over. Where
// the error is a *Failure, the command has had its chance.
func (c Command) Deliver(ctx context.Context, e Event) error {
	doc, err := e.JSON()
	if err != nil {
		return &Failure{Err: err}
	}
	limited, cancel := context.WithTimeout(ctx, c.Time)
	defer cancel()
	cmd := exec.CommandContext(limited, c.Program, c.Args...)
	cmd.Dir, cmd.Stdin = c.Dir, bytes.NewReader(append(doc, '\n'))
	cmd.Env = append(append([]string{}, c.Env...), e.Variables()...)
	system.OwnSession(cmd)
	cmd.Cancel = func() error { return system.KillGroup(cmd) }
	cmd.WaitDelay = waitDelay
	var words tail
	cmd.Stdout, cmd.Stderr = &words, &words
	err = cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		// It has ended well, and its children have not.
		err = system.KillGroup(cmd)
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		err = fmt.Errorf("it did not end within %s and was killed", c.Time)
	}
	return &Failure{Err: said(err, words.String()), Retry: cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == tryLater}
}

func said(err error, words string) error {
	if words = handoff.Clean(words, 300); words != "" {
		return fmt.Errorf("%w: %s", err, words)
	}
	return err
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p[max(len(p)-maxWords, 0):]...)
	if over := len(t.kept) - maxWords; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.kept) }
