package trial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher/proc"
)

// patience bounds one command of the simulation.
const patience = 60 * time.Second

// command is a program in a process group of its own, which ends with ctx.
func (s *stage) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = s.dir, s.env()
	system.OwnGroup(cmd)
	cmd.Cancel = func() error { return system.KillGroup(cmd) }
	cmd.WaitDelay = time.Second
	return cmd
}

// run runs a program to its end and returns what it printed.
func (s *stage) run(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := s.command(ctx, name, args...).CombinedOutput()
	text := strings.TrimSpace(string(out))
	if err != nil {
		err = fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, text)
	}
	return text, err
}

func (s *stage) git(ctx context.Context, args ...string) error {
	_, err := s.run(ctx, "git", args...)
	return err
}

func (s *stage) runPawl(ctx context.Context, args ...string) (string, error) {
	return s.run(ctx, s.pawl, append([]string{"--config", s.config()}, args...)...)
}

// coordinator keeps a `pawl watch` running as a service manager would: one that
// ends is started again.
type coordinator struct {
	stage *stage
	// gate is held by whoever wants no coordinator to be started meanwhile.
	gate    chan struct{}
	running chan *process // holds the one that runs now
	starts  int
}

type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// restartPause is between the end of a coordinator and the start of the next one.
const restartPause = 300 * time.Millisecond

func newCoordinator(s *stage) *coordinator {
	c := &coordinator{stage: s, gate: make(chan struct{}, 1), running: make(chan *process, 1)}
	c.running <- nil
	return c
}

// hold keeps a new coordinator from being started until release.
func (c *coordinator) hold(ctx context.Context) error {
	select {
	case c.gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *coordinator) release() { <-c.gate }

// keep starts coordinators, one after the other, until ctx ends, and waits for
// the last one.
func (c *coordinator) keep(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := c.hold(ctx); err != nil {
			return nil
		}
		p, err := c.start()
		c.release()
		if err != nil {
			return err
		}
		select {
		case <-p.ended:
		case <-ctx.Done():
			return c.kill()
		}
		if proc.Pause(ctx, restartPause) != nil {
			return nil
		}
	}
	return nil
}

func (c *coordinator) start() (*process, error) {
	log, err := os.OpenFile(c.stage.log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	// It ends when it is told to, not with a context.
	cmd := c.stage.command(context.Background(), c.stage.pawl, "--config", c.stage.config(), "watch", "--clock", c.stage.clock())
	cmd.Stdout, cmd.Stderr = log, log
	if err := errors.Join(cmd.Start(), log.Close()); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		if err := cmd.Wait(); err != nil {
			c.stage.say("a coordinator ended: %v", err)
		}
	}()
	<-c.running
	c.running <- p
	c.starts++
	return p, nil
}

// current is the coordinator that was started last; nil before the first.
func (c *coordinator) current() *process {
	p := <-c.running
	c.running <- p
	return p
}

// alive says that a coordinator runs now.
func (c *coordinator) alive() bool {
	p := c.current()
	if p == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// kill ends the coordinator that runs, if one does, as a power cut would.
func (c *coordinator) kill() error {
	p := c.current()
	if p == nil {
		return nil
	}
	err := p.cmd.Process.Kill()
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	<-p.ended
	return err
}

// dump ends the coordinator that runs with its goroutines' stacks in its log: what
// a loop waits for that does not go on is seen there.
func (c *coordinator) dump(ctx context.Context) error {
	if err := c.hold(ctx); err != nil {
		return err
	}
	defer c.release()
	p := c.current()
	if p == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return c.wait(ctx)
}

// wait waits for the end of the coordinator that runs, if one does.
func (c *coordinator) wait(ctx context.Context) error {
	p := c.current()
	if p == nil {
		return nil
	}
	select {
	case <-p.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
