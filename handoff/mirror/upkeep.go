package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// looseLimit is how many files in one of 256 object folders ask for packing:
// about 25,000 loose objects.
const looseLimit = 100

// maintain packs the loose objects once they are many; git's own maintenance
// is off, because it would do so in the background at a moment of its choice.
func (m *Mirror) maintain(ctx context.Context) {
	sample, err := os.ReadDir(filepath.Join(m.opt.Dir, "objects", "17"))
	if err != nil || len(sample) < looseLimit {
		return
	}
	for _, args := range [][]string{{"repack", "-d", "-q"}, {"commit-graph", "write", "--reachable", "--no-progress"}} {
		if _, err := m.git.lines(ctx, localTimeout, nil, append([]string{"--git-dir=" + m.opt.Dir}, args...)...); err != nil {
			m.opt.Log.Warn("the mirror's loose objects cannot be packed", "why", err)
			return
		}
	}
}

// lockPoll is how often a lock that another process holds is tried again.
const lockPoll = 20 * time.Millisecond

// lock keeps other processes from writing into the mirror. The kernel lets go
// of it when its holder ends.
func (m *Mirror) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(m.opt.Dir), 0o700); err != nil {
		return nil, fmt.Errorf("make the mirror's folder: %w", err)
	}
	f, err := os.OpenFile(m.opt.Dir+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the mirror: %w", err)
	}
	ticker := time.NewTicker(lockPoll)
	defer ticker.Stop()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() {
				if err := f.Close(); err != nil {
					m.opt.Log.Warn("the mirror's lock cannot be let go", "why", err)
				}
			}, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("lock the mirror: %w", err), f.Close())
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("lock the mirror, which another process fetches into: %w", ctx.Err()), f.Close())
		}
	}
}
