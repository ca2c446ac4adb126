package main

import (
	"context"
	"errors"
	"fmt"

	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/daemon"
	"pawl/loop/ledger"
)

// moved is an error where pawl.yaml names another state directory than the one
// in which what runs is on record: with the new one nothing would be known of it,
// and it would be started once more. before is the configuration that is in force
// there.
func moved(ctx context.Context, path string, cfg *config.Config) (before *config.Config, err error) {
	was := daemon.Remembered(path)
	if was == "" || was == cfg.StateDir {
		return nil, nil
	}
	l, err := ledger.OpenReadOnly(ctx, was)
	if err != nil {
		return nil, nil // it was deleted, or moved away: nothing is to be gone by
	}
	s, err := l.Load(ctx)
	if err == nil {
		before, err = loop.LastGood(ctx, l)
	}
	if err := errors.Join(err, l.Close()); err != nil || before == nil || before.Path != path || !active(s) {
		return nil, nil
	}
	return before, &hinted{
		&invalidError{fmt.Errorf("%s has another state_dir than what runs: %s instead of %s", path, cfg.StateDir, was)},
		"change it back and run pawl down; then it can be another",
	}
}

// active says that a ledger has something that runs, or is to.
func active(s ledger.State) bool {
	for _, row := range s.Agents {
		if row.Wanted == ledger.Up {
			return true
		}
	}
	return len(s.Sessions) > 0
}
