package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher/proc"
)

// tryLock takes the lock of a session's name, or returns nil when another has
// it. The lock belongs to the open file: a keeper that inherits it holds it
// until it ends. It is given up by closing, never by unlocking, which would
// take it from every holder at once.
func tryLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = system.Lock(f)
	if err == nil {
		return f, nil
	}
	if closeErr := f.Close(); closeErr != nil {
		return nil, closeErr
	}
	if errors.Is(err, system.ErrLocked) {
		return nil, nil
	}
	return nil, fmt.Errorf("lock %q: %w", path, err)
}

// awaitLock takes the lock, asking busy each time that another has it: busy
// returns true to end the wait without the lock.
func awaitLock(ctx context.Context, path string, busy func() (bool, error)) (*os.File, error) {
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		f, err := tryLock(path)
		if f != nil || err != nil {
			return f, err
		}
		if done, err := busy(); done || err != nil {
			return nil, err
		}
		if err := proc.Pause(ctx, wait); err != nil {
			return nil, err
		}
	}
}
