package delivery

import (
	"strings"

	"pawl/loop/adapter"
	"pawl/loop/screen"
)

// See puts a look at the screen into t: what it says about a wake with this text.
func (t *Typed) See(r adapter.Reading, s screen.Screen, composes bool, text string) {
	t.Active = r.State == adapter.Active
	if r.State != adapter.Limited {
		t.Blocked = Blocked(r) // whoever types under a limit means to try whether it is over
	}
	switch {
	case !composes:
		t.Input = Unseen
	case !r.Composer.Found:
		t.Input = Hidden
	default:
		t.Input = InputOf(r.Composer.Text, r.Composer.Folded, text)
	}
	id, _, _ := strings.Cut(text, " ")
	t.Shown = id != "" && shows(s, id) > strings.Count(solid(r.Composer.Text), id)
}

// shows is how often a word is on a screen. A narrow one breaks it.
func shows(s screen.Screen, word string) int {
	var all strings.Builder
	for _, row := range s.Rows {
		all.WriteString(solid(row.Text))
	}
	return strings.Count(all.String(), word)
}

// Blocked says why nothing may be typed into a program that shows such a
// screen; "" when something may.
func Blocked(r adapter.Reading) string {
	switch r.State {
	case adapter.Waiting:
		return inWords("a dialog waits for a person", r.Evidence)
	case adapter.Auth:
		return inWords("it is not logged in", r.Evidence)
	case adapter.Limited:
		return inWords("its usage limit is reached", r.Evidence)
	case adapter.Full:
		return inWords("its context is full", r.Evidence)
	case adapter.Fatal:
		return inWords("it cannot go on", r.Evidence)
	case adapter.Starting:
		return "it is starting"
	}
	return ""
}
