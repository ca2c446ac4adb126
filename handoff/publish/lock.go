package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

const (
	lockName     = "pawl-publish.lock" // in the git folder of the working tree
	lockPatience = time.Minute
	lockEvery    = 50 * time.Millisecond
)

// lock keeps two of us from committing and rebasing in one working tree at once.
// The kernel lets go of it however the process ends; the file stays.
type lock struct{ file *os.File }

func takeLock(ctx context.Context, path string) (*lock, error) {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the clone: %w", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return &lock{f}, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("lock the clone: %w", err), f.Close())
		}
		select {
		case <-ctx.Done():
			why := refuse("wait for it, or end it", "another pawl claim or review is under way in this clone")
			return nil, errors.Join(why, f.Close())
		case <-time.After(lockEvery):
		}
	}
}

func (l *lock) release() error { return l.file.Close() }
