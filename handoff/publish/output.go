package publish

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"pawl/handoff"
)

// writing are the commands of git that change a clone. On a pipe they would die in
// the middle, of SIGPIPE, when the process that reads it is killed.
var writing = []string{"commit", "rebase", "reset", "push", "stash"}

// runFiles runs a git whose input and output are files without a name, and has its
// process on record in the lock while it runs.
func (p program) runFiles(cmd *exec.Cmd, stdin string, out, said *output) (err error) {
	var files [3]*os.File
	for i := range files {
		if files[i], err = nameless(); err != nil {
			return err
		}
		defer func(f *os.File) { err = errors.Join(err, f.Close()) }(files[i])
	}
	if _, err := files[0].WriteString(stdin); err != nil {
		return fmt.Errorf("hand over its input: %w", err)
	}
	if _, err := files[0].Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("hand over its input: %w", err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = files[0], files[1], files[2]
	if err := cmd.Start(); err != nil {
		return err
	}
	noted := p.lock.note(cmd.Process.Pid)
	ended := cmd.Wait()
	return errors.Join(ended, noted, p.lock.note(0), out.take(files[1]), said.take(files[2]))
}

// nameless makes a file that is gone when nobody has it open any more.
func nameless() (*os.File, error) {
	f, err := os.CreateTemp("", "pawl-git-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("remove a temporary file's name: %w", err), f.Close())
	}
	return f, nil
}

// Bounds of what is kept of a process's output.
const (
	maxOutput = 32 << 20 // bytes
	maxWords  = 40       // lines of complaint
	maxWord   = 400      // bytes of one of them
)

// output keeps the beginning of what is written to it.
type output struct {
	kept bytes.Buffer
	over bool
}

func (o *output) Write(p []byte) (int, error) {
	n := min(len(p), maxOutput-o.kept.Len())
	o.kept.Write(p[:n])
	o.over = o.over || n < len(p)
	return len(p), nil
}

// take reads what a process wrote into a file, from its beginning.
func (o *output) take(f *os.File) error {
	if _, err := io.Copy(o, io.NewSectionReader(f, 0, maxOutput+1)); err != nil {
		return fmt.Errorf("read what it printed: %w", err)
	}
	return nil
}

func (o *output) text() string { return strings.TrimRight(o.kept.String(), "\n") }

// words are the last lines of a complaint, cleaned. Git's own advice is left out:
// it is about other commands than the one that was given.
func (o *output) words() string {
	var lines []string
	for line := range strings.Lines(o.kept.String()) {
		line = handoff.Clean(line[strings.LastIndexByte(strings.TrimRight(line, "\r\n"), '\r')+1:], maxWord)
		line = strings.TrimPrefix(line, "pawl: ") // of our own hook: whoever shows it says so again
		if line != "" && !strings.HasPrefix(line, "hint: ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(len(lines)-maxWords, 0):], "\n")
}
