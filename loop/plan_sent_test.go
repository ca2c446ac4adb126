package loop

import (
	"fmt"
	"slices"
	"testing"
)

// What the event says of a telling holds when the handoff's row has changed.
func TestTheEventSaysWhichReminderItTells(t *testing.T) {
	y := usualSetup()
	hasty(&y)
	s := newScene(t, y)
	play(t, s, `
		up
		pass 2
		claim a
		run 6m
		retry adversary a
		run 6m
		dies adversary
		pass 5`)
	var got []string
	for _, e := range s.shelf.Events {
		if e.Kind == "handoff.sent" {
			got = append(got, fmt.Sprint(e.Data["attempt"], " ", e.Data["reminder"]))
		}
	}
	if want := []string{"1 <nil>", "2 1", "3 0", "4 1", "1 <nil>"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}
