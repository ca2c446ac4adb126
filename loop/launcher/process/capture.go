package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"pawl/handoff/system"
	"pawl/loop/launcher"
	"pawl/loop/launcher/logfile"
	"pawl/loop/launcher/plain"
)

// captureTail is how much of the end of a log Capture reads, in bytes.
const captureTail = 256 << 10

// Capture returns the last lines of what this generation printed, cleaned and
// bounded, also after it has ended. A log that is gone has no lines.
func (l *Launcher) Capture(ctx context.Context, ref launcher.Ref, lines int) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("capture session %q: %w", ref.Session, err)
	}
	s, c, err := l.find(ref.Session)
	if err != nil {
		return nil, fmt.Errorf("capture session %q: %w", ref.Session, err)
	}
	if c == absent {
		return nil, errGone(ref, "not there")
	}
	if s.Generation != ref.Generation {
		return nil, errOther(ref, s)
	}
	tail, err := readLog(s)
	if err != nil {
		return nil, fmt.Errorf("capture session %q: %w", ref.Session, err)
	}
	return lastLines(tail, lines), nil
}

// readLog reads the end of what a session printed. Where its log is short because
// it was rotated since the session began, what has the rotated name comes first.
func readLog(s *state) ([]byte, error) {
	from := s.LogFrom
	info, err := os.Stat(logfile.Rotated(s.Log))
	rotated := err == nil && info.ModTime().After(s.At)
	if rotated {
		// The inode of a file that is gone is given again: this one is new.
		from = 0
	}
	tail, err := readTail(s.Log, s.LogInode, from)
	if err != nil || !rotated || len(tail) > captureTail/2 {
		return tail, err
	}
	before, err := readTail(logfile.Rotated(s.Log), s.LogInode, s.LogFrom)
	return append(before, tail...), err
}

// readTail reads the end of a log, but not what was in it, if it is the file
// with that inode, before from.
func readTail(path string, inode uint64, from int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("log %q: not a regular file", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	size := info.Size()
	if system.Number(info) != inode || size < from {
		from = 0
	}
	cut := size-captureTail > from
	from = max(from, size-captureTail)
	tail, err := io.ReadAll(io.NewSectionReader(f, from, size-from))
	if cut {
		tail = wholeLines(tail)
	}
	return tail, errors.Join(err, f.Close())
}

// wholeLines drops what is left of a first line that was cut off, unless there
// is no other.
func wholeLines(tail []byte) []byte {
	if i := bytes.IndexByte(tail, '\n'); i >= 0 && i+1 < len(tail) {
		return tail[i+1:]
	}
	return tail
}

func lastLines(text []byte, lines int) []string {
	text = bytes.TrimSuffix(text, []byte("\n"))
	if len(text) == 0 || lines <= 0 {
		return nil
	}
	var last [][]byte
	for len(last) < lines {
		i := bytes.LastIndexByte(text, '\n')
		last = append(last, text[i+1:])
		if i < 0 {
			break
		}
		text = text[:i]
	}
	cleaned := make([]string, len(last))
	for i, line := range last {
		cleaned[len(last)-1-i] = plain.Row(string(line))
	}
	return cleaned
}
