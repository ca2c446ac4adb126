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
	"strings"
	"syscall"
	"time"
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
type Lock struct{ files []*os.File }

// Release lets go.
func (l *Lock) Release() error {
	var errs []error
	for _, f := range l.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
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
	l := &Lock{}
	loop := "the loop of project " + project + " on that origin"
	whole := syscall.LOCK_SH
	if branch == "" {
		whole = syscall.LOCK_EX
	}
	for _, want := range []struct {
		path, of string
		how      int
	}{
		{filepath.Join(p.Root, "loop-"+key(origin, project)+"-all.lock"), loop, whole},
		{filepath.Join(p.Dir, "lock"), "the state directory", syscall.LOCK_EX},
		{filepath.Join(p.Root, "loop-"+key(origin, branch, project)+".lock"), loop, syscall.LOCK_EX},
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

// take locks a file, shared or exclusively as how says, and writes into it who did.
func take(path, of string, how int, me Holder) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock of %s: %w", of, err)
	}
	if err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB); err != nil {
		held := &HeldError{Holder: holder(path), Of: of}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock of %s: %w", of, err), f.Close())
		}
		return nil, errors.Join(held, f.Close())
	}
	doc, err := json.Marshal(me)
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteAt(doc, 0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock of %s: %w", of, err), f.Close())
	}
	return f, nil
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
