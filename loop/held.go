package loop

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"pawl/loop/config"
	"pawl/loop/ledger"
)

// HeldError says that a change of the configuration waits for `pawl up`.
type HeldError struct{ Path, Agent string }

func (e *HeldError) Error() string {
	return e.Path + " was changed, and agent " + e.Agent + ", which runs in a sandbox, could have done that: the file lies in its dir; see whether the change is yours, and apply it with pawl up"
}

// Held is a HeldError where the file's content is not what was approved last and
// an agent in a sandbox could have written it, judged by the configuration on
// record. That configuration is returned as well; nil when there is none for
// this file.
func Held(ctx context.Context, l *ledger.Ledger, path string, data []byte) (*config.Config, error) {
	kept, text, ok, err := l.Config(ctx)
	if err != nil || !ok || kept != path {
		return nil, err
	}
	before, fault := config.Parse(path, []byte(text))
	if fault != nil {
		return nil, nil // written for another pawl: there is nothing to go by
	}
	if text == string(data) {
		return before, nil
	}
	if agent := before.Sandboxed(followed); agent != "" {
		return before, &HeldError{path, agent}
	}
	return before, nil
}

// followed is a path without symbolic links. Of one that does not exist, it is
// what its nearest existing parent makes of it; a link that leads nowhere, or
// that may not be looked at, is an error.
func followed(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return real, err
	}
	if _, there := os.Lstat(path); !errors.Is(there, fs.ErrNotExist) {
		return "", err
	}
	parent, err := followed(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}
