package exec

import (
	"context"
	"errors"
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"pawl/handoff"
	"pawl/handoff/system"
	"pawl/loop/launcher/proc"
)

// conn is one run of the program.
type conn struct {
	name    string // the program's, for errors
	log     logger
	times   Times
	cmd     *osexec.Cmd
	in      *os.File // its standard input
	out     *os.File // its standard output
	errOut  *os.File
	welcome Welcome
	ahead   time.Duration // what its clock is ahead of ours
	advice  func(code int, words string) string

	queue chan []byte   // lines for its input
	stop  chan struct{} // closed when it is of no use any more; cause says why
	gone  chan struct{} // closed when nothing of it is left

	mu         sync.Mutex
	over       bool
	cause      error // set before stop is closed
	last       int64 // id of the last request
	waiting    map[int64]chan<- Answer
	welcomed   bool
	useful     bool          // it answered something after hello
	unanswered time.Duration // waited in vain since it last answered anything
	words      string        // the last line on its standard error
	stubborn   error         // it did not end when its input was closed; set before gone is closed
}

// queued is how many requests may wait for a program that does not read.
const queued = 64

// start runs the program, in a process group of its own.
func (l *Launcher) start() (*conn, error) {
	env := l.opts.Env()
	program, err := proc.FindTool(l.opts.Argv[0], l.opts.Dir, env)
	if err != nil {
		// Whoever asks is told what is missing, and need not read the whole PATH.
		before, _, _ := strings.Cut(err.Error(), "not found in PATH=")
		if before != err.Error() {
			err = errors.New(before + "not found on PATH")
		}
		return nil, l.missing(err)
	}
	c := &conn{
		name: filepath.Base(program), log: l.log, times: l.times, advice: l.opts.Advice, waiting: map[int64]chan<- Answer{},
		queue: make(chan []byte, queued), stop: make(chan struct{}), gone: make(chan struct{}),
	}
	c.cmd = osexec.CommandContext(context.Background(), program, l.opts.Argv[1:]...)
	c.cmd.Env, c.cmd.Dir = env, l.opts.Dir
	system.OwnGroup(c.cmd)
	theirs, err := c.pipes()
	if err != nil {
		return nil, errors.Join(err, closeAll(theirs...), closeAll(c.in, c.out, c.errOut))
	}
	if err := c.cmd.Start(); err != nil {
		return nil, errors.Join(l.missing(err), closeAll(theirs...), closeAll(c.in, c.out, c.errOut))
	}
	if err := closeAll(theirs...); err != nil {
		l.log.Warn("a pipe's other end was not closed", "error", err)
	}
	go c.supervise()
	return c, nil
}

func (l *Launcher) missing(err error) error {
	if l.opts.Missing == "" {
		return err
	}
	return fmt.Errorf("%w; %s", err, l.opts.Missing)
}

// pipes makes the program's standard streams and returns its ends of them.
func (c *conn) pipes() (theirs []*os.File, err error) {
	stdin, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c.in, c.cmd.Stdin = in, stdin
	theirs = append(theirs, stdin)
	out, stdout, err := os.Pipe()
	if err != nil {
		return theirs, err
	}
	c.out, c.cmd.Stdout = out, stdout
	theirs = append(theirs, stdout)
	errOut, stderr, err := os.Pipe()
	if err != nil {
		return theirs, err
	}
	c.errOut, c.cmd.Stderr = errOut, stderr
	return append(theirs, stderr), nil
}

func closeAll(files ...*os.File) error {
	var errs []error
	for _, f := range files {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// fail says that the program is of no use any more. The first to say so is heard;
// the program is ended, and all that wait for it are told why.
func (c *conn) fail(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	c.over, c.cause = true, cause
	close(c.stop)
}

// stopping says that the program has failed or is to end.
func (c *conn) stopping() bool { return closed(c.stop) }

// ended says that nothing of the program is left.
func (c *conn) ended() bool { return closed(c.gone) }

func closed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

func (c *conn) greeted() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.welcomed, c.useful = true, false
}

// met says that it has introduced itself.
func (c *conn) met() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.welcomed
}

// answered says that it answered something since its hello.
func (c *conn) answered() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.welcomed && c.useful
}

// call sends one request and waits for its answer.
func (c *conn) call(ctx context.Context, method string, params, result any) error {
	begin := time.Now()
	answer := make(chan Answer, 1)
	id := c.register(answer)
	defer c.unregister(id)
	line, err := encode(request{id, method, params})
	if err != nil {
		return err
	}
	select {
	case c.queue <- line:
	case <-c.stop:
		return c.cause
	case <-ctx.Done():
		return c.late(ctx, method, begin)
	}
	select {
	case a := <-answer:
		return c.result(method, a, result)
	case <-c.stop:
		select {
		case a := <-answer: // its last word
			return c.result(method, a, result)
		default:
			return c.cause
		}
	case <-ctx.Done():
		c.cancel(id)
		return c.late(ctx, method, begin)
	}
}

func (c *conn) result(method string, a Answer, into any) error {
	if err := a.Error.asError(); err != nil {
		return err
	}
	if err := decode(a.Result, into); err != nil {
		return fmt.Errorf("the answer to %s: %s", method, handoff.Clean(err.Error(), maxMessage))
	}
	return nil
}

func (c *conn) register(answer chan<- Answer) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	c.waiting[c.last] = answer
	return c.last
}

func (c *conn) unregister(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, id)
}

// late says that no answer came in time. A program that has answered nothing at
// all for long hangs.
func (c *conn) late(ctx context.Context, method string, begin time.Time) error {
	c.mu.Lock()
	c.unanswered += time.Since(begin)
	hangs := c.unanswered >= c.times.Silent
	c.mu.Unlock()
	if hangs {
		c.fail(fmt.Errorf("%s answers nothing, for %v now", c.name, c.times.Silent))
	}
	return fmt.Errorf("%s: no answer in time: %w", method, ctx.Err())
}

// cancel tells the program that nobody waits for a request any more, unless it
// has more to read already than it does.
func (c *conn) cancel(id int64) {
	c.mu.Lock()
	c.last++
	line, err := encode(request{c.last, MethodCancel, Cancel{ID: id}})
	c.mu.Unlock()
	if err != nil {
		c.log.Warn("a request cannot be cancelled", "error", err)
		return
	}
	select {
	case c.queue <- line:
	default:
	}
}
