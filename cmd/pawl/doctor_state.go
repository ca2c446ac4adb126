package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pawl/handoff/system"
	"pawl/loop/doctor"
	"pawl/loop/launcher/proc"
	"pawl/loop/ledger"
)

func (e *examiner) stateDir(context.Context) []doctor.Finding {
	f := doctor.DirFacts{Path: e.cfg.StateDir}
	at := f.Path
	info, err := os.Stat(at)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Absent = true
		for at != filepath.Dir(at) && !isThere(at) {
			at = filepath.Dir(at)
		}
	case err != nil:
		f.Trouble = err.Error()
	case !info.IsDir():
		f.Trouble = "it is not a folder"
	default:
		f.Mode, f.Foreign = uint32(info.Mode().Perm()), !ownedBy(info, e.uid)
	}
	f.Writable = system.Writable(at)
	f.Free, f.FreeOK = system.Free(at)
	return doctor.StateDir(f)
}

func ownedBy(info os.FileInfo, uid int) bool {
	owner, ok := system.Owner(info)
	return !ok || owner == uid
}

// mostLedger is how much of a ledger is copied, in bytes.
const mostLedger = 256 << 20

// keptLedger is what a copy of the ledger tells; its state is empty where that
// could not be read.
type keptLedger struct {
	facts    doctor.LedgerFacts
	state    ledger.State
	parkings map[string]string // why agents that are parked ended the last time
}

// ledger reads the ledger, once for all checks.
func (e *examiner) ledger(ctx context.Context) keptLedger {
	e.ledgerOnce.Do(func() { e.ledgerKept = e.readLedger(ctx) })
	return e.ledgerKept
}

// readLedger reads a copy of the ledger: opening the ledger itself could
// migrate it, or take a lock that a pass waits for.
func (e *examiner) readLedger(ctx context.Context) (kept keptLedger) {
	f := &kept.facts
	f.Path = e.p.ledgerFile()
	before, err := os.Stat(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		f.Absent = true
		return kept
	}
	if err == nil && before.Size() > mostLedger {
		f.Large = before.Size()
		return kept
	}
	dir, err := os.MkdirTemp("", "pawl-doctor-")
	if err != nil {
		f.Trouble = err.Error()
		return kept
	}
	err = e.loadCopy(ctx, dir, &kept)
	f.Busy, f.Damaged = errors.Is(err, errBusy) || ctx.Err() != nil, ledger.Damaged(err)
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil && !f.Busy {
		f.Trouble = strings.ReplaceAll(err.Error(), dir, e.cfg.StateDir)
	}
	if asides, err := ledger.Asides(e.cfg.StateDir); err == nil && len(asides) > 0 {
		f.Aside = asides[0]
	}
	f.Last = kept.state.Loop.LastPass
	for _, name := range e.cfg.Names() {
		if kept.state.Agents[name].Wanted == ledger.Up {
			f.Wanted++
		}
	}
	return kept
}

// errBusy says that the ledger changed whenever it was copied.
var errBusy = errors.New("the ledger is being written")

const (
	copyTries = 10
	copyPause = 30 * time.Millisecond
)

// loadCopy reads a copy that nobody wrote to the ledger of meanwhile. A copy
// that cannot be read is made again: a write may have been too short to see.
func (e *examiner) loadCopy(ctx context.Context, dir string, kept *keptLedger) error {
	err := errBusy
	for range copyTries {
		var settled bool
		if settled, err = e.copyLedger(dir); settled && err == nil {
			if err = kept.load(ctx, dir); err == nil {
				return nil
			}
		}
		if err == nil {
			err = errBusy
		}
		if pause := proc.Pause(ctx, copyPause); pause != nil {
			return err
		}
	}
	return err
}

func (kept *keptLedger) load(ctx context.Context, dir string) error {
	l, err := ledger.OpenExisting(ctx, dir)
	if err != nil {
		return err
	}
	kept.state, err = l.Load(ctx)
	if err == nil {
		kept.parkings = lastParkings(ctx, l, kept.state.Agents)
	}
	return errors.Join(err, l.Close())
}

// copyLedger copies the ledger and its log into dir, and says whether both were
// left alone meanwhile.
func (e *examiner) copyLedger(dir string) (settled bool, err error) {
	before := e.ledgerStamps()
	for _, name := range ledgerFiles {
		if err := copyFile(filepath.Join(e.cfg.StateDir, name), filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	return e.ledgerStamps() == before, removeIfThere(filepath.Join(dir, ledger.File+"-shm"))
}

// ledgerFiles are the database and its write-ahead log.
var ledgerFiles = [2]string{ledger.File, ledger.File + "-wal"}

type fileStamp struct{ size, changed int64 }

func (e *examiner) ledgerStamps() (stamps [len(ledgerFiles)]fileStamp) {
	for i, name := range ledgerFiles {
		if info, err := os.Stat(filepath.Join(e.cfg.StateDir, name)); err == nil {
			stamps[i] = fileStamp{info.Size(), info.ModTime().UnixNano()}
		}
	}
	return stamps
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return errors.Join(err, removeIfThere(to))
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// removeIfThere removes what an earlier copy left.
func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
