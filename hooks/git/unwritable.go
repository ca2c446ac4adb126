package git

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"syscall"

	"pawl/handoff/system"
)

// FolderError is a folder in which something is to be written, and cannot be.
type FolderError struct {
	Dir string
	Err error // fs.ErrPermission, or syscall.EROFS
}

func (e *FolderError) Error() string {
	return e.Dir + " cannot be written: " + e.Err.Error()
}

func (e *FolderError) Unwrap() error { return e.Err }

// lockedConfig is git's word for a configuration that it cannot write.
var lockedConfig = regexp.MustCompile(`could not lock config file (.+): (Permission denied|Read-only file system)`)

// unwritable makes a *FolderError of an error that a folder is the reason for.
func (r Repo) unwritable(err error) error {
	var reason error
	switch {
	case errors.Is(err, fs.ErrPermission):
		reason = fs.ErrPermission
	case errors.Is(err, syscall.EROFS):
		reason = syscall.EROFS
	case err != nil && refused(err):
		if m := lockedConfig.FindStringSubmatch(err.Error()); m != nil {
			reason = map[string]error{"Permission denied": fs.ErrPermission, "Read-only file system": syscall.EROFS}[m[2]]
			return &FolderError{filepath.Dir(r.absolute(m[1])), reason}
		}
		return err
	default:
		return err
	}
	var path *fs.PathError
	var link *os.LinkError
	name := ""
	switch {
	case errors.As(err, &link):
		name = link.New
	case errors.As(err, &path):
		name = path.Path
	}
	dir := filepath.Dir(name)
	if name == "" || system.Writable(dir) {
		return err // as of a file that cannot be read
	}
	return &FolderError{dir, reason}
}
