package bench

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// dontNeed is POSIX_FADV_DONTNEED (posix_fadvise(2)).
const dontNeed = 4

// evict has the kernel forget what it holds of the files in dir, so that they are read
// from the disk again. A file that changes meanwhile may stay.
func evict(tb testing.TB, dir string) {
	tb.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil // gone meanwhile, or nothing that is held
		}
		f, err := os.Open(path)
		if err != nil {
			return nil
		}
		if err := f.Sync(); err != nil { // what is not on the disk yet cannot be forgotten
			tb.Error(err)
		}
		_, _, errno := syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, 0, dontNeed, 0, 0)
		if errno != 0 {
			tb.Errorf("fadvise %s: %v", path, errno)
		}
		return f.Close()
	})
	if err != nil {
		tb.Error(err)
	}
}
