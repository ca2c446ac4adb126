package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"pawl/handoff"
	"pawl/handoff/system"
)

const (
	lockName     = "pawl-publish.lock" // in the git folder of the working tree
	lockPatience = time.Minute
	lockEvery    = 50 * time.Millisecond
	lingering    = 20 * time.Second // how long a git is waited for that outlived who started it
)

// unwritable refuses a clone that this user cannot write into.
func unwritable(dir string, err error) *Refusal {
	return refuse("make it writable for this user (chown, chmod, or mount it writable), or work in a clone of your own",
		"the clone's git folder %s cannot be written: %v", handoff.Clean(dir, handoff.MaxLabel), err)
}

// lock keeps two of us from committing and rebasing in one working tree at once.
// The kernel lets go of it however the process ends; the file stays.
type lock struct{ file *os.File }

func takeLock(ctx context.Context, path string) (*lock, error) {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return nil, unwritable(filepath.Dir(path), err)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the clone: %w", err)
	}
	for {
		err := system.Lock(f)
		if err == nil {
			l := &lock{f}
			if err := l.settle(ctx); err != nil {
				return nil, errors.Join(err, f.Close())
			}
			return l, nil
		}
		if !errors.Is(err, system.ErrLocked) {
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

// note puts on record which process group writes into the clone; 0 is none.
func (l *lock) note(group int) error {
	if err := l.file.Truncate(0); err != nil {
		return fmt.Errorf("note what writes into the clone: %w", err)
	}
	if group == 0 {
		return nil
	}
	if _, err := l.file.WriteAt([]byte(strconv.Itoa(group)), 0); err != nil {
		return fmt.Errorf("note what writes into the clone: %w", err)
	}
	return nil
}

// settle waits until a git has ended whose starter was killed. The number may
// belong to somebody else by now, so the wait is short.
func (l *lock) settle(ctx context.Context) error {
	text, err := io.ReadAll(io.NewSectionReader(l.file, 0, 20))
	if err != nil {
		return fmt.Errorf("read what wrote into the clone: %w", err)
	}
	group, err := strconv.Atoi(string(text))
	if err != nil || group <= 1 {
		return nil // nothing did, or it was cut off
	}
	for until := time.Now().Add(lingering); time.Now().Before(until) && runs(group); {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for git process %d to end: %w", group, ctx.Err())
		case <-time.After(lockEvery):
		}
	}
	return l.note(0)
}

// runs says that a process group has a leader that has not ended. One that nobody
// has waited for has, though its number is still taken: in a container that may
// last for ever. Without /proc that is not seen.
func runs(group int) bool {
	if !system.GroupRuns(group) {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(group) + "/stat")
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist) || runtime.GOOS != "linux"
	}
	state := stat[bytes.LastIndexByte(stat, ')')+1:] // " S …", behind the name in brackets
	return !bytes.HasPrefix(state, []byte(" Z"))
}

func (l *lock) release() error { return l.file.Close() }
