//go:build !linux

package disk

import (
	"fmt"
	"runtime"
)

// Private is only for Linux.
func Private() error {
	return fmt.Errorf("a disk of our own on %s: %w", runtime.GOOS, ErrNotHere)
}

// Mount is only for Linux.
func Mount(dir string, _ int64) (*Disk, error) {
	return nil, fmt.Errorf("mount a disk on %s on %s: %w", dir, runtime.GOOS, ErrNotHere)
}

func unmount(dir string) error {
	return fmt.Errorf("unmount disk %s on %s: %w", dir, runtime.GOOS, ErrNotHere)
}
