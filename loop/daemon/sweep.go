package daemon

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"pawl/handoff/system"
)

// deadAfter is how long nobody must have taken the lock of a loop for its
// runtime folder to be removed. A folder that is missing is made again.
const deadAfter = 30 * 24 * time.Hour

// placeName is what NewPlace calls a folder.
var placeName = regexp.MustCompile(`^[0-9a-f]{12}$`)

// Sweep removes what loops that are over left in the folder of all loops: locks
// that nobody holds, and runtime folders without a lock that is held, without a
// session, and without any sign of life for a month.
func (p Place) Sweep(ctx context.Context, now time.Time) error {
	entries, err := os.ReadDir(p.Root)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if ctx.Err() != nil {
			break
		}
		path := filepath.Join(p.Root, e.Name())
		switch {
		case e.Type().IsRegular() && strings.HasPrefix(e.Name(), "loop-") && strings.HasSuffix(e.Name(), ".lock"):
			errs = append(errs, sweepLock(path, now))
		case e.Type().IsRegular() && strings.HasPrefix(e.Name(), "state-"):
			errs = append(errs, sweepMemory(path))
		case e.IsDir() && path != p.Dir:
			errs = append(errs, sweepFolder(path, now))
		}
	}
	return errors.Join(errs...)
}

// sweepLock removes a lock's file that a killed process left.
func sweepLock(path string, now time.Time) error {
	info, err := os.Stat(path)
	if err != nil || now.Sub(info.ModTime()) < deadAfter {
		return ignore(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return ignore(err)
	}
	return errors.Join(removeHeld(f), f.Close())
}

// sweepMemory forgets where a state directory was that is not there any more.
func sweepMemory(path string) error {
	dir, err := os.ReadFile(path)
	if err != nil {
		return ignore(err)
	}
	if _, err := os.Stat(string(dir)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return ignore(os.Remove(path))
}

// sweepFolder removes the runtime folder of a loop that is over. Whoever opens
// it again meanwhile is held off by its lock.
func sweepFolder(dir string, now time.Time) error {
	path := filepath.Join(dir, "lock")
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !placeName.MatchString(filepath.Base(dir)) {
			return nil
		}
		// The folder of a loop that was looked at, and never run.
		lives, err := inhabited(dir, now)
		if err != nil || lives {
			return ignore(err)
		}
		return os.RemoveAll(dir)
	}
	if err != nil || now.Sub(info.ModTime()) < deadAfter {
		return ignore(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return ignore(err)
	}
	err = system.Lock(f)
	if errors.Is(err, system.ErrLocked) {
		return f.Close()
	}
	if err == nil {
		var lives bool
		if lives, err = inhabited(dir, now); err == nil && !lives {
			err = os.RemoveAll(dir)
		}
	}
	return errors.Join(err, f.Close())
}

// inhabited says that there is a session in a runtime folder, or a file that was
// written of late.
func inhabited(dir string, now time.Time) (bool, error) {
	sessions, err := os.ReadDir(filepath.Join(dir, "p", "process", "session"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return true, err
	}
	if len(sessions) > 0 {
		return true, nil
	}
	young := false
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		young = young || now.Sub(info.ModTime()) < deadAfter
		return nil
	})
	return young, err
}

// ignore passes over what somebody else removed first.
func ignore(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
