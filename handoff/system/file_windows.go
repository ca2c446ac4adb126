package system

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// everything is the range of bytes that is locked: one, far behind what is written
// into a lock's file, because a locked range cannot be read by others.
var everything = windows.Overlapped{OffsetHigh: 1 << 30}

// Lock takes the lock of an open file for its holder alone, without waiting: the
// error is ErrLocked if somebody has it. The system lets go of it some time after the
// file is closed.
func Lock(f *os.File) error { return lock(f, windows.LOCKFILE_EXCLUSIVE_LOCK) }

// LockShared takes the lock beside others who share it.
func LockShared(f *os.File) error { return lock(f, 0) }

func lock(f *os.File, how uint32) error {
	at := everything
	err := windows.LockFileEx(windows.Handle(f.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrLocked
	}
	return err
}

// Owner is not told: files have no user ids.
func Owner(fs.FileInfo) (uid int, ok bool) { return 0, false }

// Number is not told.
func Number(fs.FileInfo) uint64 { return 0 }

// Identity is not told.
func Identity(fs.FileInfo) (id string, ok bool) { return "", false }

// Writable says that a folder is not marked as read-only.
func Writable(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir() && info.Mode()&0o200 != 0
}

// Executable says that a file's name ends as a program's does.
func Executable(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".exe" || ext == ".com" || ext == ".bat" || ext == ".cmd"
}

// Free is how many bytes a user may still write to the disk of a path; false where
// it does not tell.
func Free(path string) (bytes uint64, ok bool) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil || windows.GetDiskFreeSpaceEx(name, &bytes, nil, nil) != nil {
		return 0, false
	}
	return bytes, true
}
