package exec

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"pawl/handoff"
)

// logger is what a conn tells of its program: *slog.Logger.
type logger interface {
	Info(msg string, args ...any)
	Warn(msg string, args ...any)
	Debug(msg string, args ...any)
}

// request is a Request whose parameters are not written yet.
type request struct {
	id     int64
	method string
	params any
}

// write hands the queue to the program until it is of no use any more.
func (c *conn) write() {
	for {
		select {
		case line := <-c.queue:
			if _, err := c.in.Write(line); err != nil {
				if !errors.Is(err, os.ErrClosed) {
					c.log.Debug("the launcher's program does not read", "error", err)
				}
				return // the program has ended, which is noticed elsewhere, or is being ended
			}
		case <-c.stop:
			return
		}
	}
}

// read takes the program's answers until there are no more, which is io.EOF, or
// one is none.
func (c *conn) read(out io.Reader) error {
	in := bufio.NewReaderSize(out, 64<<10)
	for {
		line, err := readAnswer(in)
		if err != nil {
			return err
		}
		if err := c.take(line); err != nil {
			return err
		}
	}
}

// readAnswer reads a line. What cannot become an answer is refused as soon as
// that is seen, and not when its line has ended.
func readAnswer(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if start := bytes.TrimLeft(line, " \t\r\n"); len(start) > 0 && start[0] != '{' {
			return nil, errGarbage(start)
		}
		switch {
		case len(line) > MaxLine+1:
			return nil, fmt.Errorf("printed a line of more than %d bytes", MaxLine)
		case err == nil:
			return line, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, os.ErrClosed):
			return nil, io.EOF
		default:
			return nil, err
		}
	}
}

func errGarbage(line []byte) error {
	return fmt.Errorf("printed what is no answer: %q; on standard output there are answers only, a JSON object a line", handoff.Clean(string(line[:min(len(line), 400)]), 80))
}

// take hands an answer to whoever waits for it. One that nobody waits for any
// more is dropped; one that nobody has asked for says that the program and we
// are not talking about the same things.
func (c *conn) take(line []byte) error {
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return nil
	}
	var a Answer
	if err := json.Unmarshal(line, &a); err != nil {
		return errGarbage(line)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.ID < 1 || a.ID > c.last {
		return fmt.Errorf("answered request %d, which was never made", a.ID)
	}
	c.unanswered, c.useful = 0, true
	if waits, ok := c.waiting[a.ID]; ok {
		delete(c.waiting, a.ID)
		waits <- a // it has room for one, and there is never another
	}
	return nil
}

// Bounds of what a program may log: so many lines in so long, of so many bytes.
const (
	loggedLines = 50
	loggedEvery = 10 * time.Second
	loggedBytes = 500
)

// listen puts what the program prints on its standard error into the log.
func (c *conn) listen() {
	in := bufio.NewReaderSize(c.errOut, 4096)
	var began time.Time
	lines, skipped := 0, 0
	for {
		part, more, err := in.ReadLine()
		if err != nil {
			return
		}
		for more && err == nil { // only the beginning of a long line counts
			_, more, err = in.ReadLine()
		}
		text := handoff.Clean(string(part), loggedBytes)
		if text == "" {
			continue
		}
		c.mu.Lock()
		c.words = text
		c.mu.Unlock()
		if now := time.Now(); now.Sub(began) > loggedEvery {
			if skipped > 0 {
				c.log.Warn("the launcher's program says too much", "program", c.name, "lines_left_out", skipped)
			}
			began, lines, skipped = now, 0, 0
		}
		if lines++; lines > loggedLines {
			skipped++
			continue
		}
		c.log.Info("the launcher's program says", "program", c.name, "text", text)
	}
}
