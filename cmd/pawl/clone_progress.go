package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"pawl/handoff/system"
	"pawl/loop/doctor"
)

// cloneSilence is how long git may say nothing while it clones: it tells its
// progress, so that silence is a network that hangs.
const cloneSilence = 2 * time.Minute

// gitProgress is a line that git draws over, such as "Receiving objects:  45%
// (123/270), 1.2 MiB | 300 KiB/s".
var gitProgress = regexp.MustCompile(`^(?:remote: )?([A-Z][a-z ]+):\s+(\d+%|\d+)`)

// gitWatch reads what git says while it works: at is told how far it is, heard
// that it said anything. The rest is kept for an error message.
type gitWatch struct {
	at    func(string)
	heard func()
	mu    sync.Mutex
	line  []byte
	kept  []string
}

// mostKept bounds the lines that are kept of git's words, and a line's bytes.
const (
	mostKept = 20
	mostLine = 1000
)

func (g *gitWatch) Write(p []byte) (int, error) {
	g.heard()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, b := range p {
		if b == '\r' || b == '\n' {
			g.take(string(bytes.TrimSpace(g.line)))
			g.line = g.line[:0]
		} else if len(g.line) < mostLine {
			g.line = append(g.line, b)
		}
	}
	return len(p), nil
}

func (g *gitWatch) take(line string) {
	if m := gitProgress.FindStringSubmatch(line); m != nil {
		g.at(strings.ToLower(m[1]) + " " + m[2])
	} else if line != "" && len(g.kept) < mostKept {
		g.kept = append(g.kept, line)
	}
}

// said is what git said beside its progress.
func (g *gitWatch) said() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.take(string(bytes.TrimSpace(g.line)))
	return strings.Join(g.kept, "\n")
}

// git runs one git command that may ask nothing, with login in its environment, and
// shows its progress in s.
func git(ctx context.Context, dir string, login []string, s *step, args ...string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silent := fmt.Errorf("nothing was heard of it for %s", cloneSilence)
	watchdog := time.AfterFunc(cloneSilence, func() { cancel(silent) })
	defer watchdog.Stop()
	watch := &gitWatch{at: s.at, heard: func() { watchdog.Reset(cloneSilence) }}
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = slices.Concat(withoutGit(os.Environ()), login, []string{"GIT_TERMINAL_PROMPT=0", "LC_ALL=C"})
	cmd.Stdout, cmd.Stderr = watch, watch
	// A session of its own has no terminal to ask on, and its group holds ssh.
	system.OwnSession(cmd)
	cmd.Cancel = func() error { return system.EndGroup(cmd) }
	cmd.WaitDelay = 2 * time.Second
	err := cmd.Run()
	if err == nil {
		return nil
	}
	err = errors.Join(err, system.KillGroup(cmd)) // helpers that outlived git end here
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if said := doctor.Text(watch.said()); said != "" {
		return fmt.Errorf("git %s: %w: %s", args[0], err, said)
	}
	return fmt.Errorf("git %s: %w", args[0], err)
}
