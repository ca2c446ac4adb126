package sim

import (
	"os"
	"strings"
	"time"
)

// Clock is a clock that is wrong by the duration that the file at path holds at
// that moment; right where there is none.
func Clock(path string) func() time.Time {
	return func() time.Time {
		now := time.Now()
		text, err := os.ReadFile(path)
		if err != nil {
			return now
		}
		by, err := time.ParseDuration(strings.TrimSpace(string(text)))
		if err != nil {
			return now
		}
		// Without the monotonic reading, as after a jump of the host's clock.
		return now.Add(by).Round(0)
	}
}
