package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher/logfile"
)

// startPatience is how long a coordinator has to answer after its start.
const startPatience = 10 * time.Second

// startCoordinator starts `pawl watch` in the background, detached from the
// terminal, and waits until it answers. One that runs already is left alone.
func (p *project) startCoordinator(ctx context.Context) (started bool, err error) {
	if err := p.endStray(ctx); err != nil {
		return false, err
	}
	health, err := p.client.Health(ctx)
	if err == nil && health.Version != versionText() {
		// It knows less, or more, of the ledger than whoever asks.
		p.app.say("the coordinator is pawl %s; pawl %s takes its place", health.Version, versionText())
		if _, err := p.stopCoordinator(ctx, lockPatience); err != nil {
			return false, err
		}
	} else if !notRunning(err) {
		return false, err
	}
	before, err := roomyLog(coordinatorLog(p.cfg))
	if err != nil {
		return false, err
	}
	cmd, err := p.detached(ctx, "watch", "--background")
	if err != nil {
		return false, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	return true, p.awaitCoordinator(ctx, ended, before)
}

// roomyLog sees to it that a log is not full, and returns its size in bytes.
func roomyLog(path string) (size int64, err error) {
	log := logfile.File{Path: path}
	for range 2 { // a full one is followed by an empty one
		if err := log.Open(); err != nil {
			return 0, err
		}
		_, size = log.Place()
		if err := log.Rotate(logfile.Limit); err != nil {
			return 0, errors.Join(err, log.Close())
		}
	}
	return size, log.Close()
}

// openLog opens a log for a process that writes to it by itself.
func openLog(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
}

// awaitCoordinator waits until the coordinator answers or ended. What it said
// is in its log after logged bytes.
func (p *project) awaitCoordinator(ctx context.Context, ended <-chan error, logged int64) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if _, herr := p.client.Health(ctx); herr == nil {
				return nil // another one was faster
			}
			return fmt.Errorf("the coordinator ended at once (%w): %s", orExit(err), lastLine(coordinatorLog(p.cfg), logged))
		case <-ctx.Done():
			return fmt.Errorf("the coordinator does not answer; see pawl logs coordinator: %w", ctx.Err())
		case <-tick.C:
			if _, err := p.client.Health(ctx); err == nil {
				return nil
			}
		}
	}
}

func orExit(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// lastLine is what a log ends with, for an error message: the last error of a
// command, which a hint may follow, else the last line. The first from bytes
// are left out: they tell of an earlier run.
func lastLine(path string, from int64) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(data[min(from, int64(len(data))):]), []byte("\n"))
	last := lines[len(lines)-1]
	for _, line := range slices.Backward(lines) {
		if text, ok := bytes.CutPrefix(line, []byte("pawl: ")); ok {
			last = text
			break
		}
	}
	return strings.ToValidUTF8(string(last), "")
}

// detachedTick starts one `pawl tick` that this process does not wait for: a
// git hook must not hold up the push.
func (p *project) detachedTick(ctx context.Context) error {
	cmd, err := p.detached(ctx, "tick", "--quiet")
	if err != nil {
		return err
	}
	return cmd.Process.Release()
}

// detached starts a pawl command in a session of its own, which outlives this
// process and writes to the coordinator's log.
func (p *project) detached(ctx context.Context, args ...string) (cmd *exec.Cmd, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	file, err := openLog(coordinatorLog(p.cfg))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	cmd = exec.CommandContext(context.WithoutCancel(ctx), self, append([]string{"--config", p.path}, args...)...)
	cmd.Args[0] = "pawl"
	cmd.Dir, cmd.Env = p.cfg.Dir, p.environment()
	cmd.Stdout, cmd.Stderr = file, file
	system.OwnSession(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("pawl %s: %w", args[0], err)
	}
	return cmd, nil
}
