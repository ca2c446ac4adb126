package mirror

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"pawl/handoff"
)

// staleLock is the age at which the lock of a pin belongs to a process that
// was killed: writing one takes milliseconds.
const staleLock = 30 * time.Second

// Pin keeps the cursor's history in the mirror, whatever becomes of the branch.
// It writes as git writes a loose ref, so that git may run beside it.
func (m *Mirror) Pin(ctx context.Context, cursor string) error {
	if !isObjectName(cursor) {
		return fmt.Errorf("pin %q: not a full commit hash", handoff.Head(cursor, maxLine))
	}
	m.swap.RLock()
	defer m.swap.RUnlock()
	files := refFiles{dir: m.opt.Dir, common: m.opt.Dir}
	if was, err := files.read(cursorRef); err == nil && was == cursor {
		return nil
	}
	// A ref to nothing would make git refuse the whole mirror.
	if m.tip() != cursor {
		r := m.newReader()
		defer r.close()
		ok, err := r.isCommit(ctx, cursor)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("pin %s: the mirror has no such commit", cursor)
		}
	}
	path := filepath.Join(m.opt.Dir, cursorRef)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("pin %s: %w", cursor, err)
	}
	if err := writeLocked(path, cursor+"\n"); err != nil {
		return fmt.Errorf("pin %s: %w", cursor, err)
	}
	return nil
}

// writeLocked replaces a ref under git's lock for it.
func writeLocked(path, text string) error {
	lock := path + ".lock"
	f, err := os.OpenFile(lock, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if errors.Is(err, fs.ErrExist) {
		info, serr := os.Stat(lock)
		if serr != nil || time.Since(info.ModTime()) < staleLock {
			return fmt.Errorf("another process is writing it: %w", err)
		}
		if err := os.Remove(lock); err != nil {
			return err
		}
		f, err = os.OpenFile(lock, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	}
	if err != nil {
		return err
	}
	return finish(f, path, text)
}

// writeFile replaces a file so that a crash leaves the old or the new text.
func writeFile(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp-")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := finish(f, path, text); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// finish writes f, makes it durable and renames it to path. The name itself may be lost
// with the power: for a pin that leaves the older one, which keeps more than is needed.
func finish(f *os.File, path, text string) error {
	_, err := f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// syncDir makes renames in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("make %s durable: %w", dir, err)
	}
	return errors.Join(d.Sync(), d.Close())
}
