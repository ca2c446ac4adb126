package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"pawl/loop/ledger"
)

// A coordinator whose state directory is deleted would go on with a ledger
// that nobody else can see. It notes which file its ledger is, so that it, and
// every command, can tell.

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
	_, err = p.stopCoordinator(ctx)
	return err
}

// strayEvery is how often a coordinator sees whether its ledger is still there.
const strayEvery = time.Second

// ledgerLost waits until the ledger that was noted is not there any more, or
// ctx ends.
func (p *project) ledgerLost(ctx context.Context) bool {
	was, err := identity(p.ledgerFile())
	if err != nil {
		return true
	}
	tick := time.NewTicker(strayEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
		if now, err := identity(p.ledgerFile()); errors.Is(err, fs.ErrNotExist) || err == nil && now != was {
			return true
		}
	}
}

// identity tells a file from every other one that has its name later, as long
// as somebody has it open: until then its number is not given again.
func identity(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", fmt.Errorf("%s has no inode number", path)
	}
	return fmt.Sprintf("%d:%d", st.Dev, st.Ino), nil
}
