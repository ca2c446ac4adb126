//go:build linux || darwin

package system

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Lock takes the lock of an open file for its holder alone, without waiting: the
// error is ErrLocked if somebody has it. The kernel lets go of it when the file, and
// each copy that a child inherited, is closed. flock(2).
func Lock(f *os.File) error { return flock(f, unix.LOCK_EX) }

// LockShared takes the lock beside others who share it.
func LockShared(f *os.File) error { return flock(f, unix.LOCK_SH) }

func flock(f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrLocked
		case !errors.Is(err, unix.EINTR):
			return err
		}
	}
}

// Owner is the user id of a file's owner; false where the system does not tell.
func Owner(info fs.FileInfo) (uid int, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(st.Uid), true
}

// Number is a file's inode number; 0 where the system does not tell.
func Number(info fs.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ino
	}
	return 0
}

// Identity tells a file from all others that exist at the same time: its device and
// inode. False where the system does not tell.
func Identity(info fs.FileInfo) (id string, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", false
	}
	return fmt.Sprintf("%d:%d", st.Dev, st.Ino), true
}

// Writable says that we may make files in a folder.
func Writable(dir string) bool { return unix.Access(dir, unix.W_OK|unix.X_OK) == nil }

// Executable says that we may execute a file.
func Executable(path string) bool { return unix.Access(path, unix.X_OK) == nil }

// Free is how many bytes a user may still write to the file system of a path;
// false where it does not tell.
func Free(path string) (bytes uint64, ok bool) {
	var disk unix.Statfs_t
	if unix.Statfs(path, &disk) != nil {
		return 0, false
	}
	return disk.Bavail * uint64(disk.Bsize), true
}
