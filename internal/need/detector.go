package need

import "testing"

// Unraced skips t where it was built with the race detector: SQLite, which is Go code
// here, takes ten times as long with it. For tests of what a program costs, and for long
// ones in which one goroutine does everything: shorter ones race. .ci/run runs those
// without it.
func Unraced(t testing.TB) {
	t.Helper()
	if raced {
		t.Skip("it runs without the race detector")
	}
}
