package tui

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// Tell gives an order to the program that watches the control file: it appends
// a line to it. An order that is not known is an error. The program obeys
// within a tenth of a second, and its record says so.
func Tell(control, line string) error {
	if _, err := parseOrder(line); err != nil {
		return err
	}
	return appendLine(control, []byte(line))
}

// control reads the orders that are appended to a file; "" is none.
type control struct {
	path string
	read int64 // bytes that are done with
}

// news returns the whole lines that are new. The file need not exist yet.
func (c *control) news() (lines []string, err error) {
	if c.path == "" {
		return nil, nil
	}
	info, err := os.Stat(c.path)
	if errors.Is(err, os.ErrNotExist) {
		c.read = 0
		return nil, nil
	}
	if err != nil || info.Size() == c.read {
		return nil, err
	}
	if info.Size() < c.read {
		c.read = 0
	}
	return c.rest()
}

func (c *control) rest() (lines []string, err error) {
	f, err := os.Open(c.path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Seek(c.read, io.SeekStart); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	c.read += int64(whole)
	for line := range bytes.Lines(data[:whole]) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines = append(lines, string(line))
		}
	}
	return lines, nil
}
