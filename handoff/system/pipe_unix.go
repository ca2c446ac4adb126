//go:build linux || darwin

package system

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ErrWait says that a file that does not block has nothing to read, or no room.
const ErrWait = syscall.EAGAIN

// SetNonblock has reads and writes of a descriptor wait, or not.
func SetNonblock(fd int, on bool) error { return unix.SetNonblock(fd, on) }

// Read reads what there is, once: ErrWait if there is nothing.
func Read(fd int, buf []byte) (int, error) { return unix.Read(fd, buf) }

// Write writes what there is room for: ErrWait if there is none.
func Write(fd int, data []byte) (int, error) {
	for {
		n, err := unix.Write(fd, data)
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// HasRoom says that a write to a descriptor would not wait.
func HasRoom(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n == 1 && fds[0].Revents&unix.POLLOUT != 0
}

// AwaitInput waits until one of some files has something to read, has ended or is
// broken, and says for each whether it has. A negative limit is none.
func AwaitInput(limit time.Duration, files ...*os.File) ([]bool, error) {
	fds := make([]unix.PollFd, len(files))
	for i, f := range files {
		fds[i] = unix.PollFd{Fd: int32(f.Fd()), Events: unix.POLLIN}
	}
	wait := -1
	if limit >= 0 {
		wait = int(limit.Milliseconds())
	}
	ready := make([]bool, len(files))
	if _, err := unix.Poll(fds, wait); err != nil && !errors.Is(err, unix.EINTR) {
		return ready, err
	}
	for i := range fds {
		ready[i] = fds[i].Revents != 0
	}
	return ready, nil
}

// Unread is how many bytes lie in a pipe, or wait on a terminal.
func Unread(fd int) (int, error) { return unix.IoctlGetInt(fd, fionread) }

// UnreadOn is how many bytes a program could read from the terminal at a path now.
func UnreadOn(tty string) (int, error) {
	fd, err := unix.Open(tty, unix.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("terminal %q: %w", tty, err)
	}
	n, err := Unread(fd)
	return n, errors.Join(err, unix.Close(fd))
}

// HungUp says that an error of a terminal means that it is gone.
func HungUp(err error) bool { return errors.Is(err, unix.EIO) }
