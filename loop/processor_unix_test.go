//go:build unix

package loop_test

import (
	"syscall"
	"testing"
	"time"
)

// cpu is what this process has used so far, its children not counted.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
