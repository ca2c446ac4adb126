package trial

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"pawl/loop/control"
	"pawl/loop/daemon"
	"pawl/loop/launcher/proc"
)

// coordinator keeps a `pawl watch` running as a service manager would: one that
// ends is started again.
type coordinator struct {
	stage *stage
	// gate is held by whoever wants no coordinator to be started meanwhile.
	gate chan struct{}
	// died is told of one that ended although nothing was done that must end it.
	died func(how string)

	mu     sync.Mutex
	latest *process // nil before the first
	starts int
}

type process struct {
	cmd     *exec.Cmd
	excused atomic.Bool // it is ended, or may end by itself
	ended   chan struct{}
}

// restartPause is between the end of a coordinator and the start of the next one.
const restartPause = 300 * time.Millisecond

func newCoordinator(s *stage, died func(how string)) *coordinator {
	return &coordinator{stage: s, gate: make(chan struct{}, 1), died: died}
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
		how := "exit status 0"
		if err := cmd.Wait(); err != nil {
			how = err.Error()
		}
		c.stage.say("a coordinator ended: %s", how)
		if !p.excused.Load() {
			c.died(how)
		}
	}()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.latest = p
	c.starts++
	return p, nil
}

// current is the coordinator that was started last; nil before the first.
func (c *coordinator) current() *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.latest
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

// answers waits until a coordinator is in charge: one that still starts has neither
// taken its lock nor read its configuration, and may rightly give up.
func (c *coordinator) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	place, err := daemon.NewPlace(c.stage.state())
	if err != nil {
		return err
	}
	client := control.NewClient(place.Socket())
	for {
		_, err := client.Health(ctx)
		if err == nil && c.alive() {
			return nil
		}
		if proc.Pause(ctx, 20*time.Millisecond) != nil {
			return fmt.Errorf("no coordinator answers: %w", errors.Join(err, ctx.Err()))
		}
	}
}

// excuse says that the coordinator that runs, if one does, may end.
func (c *coordinator) excuse() {
	if p := c.current(); p != nil {
		p.excused.Store(true)
	}
}

// kill ends the coordinator that runs, if one does, as a power cut would.
func (c *coordinator) kill() error {
	p := c.current()
	if p == nil {
		return nil
	}
	p.excused.Store(true)
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
	p.excused.Store(true)
	if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
