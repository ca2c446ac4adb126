package runner

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"pawl/handoff"
)

// maxEvent bounds one line that a program prints, in bytes. A program that prints
// more without a newline is not speaking the language that was agreed on.
const maxEvent = 8 << 20

// read takes in what the program prints, to its end. An error says in a sentence what
// was wrong with it.
func (s *session) read(r io.Reader) error {
	n := s.state.Last().N
	lines := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := nextLine(lines)
		if len(line) > 0 {
			s.told(s.record.raw(n, line))
			if broken := s.line(line); broken != nil && err == nil {
				return broken // of a line that was cut off nothing is expected
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, errLong):
			return fmt.Errorf("it printed a line of more than %d bytes; what it printed is in %s", maxEvent, s.record.rawFile(n))
		case errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded):
			return nil
		default:
			return fmt.Errorf("what it prints cannot be read: %w", err)
		}
	}
}

func (s *session) line(line []byte) error {
	events, err := s.decoder.Decode(line)
	if err != nil {
		return fmt.Errorf("it printed what is no event (%w): %s; all that it printed is in %s",
			err, handoff.Clean(string(line[:min(len(line), 400)]), 100), s.record.rawFile(s.state.Last().N))
	}
	for _, e := range events {
		e.At = time.Now()
		s.event(e)
	}
	return nil
}

var errLong = errors.New("the line is too long")

// nextLine is the next line with its newline, or what there is of it. Of one that is
// too long it is the beginning.
func nextLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxEvent:
			return line[:maxEvent], errLong
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil || bytes.HasSuffix(line, []byte("\n")):
			return line, err
		}
	}
}
