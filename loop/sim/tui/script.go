package tui

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"slices"
	"time"

	"pawl/handoff/system"
)

// printed is a line that the script of a turn wrote, or its end.
type printed struct {
	turn  int
	line  string
	ended bool
	fault string // of the end; "" when it succeeded
}

// scriptGrace is how long a script that is to end may take to do so.
const scriptGrace = time.Second

// script is a running script.
type script struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// startScript runs a program for a turn, for at most deadline, and sends what it
// prints to out. The caller ends it with end.
func startScript(path string, deadline time.Duration, env []string, turn effect, out chan<- printed) *script {
	ctx, cancel := context.WithCancel(context.Background())
	s := &script{cancel, make(chan struct{})}
	send := func(p printed) {
		p.turn = turn.turn
		select {
		case out <- p:
		case <-ctx.Done():
		}
	}
	env = append(slices.Clone(env), "PAWL_WAKE_TEXT="+turn.prompt)
	go func() {
		defer close(s.done)
		limited, release := context.WithTimeout(ctx, deadline)
		defer release()
		end := printed{ended: true}
		if err := runScript(limited, path, env, send); err != nil {
			end.fault = err.Error()
		}
		send(end)
	}()
	return s
}

// end ends the script's process group and waits for it. Nothing is sent afterwards.
func (s *script) end() {
	s.cancel()
	<-s.done
}

func runScript(ctx context.Context, path string, env []string, send func(printed)) error {
	cmd := exec.CommandContext(ctx, path)
	cmd.Env = env
	out := &lines{send: send}
	cmd.Stdout, cmd.Stderr = out, out
	system.OwnGroup(cmd)
	cmd.Cancel = func() error { return system.EndGroup(cmd) }
	cmd.WaitDelay = scriptGrace
	err := cmd.Run()
	out.flush()
	if ctx.Err() == nil {
		return err
	}
	// What the script started may have outlived the polite signal.
	return errors.Join(err, system.KillGroup(cmd))
}

// lines sends whole lines of what is written to it.
type lines struct {
	send func(printed)
	rest []byte
}

func (l *lines) Write(data []byte) (int, error) {
	l.rest = append(l.rest, data...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte{'\n'})
		if !found {
			return len(data), nil
		}
		l.rest = rest
		l.send(printed{line: string(line)})
	}
}

func (l *lines) flush() {
	if len(l.rest) > 0 {
		l.send(printed{line: string(l.rest)})
	}
}
