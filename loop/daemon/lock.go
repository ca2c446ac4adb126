package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pawl/handoff/system"
)

// Holder says who has a lock.
type Holder struct {
	PID    int    `json:"pid"`
	Config string `json:"config"`
	What   string `json:"what"` // watch, tick, down …
}

func (h Holder) String() string {
	return fmt.Sprintf("pawl %s with process id %d and %s", h.What, h.PID, h.Config)
}

// HeldError says that somebody else has the lock.
type HeldError struct {
	Holder Holder
	Of     string
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is held by %s", e.Of, e.Holder)
}

// Lock is a held lock. The kernel lets go of it when the process ends, however
// it ends.
type Lock struct {
	files  []*os.File
	shared []string // the paths of those that lie in the folder of all loops
}

// Release lets go. What it held in the folder of all loops is removed, so that
// loops that are over leave nothing there.
func (l *Lock) Release() error {
	var errs []error
	for _, f := range l.files {
		if slices.Contains(l.shared, f.Name()) {
			errs = append(errs, removeHeld(f))
		}
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// removeHeld removes the file of a lock that is held, if nobody shares it. Who
// has opened the file by then finds, once it has the lock, that the name is not
// its own any more, and tries again.
func removeHeld(f *os.File) error {
	err := system.Lock(f)
	if errors.Is(err, system.ErrLocked) || err == nil && !named(f) {
		return nil
	}
	if err == nil {
		err = os.Remove(f.Name())
	}
	if err != nil {
		return fmt.Errorf("remove lock %s: %w", f.Name(), err)
	}
	return nil
}

// named says that an open file has its name still.
func named(f *os.File) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(f.Name())
	return err == nil && os.SameFile(mine, there)
}

// Acquire takes the coordinator's locks: the one of the state directory, and
// those of (origin, branch, project) on this host, so that two clones of the
// configuration do not both drive one loop. It is a *HeldError if somebody has
// one of them.
//
// A configuration that names its branch shares the lock of (origin, project)
// with those that name theirs: which of them are one loop, the lock with the
// branch in its key tells. One that leaves the branch ("") to the remote's HEAD
// may be the same loop as any of them, now or when HEAD moves, so it takes that
// lock for itself alone.
func Acquire(p Place, origin, branch, project string, me Holder) (*Lock, error) {
	all := filepath.Join(p.Root, "loop-"+key(origin, project)+"-all.lock")
	one := filepath.Join(p.Root, "loop-"+key(origin, branch, project)+".lock")
	l := &Lock{shared: []string{all, one}}
	loop := "the loop of project " + project + " on that origin"
	whole := system.LockShared
	if branch == "" {
		whole = system.Lock
	}
	for _, want := range []struct {
		path, of string
		how      func(*os.File) error
	}{
		{all, loop, whole},
		{filepath.Join(p.Dir, "lock"), "the state directory", system.Lock},
		{one, loop, system.Lock},
	} {
		f, err := take(want.path, want.of, want.how, me)
		if err != nil {
			return nil, errors.Join(err, l.Release())
		}
		l.files = append(l.files, f)
	}
	return l, nil
}

// key is a short name for a lock's file.
func key(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// AcquireWithin tries until the lock is free or patience is over.
func AcquireWithin(ctx context.Context, patience time.Duration, try func() (*Lock, error)) (*Lock, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		l, err := try()
		var held *HeldError
		if err == nil || !errors.As(err, &held) {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-tick.C:
		}
	}
}

// removals bounds how often a lock is taken anew because its file was removed
// in between.
const removals = 100

// take locks a file, shared or exclusively as how says, and writes into it who
// did. A lock on a file that was removed meanwhile would hold nobody up.
func take(path, of string, how func(*os.File) error, me Holder) (*os.File, error) {
	for range removals {
		f, err := lock(path, of, how)
		if err != nil {
			return nil, err
		}
		if !named(f) {
			if err := f.Close(); err != nil {
				return nil, fmt.Errorf("lock of %s: %w", of, err)
			}
			continue
		}
		if err := sign(f, me); err != nil {
			return nil, errors.Join(fmt.Errorf("lock of %s: %w", of, err), f.Close())
		}
		return f, nil
	}
	return nil, fmt.Errorf("lock of %s: its file %s is removed again and again", of, path)
}

func lock(path, of string, how func(*os.File) error) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock of %s: %w", of, err)
	}
	err = how(f)
	if errors.Is(err, system.ErrLocked) {
		return nil, errors.Join(&HeldError{Holder: holder(path), Of: of}, f.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock of %s: %w", of, err), f.Close())
	}
	return f, nil
}

// sign writes into a lock's file who has it.
func sign(f *os.File, me Holder) error {
	doc, err := json.Marshal(me)
	if err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(doc, 0)
	return err
}

// holder reads who wrote the lock file last; the zero Holder if that cannot be read.
func holder(path string) Holder {
	var h Holder
	doc, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(doc, &h) != nil {
		return Holder{}
	}
	return h
}
