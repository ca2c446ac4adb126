package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher/proc"
	"pawl/loop/ledger"
)

// A coordinator whose state directory is deleted would go on with a ledger
// that nobody else can see. It notes which file its ledger is, so that it, and
// every command, can tell. One whose runtime folder is deleted would go on
// where no command finds it, with a lock that holds nobody up.

func (p *project) ledgerFile() string { return filepath.Join(p.cfg.StateDir, ledger.File) }

// noteFile holds the identity of the running coordinator's ledger.
func (p *project) noteFile() string { return filepath.Join(p.place.Dir, "ledger") }

// noteLedger records which ledger the coordinator has. The caller holds the lock.
func (p *project) noteLedger() error {
	id, err := identity(p.ledgerFile())
	if err != nil {
		return err
	}
	return os.WriteFile(p.noteFile(), []byte(id), 0o600)
}

// endStray ends a coordinator that works on a ledger which is not there any more.
func (p *project) endStray(ctx context.Context) error {
	note, err := os.ReadFile(p.noteFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	id, err := identity(p.ledgerFile())
	if err != nil || id == string(note) {
		return err
	}
	// It may have set a damaged ledger aside just now, and not noted the new one yet.
	for end := time.Now().Add(strayPatience); time.Now().Before(end); {
		if err := proc.Pause(ctx, lockTurn); err != nil {
			return err
		}
		if note, err = os.ReadFile(p.noteFile()); err == nil && id == string(note) {
			return nil
		}
	}
	_, err = p.stopCoordinator(ctx, lockPatience)
	return err
}

// strayPatience is how long a coordinator has to note which file its ledger is now.
const strayPatience = time.Second

// strayEvery is how often a coordinator sees whether its files are still there.
const strayEvery = time.Second

// vital is a file that a coordinator must not outlive.
type vital struct {
	what, path string
	within     time.Duration // it is made by then
	id         string        // from the first look at it
	gone       func() bool   // says whether it is lost, where more than its path counts
}

// vitals are the files of the running coordinator; its socket is made while
// its first pass runs.
func (p *project) vitals() []vital {
	return []vital{
		{what: "the ledger", path: p.ledgerFile(), gone: p.ledger.Lost}, // not where it set a damaged one aside itself
		{what: "the lock", path: filepath.Join(p.place.Dir, "lock")},
		{what: "the socket", path: p.place.Socket(), within: startPatience},
	}
}

// lostFile waits until a file that the coordinator needs is deleted or
// replaced, and says which; "" when ctx ends first. A socket of an earlier
// coordinator must be gone by now.
func (p *project) lostFile(ctx context.Context) string {
	files, begin := p.vitals(), time.Now()
	tick := time.NewTicker(strayEvery)
	defer tick.Stop()
	for {
		for i := range files {
			// A coordinator that ends removes its socket itself.
			if files[i].lost(time.Since(begin)) && ctx.Err() == nil {
				return files[i].what + " " + files[i].path
			}
		}
		select {
		case <-ctx.Done():
			return ""
		case <-tick.C:
		}
	}
}

// lost looks at the file of a coordinator that runs for age. A look that fails
// says nothing about the file.
func (v *vital) lost(age time.Duration) bool {
	if v.gone != nil {
		return v.gone()
	}
	now, err := identity(v.path)
	if errors.Is(err, fs.ErrNotExist) {
		return v.id != "" || age >= v.within
	}
	if err != nil {
		return false
	}
	if v.id == "" {
		v.id = now
	}
	return now != v.id
}

// identity tells a file from every other one that has its name later, as long
// as somebody has it open: until then its number is not given again.
func identity(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	id, ok := system.Identity(info)
	if !ok {
		return "", fmt.Errorf("%s has no inode number", path)
	}
	return id, nil
}
