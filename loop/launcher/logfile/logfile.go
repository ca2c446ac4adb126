// Package logfile appends to a log that others may remove or rename at any time.
package logfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"pawl/handoff/system"
)

// File appends to whatever file has the log's name: when that was removed or
// renamed, it opens a new one.
type File struct {
	Path string
	file *os.File
	is   os.FileInfo // the file that is open
}

// Write appends p to the file that has the name now, and makes one if need be.
func (l *File) Write(p []byte) (int, error) {
	if err := l.Open(); err != nil {
		return 0, err
	}
	return l.file.Write(p)
}

// Open makes sure that the file that is open is the one that has the name.
func (l *File) Open() error {
	if l.file != nil {
		if l.named() {
			return nil
		}
		if err := l.Close(); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(l.Path), 0o700); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	// Without O_NONBLOCK a named pipe that nobody reads would hold us for ever.
	f, err := os.OpenFile(l.Path, os.O_CREATE|os.O_WRONLY|os.O_APPEND|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("log %q: not a regular file", l.Path)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	l.file, l.is = f, info
	return nil
}

// Limit is the size in bytes at which a log is rotated.
const Limit = 16 << 20

// named says that the file that is open has the log's name.
func (l *File) named() bool {
	info, err := os.Stat(l.Path)
	return err == nil && os.SameFile(info, l.is)
}

// Rotate gives the file another name, its own with ".1" behind it, once it has
// more than limit bytes. What had that name is gone: together they take at most
// about twice the limit. The next Write begins a new file. A file that another one
// rotated meanwhile is left alone.
func (l *File) Rotate(limit int64) error {
	if _, size := l.Place(); size <= limit || !l.named() {
		return nil
	}
	if err := os.Rename(l.Path, Rotated(l.Path)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("log: %w", err)
	}
	return nil
}

// Place returns the file's inode and size; zeros when there is none.
func (l *File) Place() (inode uint64, size int64) {
	if l.file == nil {
		return 0, 0
	}
	info, err := l.file.Stat()
	if err != nil {
		return 0, 0
	}
	return system.Number(info), info.Size()
}

// Close closes the file; a later Write opens it again.
func (l *File) Close() error {
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}
