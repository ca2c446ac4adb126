package disk

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Mount mounts an empty disk of so many bytes on dir, which is made if it is not
// there; it is the owner's alone. It wants Private before, which it does not check:
// as root without it, everybody would see the disk.
func Mount(dir string, bytes int64) (*Disk, error) {
	if bytes <= 0 {
		return nil, fmt.Errorf("a disk of %d bytes on %s; it needs at least one", bytes, dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("a folder for a disk: %w", err)
	}
	err := unix.Mount("pawl", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d,mode=0700", bytes))
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return nil, fmt.Errorf("mount a disk on %s: %w: %w", dir, err, ErrNotHere)
	}
	if err != nil {
		return nil, fmt.Errorf("mount a disk on %s: %w", dir, err)
	}
	return &Disk{Dir: dir}, nil
}

func unmount(dir string) error {
	if err := unix.Unmount(dir, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW); err != nil {
		return fmt.Errorf("unmount disk %s: %w", dir, err)
	}
	return nil
}
