package loop_test

import (
	"testing"
	"time"
)

func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	tb.Skip("what this process has used is not asked for on windows")
	return 0
}
