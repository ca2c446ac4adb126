// Package disk has small disks that can be filled, in a mount namespace of their
// own: nobody else sees them, and they are gone with the last process in it.
package disk

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
)

// ErrNotHere is in the error about what this machine, or this user, does not have.
var ErrNotHere = errors.New("not possible here")

// Disk is a mounted tmpfs.
type Disk struct {
	Dir string

	mu      sync.Mutex
	ballast *os.File // nil unless it is full
}

// ballastPiece is written at once, in bytes; the last pieces are halved until not
// one byte has room.
const ballastPiece = 64 << 10

// Fill writes until the disk has no room left, and returns what gives it back, which
// may be called more than once. What takes up the room has no name, so that
// whoever clears the folder out gains nothing. A full disk is not filled again.
func (d *Disk) Fill() (free func() error, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ballast != nil {
		return nil, fmt.Errorf("disk %s is filled already; free it first", d.Dir)
	}
	file, err := os.CreateTemp(d.Dir, ".ballast-")
	if err != nil {
		return nil, fmt.Errorf("fill disk %s: %w", d.Dir, err)
	}
	err = errors.Join(os.Remove(file.Name()), fill(file))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("fill disk %s: %w", d.Dir, err), file.Close())
	}
	d.ballast = file
	return sync.OnceValue(func() error { return d.release(file) }), nil
}

// fill writes zeros until there is no room.
func fill(file *os.File) error {
	zeros := make([]byte, ballastPiece)
	for size := ballastPiece; size > 0; {
		_, err := file.Write(zeros[:size])
		switch {
		case errors.Is(err, syscall.ENOSPC):
			size /= 2
		case err != nil:
			return err
		}
	}
	return nil
}

func (d *Disk) release(file *os.File) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ballast != file {
		return nil
	}
	d.ballast = nil
	return file.Close()
}

// Unmount takes the disk away, with all that is on it. A process that has a file of
// it open keeps that file until it closes it.
func (d *Disk) Unmount() error {
	d.mu.Lock()
	file := d.ballast
	d.mu.Unlock()
	var err error
	if file != nil {
		err = d.release(file)
	}
	return errors.Join(err, unmount(d.Dir))
}
