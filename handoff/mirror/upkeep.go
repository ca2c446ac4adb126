package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"pawl/handoff/system"
)

// Packing is due at so many files in one of 256 object folders, which is about
// 25,000 loose objects, or at so many packs. It takes seconds, or with many packs
// and a large history minutes, so that it waits for a look that finds nothing
// new; at so many times as much it waits no longer.
const (
	looseLimit = 100
	packLimit  = 20
	busyTimes  = 4
)

const (
	// packPause is how long nothing is packed after that was tried: what is not
	// reachable stays loose until it is old enough to go.
	packPause = time.Hour
	// grace is the age at which what no ref reaches goes: until then a reader
	// may be at work on a tip that was rewritten meanwhile.
	grace = "1.hour.ago"
	// remnantAge is that of what a killed repack leaves behind.
	remnantAge = 24 * time.Hour
	packedFile = "pawl-packed"
)

// packIfDue packs when there is much to pack and origin has nothing new.
func (m *Mirror) packIfDue(ctx context.Context) error {
	if loose, packs := m.unpacked(); loose < looseLimit && packs <= packLimit || m.packedLately() {
		return nil
	}
	unlock, err := m.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	m.maintain(ctx, 1)
	return nil
}

// unpacked counts the files in one object folder, and the packs.
func (m *Mirror) unpacked() (loose, packs int) {
	objects := filepath.Join(m.opt.Dir, "objects")
	// Folders that cannot be read hold nothing that could be packed.
	if sample, err := os.ReadDir(filepath.Join(objects, "17")); err == nil {
		loose = len(sample)
	}
	if found, err := filepath.Glob(filepath.Join(escapeGlob(objects), "pack", "*.pack")); err == nil {
		packs = len(found)
	}
	return loose, packs
}

func (m *Mirror) packedLately() bool {
	info, err := os.Stat(filepath.Join(m.opt.Dir, packedFile))
	if err != nil {
		return false
	}
	age := time.Since(info.ModTime())
	return age >= 0 && age < packPause // the clock may have been set back
}

// maintain packs the loose objects once there are times as many as the limit, and
// all packs into one likewise, and removes what no ref reaches. git's own
// maintenance is off, because it would do so in the background at a moment of its
// choice. The caller holds the lock.
func (m *Mirror) maintain(ctx context.Context, times int) {
	loose, packs := m.unpacked()
	if loose < times*looseLimit && packs <= times*packLimit || m.packedLately() {
		return
	}
	if err := writeFile(filepath.Join(m.opt.Dir, packedFile), ""); err != nil {
		m.opt.Log.Warn("the mirror's objects are not packed", "why", err)
		return
	}
	m.removeRemnants()
	repack := []string{"repack", "-d", "-q"}
	if packs > packLimit {
		repack = []string{"repack", "-A", "-d", "-q", "--unpack-unreachable=" + grace}
	}
	for _, args := range [][]string{repack, {"prune", "--expire=" + grace}, {"commit-graph", "write", "--reachable", "--no-progress"}} {
		if _, err := m.git.lines(ctx, localTimeout, nil, append([]string{"--git-dir=" + m.opt.Dir}, args...)...); err != nil {
			m.opt.Log.Warn("the mirror's objects cannot be packed", "why", err)
			return
		}
	}
}

// removeRemnants removes what a build, a repack and a marker that were killed left
// lying. The caller holds the lock.
func (m *Mirror) removeRemnants() {
	m.sweep(filepath.Split(m.opt.Dir))
	m.removeOld(filepath.Join("objects", "pack", ".tmp-*"), remnantAge)
	m.removeOld(packedFile+".tmp-*", remnantAge)
}

// removeTornPacks removes what a fetch had received of a pack when it was killed,
// which may be much, and comes again with each attempt at an origin that hangs. A
// fetch whose file nothing was written to for that long has been given up, as has
// its process. The caller holds the lock.
func (m *Mirror) removeTornPacks() {
	m.removeOld(filepath.Join("objects", "pack", "tmp_*"), m.opt.Timeout)
}

// removeOld removes the files of the mirror that match pattern and were last
// written to at least age ago.
func (m *Mirror) removeOld(pattern string, age time.Duration) {
	left, err := filepath.Glob(filepath.Join(escapeGlob(m.opt.Dir), pattern))
	if err != nil {
		return
	}
	for _, path := range left {
		if info, err := os.Stat(path); err != nil || time.Since(info.ModTime()) < age {
			continue
		}
		if err := os.Remove(path); err != nil {
			m.opt.Log.Warn("a remnant in the mirror cannot be removed", "why", err)
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
		err := system.Lock(f)
		if err == nil {
			return func() {
				if err := f.Close(); err != nil {
					m.opt.Log.Warn("the mirror's lock cannot be let go", "why", err)
				}
			}, nil
		}
		if !errors.Is(err, system.ErrLocked) {
			return nil, errors.Join(fmt.Errorf("lock the mirror: %w", err), f.Close())
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("lock the mirror, which another process fetches into: %w", ctx.Err()), f.Close())
		}
	}
}
