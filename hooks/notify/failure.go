package notify

import "time"

// Failure is why a receiver did not take an event.
type Failure struct {
	Err   error
	Retry bool          // it may take it later
	After time.Duration // it asked not to be tried again before; 0 where it did not
}

func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// waits are how long to wait after each failed attempt but the last.
var waits = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute}

// LongestWait bounds the time between two attempts, whatever a receiver asks for.
const LongestWait = time.Hour

// Next is how long to wait for the next attempt after this many failed ones, of
// which f is the last; false when there is none.
func (f *Failure) Next(failed int) (time.Duration, bool) {
	if !f.Retry || failed < 1 || failed > len(waits) {
		return 0, false
	}
	return min(max(waits[failed-1], f.After), LongestWait), true
}
