package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"pawl/loop/daemon"
)

const (
	lockPatience = 15 * time.Second       // how long a command waits for another one's pass
	turn         = 200 * time.Millisecond // … before it looks again whether a coordinator answers
)

// coordinatorLock is all that one coordinator holds: the locks of its state
// directory and of (origin, branch, project), and its part of (origin, project).
type coordinatorLock struct {
	own    *daemon.Lock
	origin *os.File
}

// Release lets go of all of them.
func (l *coordinatorLock) Release() error {
	return errors.Join(l.own.Release(), l.origin.Close())
}

// lock takes the coordinator's locks within patience, or fails with a
// *daemon.HeldError that says who has them.
func (p *project) lock(ctx context.Context, what string, patience time.Duration) (*coordinatorLock, error) {
	me := daemon.Holder{PID: os.Getpid(), Config: p.path, What: what}
	l := &coordinatorLock{}
	own, err := daemon.AcquireWithin(ctx, patience, func() (own *daemon.Lock, err error) {
		if l.origin, err = p.lockOrigin(me); err != nil {
			return nil, err
		}
		own, err = daemon.Acquire(p.place, p.originName(), p.cfg.Origin.Branch, p.cfg.Project, me)
		if err != nil {
			err = errors.Join(err, l.origin.Close())
		}
		return own, err
	})
	if err != nil {
		return nil, err
	}
	l.own = own
	return l, nil
}

// lockOrigin takes the lock of (origin, project). A configuration that names
// its branch shares it with those that name theirs: which of them are one loop,
// the lock with the branch in its key tells. One that leaves the branch to the
// remote's HEAD may be the same loop as any of them, now or when HEAD moves, so
// it takes the lock for itself alone.
func (p *project) lockOrigin(me daemon.Holder) (_ *os.File, err error) {
	of := "the loop of project " + p.cfg.Project + " on that origin"
	sum := sha256.Sum256([]byte(p.originName() + "\x00" + p.cfg.Project))
	f, err := os.OpenFile(filepath.Join(p.place.Root, "loop-"+hex.EncodeToString(sum[:6])+"-all.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock of %s: %w", of, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	how := syscall.LOCK_SH
	if p.cfg.Origin.Branch == "" {
		how = syscall.LOCK_EX
	}
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		held := &daemon.HeldError{Of: of}
		if json.NewDecoder(f).Decode(&held.Holder) != nil {
			held.Holder = daemon.Holder{} // it is about to write who it is
		}
		return nil, held
	}
	if err != nil {
		return nil, fmt.Errorf("lock of %s: %w", of, err)
	}
	return f, writeHolder(f, me)
}

// writeHolder says in a lock's file who took it last.
func writeHolder(f *os.File, me daemon.Holder) error {
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

// findOrigin is what two configurations of one loop have in common: the URL,
// as far as it can be told without asking the network.
func (p *project) findOrigin() string {
	if p.cfg.Origin.URL != "" {
		return p.cfg.Origin.URL
	}
	if url := remoteURL(p.cfg.Dir, p.cfg.Origin.Remote); url != "" {
		return url
	}
	return p.cfg.Dir
}
