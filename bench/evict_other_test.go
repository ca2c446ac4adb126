//go:build !linux

package bench

import "testing"

// evict does nothing here: what is cold is the process alone.
func evict(testing.TB, string) {}
