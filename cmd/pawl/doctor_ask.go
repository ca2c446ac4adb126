package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"pawl/handoff/system"
	"pawl/loop/doctor"
)

// question is one program that is run to hear what it says.
type question struct {
	program string
	args    []string
	env     []string
	login   []string // what git gets besides, to log in
	dir     string
	stdin   string
}

const (
	mostAnswer = 1 << 20     // bytes that are kept of what a program prints
	askWait    = time.Second // how long its children may hold its output open
)

// ask runs a program without a terminal, in a process group that ends with the
// context, and returns what it printed. The error says what it complained of.
func ask(ctx context.Context, q question) (string, error) {
	cmd := exec.CommandContext(ctx, q.program, q.args...)
	cmd.Dir, cmd.Env, cmd.Stdin = q.dir, q.env, strings.NewReader(q.stdin)
	system.OwnSession(cmd)
	cmd.Cancel = func() error { return system.KillGroup(cmd) }
	cmd.WaitDelay = askWait
	var said, complaint answer
	cmd.Stdout, cmd.Stderr = &said, &complaint
	err := cmd.Run()
	if ctx.Err() != nil {
		return "", noAnswer(ctx)
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		err = system.KillGroup(cmd) // it has ended and its children have not
	}
	if err == nil {
		return said.text(), nil
	}
	if text := lastWords(complaint.text()); text != "" {
		return said.text(), &complaintError{text, err}
	}
	return said.text(), err
}

func noAnswer(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", checkTime)
	}
	return ctx.Err()
}

// complaintError is a program that failed, in its own words.
type complaintError struct {
	text string
	err  error
}

func (e *complaintError) Error() string { return e.text }
func (e *complaintError) Unwrap() error { return e.err }

// lastWords is the line of a program's complaint that says most: the first of
// git's that is fatal, else the last.
func lastWords(text string) string {
	last := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "fatal: "); ok {
			return doctor.Text(rest)
		}
		if line != "" {
			last = line
		}
	}
	return doctor.Text(last)
}

// firstWords is the first line of what a program printed that has anything in it.
func firstWords(text string) string {
	for line := range strings.Lines(text) {
		if line = doctor.Text(line); line != "" {
			return line
		}
	}
	return ""
}

// answer keeps the beginning of what is written to it.
type answer struct{ kept bytes.Buffer }

func (a *answer) Write(p []byte) (int, error) {
	a.kept.Write(p[:min(len(p), mostAnswer-a.kept.Len())])
	return len(p), nil
}

func (a *answer) text() string { return a.kept.String() }
