package loop

import (
	"fmt"
	"testing"
)

// A STATUS file that is written again and again with a marker that is not obeyed
// leaves no trace of each: what was told is read by every pass.
func TestWhatWasToldOfMarkersDoesNotGrow(t *testing.T) {
	s := newScene(t, usualSetup())
	s.up()
	s.passes(3)
	told := 0
	for i := range 60 {
		s.file("STATUS-core.md", fmt.Sprintf("## DONE: not yet, %d missing\n", i))
		s.passes(1)
		told = len(s.last.After.Loop.Told)
	}
	if n := s.count("phase.unclear"); n != 60 {
		t.Errorf("%d of 60 markers were told", n)
	}
	if told > 10 {
		t.Errorf("%d things are remembered as told", told)
	}
}
