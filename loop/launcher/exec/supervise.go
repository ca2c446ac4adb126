package exec

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"pawl/handoff/system"
)

const (
	// lastWords is how long what a program that has ended still said is read:
	// another that it started may hold its output open.
	lastWords = 200 * time.Millisecond
	// reapPatience is how long a killed program may take to be gone.
	reapPatience = 5 * time.Second
)

// supervise owns a program from its start until nothing of it is left: its
// process, its process group, its pipes and the goroutines that serve them.
func (c *conn) supervise() {
	defer close(c.gone)
	exited, broken := make(chan error, 1), make(chan error, 1)
	var reading, writing sync.WaitGroup
	go func() { exited <- c.reap() }()
	writing.Go(c.write)
	reading.Go(c.listen)
	reading.Go(func() { broken <- c.read(c.out) })

	var status error
	over := false
	select {
	case <-c.stop:
	case err := <-broken:
		if errors.Is(err, io.EOF) {
			status, over = within(exited, time.Second)
			err = errors.New("closed its standard output")
		}
		if !over {
			c.fail(fmt.Errorf("%s %w", c.name, err))
		}
	case status = <-exited:
		over = true
	}
	if !over {
		c.end(exited)
	}
	limit := time.Now().Add(lastWords)
	c.check(errors.Join(c.out.SetReadDeadline(limit), c.errOut.SetReadDeadline(limit)))
	reading.Wait()
	c.fail(c.endedAs(status)) // where nothing else was wrong with it
	c.check(c.in.Close())
	writing.Wait()
	c.check(closeAll(c.out, c.errOut))
}

// check tells of a pipe that did not do as it was told.
func (c *conn) check(err error) {
	if err != nil && !errors.Is(err, os.ErrClosed) {
		c.log.Warn("a pipe to the launcher's program", "program", c.name, "error", err)
	}
}

// endedAs says how a program ended that nobody asked to, with its last words.
func (c *conn) endedAs(status error) error {
	c.mu.Lock()
	words := c.words
	c.mu.Unlock()
	how := "exit status 0"
	if status != nil {
		how = status.Error()
	}
	if words != "" {
		how += ": " + words
	}
	if c.advice != nil && c.cmd.ProcessState != nil {
		if todo := c.advice(c.cmd.ProcessState.ExitCode(), words); todo != "" {
			how += "; " + todo
		}
	}
	return fmt.Errorf("%s ended: %s", c.name, how)
}

// end closes the program's input, which is its sign to end, and helps it along
// if it does not. One that never introduced itself has nothing to finish.
func (c *conn) end(exited <-chan error) {
	c.check(c.in.Close())
	met := c.met()
	if met {
		if _, ok := within(exited, c.times.Polite); ok {
			return
		}
		c.stubborn = fmt.Errorf("%s did not end within %v of its standard input's end, and was killed", c.name, c.times.Polite)
	}
	c.signal(syscall.SIGTERM)
	if _, ok := within(exited, c.times.Term); ok {
		return
	}
	c.signal(syscall.SIGKILL)
	if _, ok := within(exited, reapPatience); !ok {
		c.log.Warn("the launcher's program does not end", "program", c.name, "pid", c.cmd.Process.Pid)
	}
}

// signal signals the program's group, whose leader is not reaped yet.
func (c *conn) signal(sig syscall.Signal) {
	// On macOS a group of zombies may not be signalled.
	if err := system.SignalGroup(c.cmd.Process.Pid, sig); err != nil && !errors.Is(err, syscall.EPERM) {
		c.log.Warn("the launcher's program cannot be signalled", "program", c.name, "signal", sig.String(), "error", err)
	}
}

// reap waits for the end of the program and takes what is left of its group with
// it, while its pid, and so the group's id, still is its own.
func (c *conn) reap() error {
	if awaitEnd(c.cmd.Process.Pid) {
		c.signal(syscall.SIGKILL)
	}
	return c.cmd.Wait()
}

// within waits for a result, but not for ever.
func within(result <-chan error, limit time.Duration) (err error, ok bool) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-result:
		return err, true
	case <-timer.C:
		return nil, false
	}
}
