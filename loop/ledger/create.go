package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// What lies beside a ledger's database, by what is added to its name.
const (
	logSuffix    = "-wal"
	indexSuffix  = "-shm"
	newSuffix    = ".new"     // a whole ledger that is to take its place
	partSuffix   = ".part"    // the beginning of one
	doubtSuffix  = ".doubt"   // there where somebody could not read it
	asideSuffix  = ".damaged" // one that was set aside, followed by when
	asidesKept   = 3
	asideMoments = "20060102T150405Z"
)

// create makes an empty database at path if there is none. It appears there as a
// whole: what is shorter was cut.
func create(path string) error {
	if err := absent(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(emptyFile())
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		// Others may be the first as well, and the first one's counts.
		if err = os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	if err := errors.Join(err, os.Remove(f.Name())); err != nil {
		return fmt.Errorf("a new one cannot be made: %w", err)
	}
	return nil
}

// absent is fs.ErrNotExist where there is no database at path, and a *DamagedError
// where something is left of one.
func absent(path string) error {
	_, err := os.Stat(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for suffix, what := range map[string]string{logSuffix: "its write-ahead log is there, and it is not", newSuffix: "setting it aside was cut off"} {
		if info, err := os.Stat(path + suffix); err == nil && info.Size() > 0 {
			return &DamagedError{Path: path, Err: errors.New(what)}
		}
	}
	return err
}
