package phases

import (
	"testing"
	"time"
)

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	t.Skip("what this process has used is not asked for on windows")
	return 0
}
