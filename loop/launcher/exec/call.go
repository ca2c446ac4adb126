package exec

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

var errClosed = errors.New("the launcher is closed")

// call asks the program for one thing and waits for its answer, no longer than
// the context. Whatever is wrong, with the program or with its answer, is an
// error that is neither ErrGone nor ErrOther.
func (l *Launcher) call(ctx context.Context, method string, params, result any) error {
	c, err := l.connect(ctx)
	if err != nil {
		return err
	}
	if err := c.call(ctx, method, params, result); err != nil {
		return fmt.Errorf("launcher %s: %w", l.opts.Name, err)
	}
	return nil
}

// connect returns the program that runs. Where none does it starts one, beside
// the caller: a start that takes longer than the caller can wait goes on.
func (l *Launcher) connect(ctx context.Context) (*conn, error) {
	for {
		c, wait, err := l.running()
		if c != nil || err != nil {
			return c, err
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, fmt.Errorf("launcher %s: its program is still starting: %w", l.opts.Name, ctx.Err())
		}
	}
}

// running is the program that runs, or what to wait for until one may, or why
// none is to be had now.
func (l *Launcher) running() (*conn, <-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, nil, fmt.Errorf("launcher %s: %w", l.opts.Name, errClosed)
	}
	l.collect()
	if l.now != nil {
		return l.now, nil, nil
	}
	if l.starting != nil {
		return nil, l.starting, nil
	}
	if wait := time.Until(l.retryAt); wait > 0 {
		return nil, nil, fmt.Errorf("launcher %s: %w; it is started again in %v", l.opts.Name, l.fault, wait.Round(100*time.Millisecond))
	}
	l.starting = make(chan struct{})
	l.starts.Go(l.begin)
	return nil, l.starting, nil
}

// collect notices a program that has failed. mu is held.
func (l *Launcher) collect() {
	if l.now != nil && l.now.stopping() {
		c := l.now
		l.now = nil
		l.before = append(l.before, c)
		if c.answered() {
			l.failed = 0
		}
		l.noteFailure(c.cause)
	}
	var ending []*conn
	for _, c := range l.before {
		if !c.ended() {
			ending = append(ending, c)
		}
	}
	l.before = ending
}

// noteFailure says when the next start may be. mu is held.
func (l *Launcher) noteFailure(cause error) {
	l.failed++
	l.fault = cause
	if l.failed > 1 {
		wait := min(l.times.Retry<<min(l.failed-2, 20), l.times.RetryMax)
		l.retryAt = time.Now().Add(wait)
	}
	if !errors.Is(cause, errClosed) {
		l.log.Info("the launcher's program failed", "error", cause, "in_a_row", l.failed)
	}
}

// begin starts the program and lets it introduce itself.
func (l *Launcher) begin() {
	c, err := l.start()
	if err == nil {
		err = l.greet(c)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	defer func() {
		close(l.starting)
		l.starting = nil
	}()
	switch {
	case err != nil && c != nil:
		c.fail(err)
		l.before = append(l.before, c)
		l.noteFailure(c.cause)
	case err != nil:
		l.noteFailure(err)
	case l.closed:
		c.fail(errClosed)
		l.before = append(l.before, c)
	default:
		l.now, l.welcome, l.ahead = c, c.welcome, c.ahead
	}
}

// greet says hello and judges the answer.
func (l *Launcher) greet(c *conn) error {
	ctx, cancel := context.WithTimeout(l.life, l.times.Hello)
	defer cancel()
	hello := Hello{Protocol: Version, Pawl: l.opts.Pawl, Options: l.opts.Options, Owner: l.opts.Owner}
	var w Welcome
	if err := c.call(ctx, MethodHello, hello, &w); err != nil {
		return fmt.Errorf("%s: hello: %w", c.name, err)
	}
	if w.Protocol != Version {
		return fmt.Errorf("%s speaks version %d of the launcher protocol, and this pawl version %d; install those that belong together", c.name, w.Protocol, Version)
	}
	c.welcome, c.ahead = w, skew(w.Now, time.Now())
	c.greeted()
	return nil
}

// Close ends the program: its input is closed, then it gets TERM, then KILL. It
// returns when nothing of it is left, with an error where closing its input was
// not enough. Sessions go on.
func (l *Launcher) Close() error {
	l.mu.Lock()
	l.closed = true
	l.quit() // a start that is under way is given up
	if l.now != nil {
		l.now.fail(errClosed)
		l.before = append(l.before, l.now)
		l.now = nil
	}
	l.mu.Unlock()
	l.starts.Wait()
	l.mu.Lock()
	ending := l.before
	l.before = nil
	l.mu.Unlock()
	var errs []error
	for _, c := range ending {
		<-c.gone
		if errors.Is(c.cause, errClosed) {
			errs = append(errs, c.stubborn)
		}
	}
	return errors.Join(errs...)
}

// encode writes a request as a line.
func encode(r request) ([]byte, error) {
	params, err := json.Marshal(r.params)
	if err != nil {
		return nil, err
	}
	if r.params == nil {
		params = nil
	}
	line, err := json.Marshal(Request{ID: r.id, Method: r.method, Params: params})
	if err != nil {
		return nil, err
	}
	if len(line) > MaxLine {
		return nil, fmt.Errorf("a request of %d bytes; the protocol has room for %d", len(line), MaxLine)
	}
	return append(line, '\n'), nil
}

// decode reads a result into what is expected. Where that is nothing, anything will do.
func decode(result json.RawMessage, into any) error {
	if into == nil {
		return nil
	}
	if len(result) == 0 || bytes.Equal(result, []byte("null")) {
		return errors.New("an answer without a result")
	}
	return json.Unmarshal(result, into)
}
