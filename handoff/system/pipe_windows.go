package system

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// ErrWait is never returned here.
const ErrWait = syscall.EAGAIN

var errMissing = fmt.Errorf("not possible on windows: %w", errors.ErrUnsupported)

// SetNonblock is not possible.
func SetNonblock(int, bool) error { return errMissing }

// Read is not possible.
func Read(int, []byte) (int, error) { return 0, errMissing }

// Write is not possible.
func Write(int, []byte) (int, error) { return 0, errMissing }

// HasRoom is not known.
func HasRoom(int) bool { return false }

// AwaitInput is not possible.
func AwaitInput(_ time.Duration, files ...*os.File) ([]bool, error) {
	return make([]bool, len(files)), errMissing
}

// Unread is not possible.
func Unread(int) (int, error) { return 0, errMissing }

// UnreadOn is not possible.
func UnreadOn(string) (int, error) { return 0, errMissing }

// HungUp is never so here.
func HungUp(error) bool { return false }
