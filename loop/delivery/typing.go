package delivery

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"pawl/handoff"
)

// Input is what the input line of a program holds, seen from one wake.
type Input string

// What an input line can hold.
const (
	Unseen  Input = "unseen"  // the program has none that can be read
	Hidden  Input = "hidden"  // it has one, and the screen does not show it
	Empty   Input = "empty"   // nothing, or a hint
	Ours    Input = "ours"    // the wake's text, whole
	Cut     Input = "cut"     // a part of the wake's text and nothing else
	Folded  Input = "folded"  // a placeholder for a paste
	Mixed   Input = "mixed"   // the wake's text, and something else
	Foreign Input = "foreign" // anything else: somebody types
)

// fragment is the least part of a wake, in characters without white space, that
// nobody else can have typed.
const fragment = 20

// InputOf compares an input line with a wake's text. Programs break long text
// into rows where they like, so that white space says nothing.
func InputOf(line string, folded bool, text string) Input {
	id, _, _ := strings.Cut(text, " ")
	line, text = solid(line), solid(text)
	switch {
	case folded:
		return Folded
	case line == "":
		return Empty
	case line == text:
		return Ours
	case len([]rune(line)) >= fragment && strings.Contains(text, line):
		return Cut
	case id != "" && strings.Contains(line, id):
		return Mixed
	}
	return Foreign
}

func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// Typed is all that is known about a wake that is being typed: what the
// terminal itself remembers, and what a look at it shows.
type Typed struct {
	Now       time.Time
	Pasted    time.Time // when it was last pasted; zero: never
	Pastes    int
	Submitted time.Time // when the submit key was last pressed after that paste
	Submits   int       // how often it was, after that paste
	Taken     bool      // evidence was found, and remembered

	Input   Input
	Unread  int    // bytes that the program has not read from its terminal
	Active  bool   // it works
	Queues  bool   // it keeps what it is told while it works
	Shown   bool   // the wake's id is on the screen, outside the input line
	Blocked string // why nothing may be typed now: a dialog, a limit; "" when it may
}

// Stroke is the next step in typing a wake.
type Stroke string

// The steps. A step that is done again after a crash is one that the terminal
// does not remember.
const (
	Paste   Stroke = "paste"
	Submit  Stroke = "submit"
	Confirm Stroke = "confirm" // remember that it was taken
	Look    Stroke = "look"    // look again in a moment
	Defer   Stroke = "defer"   // not now: something is in the way
)

// How long things take with the programs of today, under load.
const (
	settles   = 250 * time.Millisecond // a submit key sooner after a paste is taken as part of it
	redraws   = 2 * time.Second        // a submit that shows no effect by then was swallowed
	vanishes  = 3 * time.Second        // an input line that stays empty that long after a submit has been taken
	missing   = 3 * time.Second        // a paste that does not show by then was swallowed
	scrolls   = time.Second            // a paste of which only a part shows by then does not fit
	mostTries = 3                      // pastes
	mostKeys  = 6                      // submits of one paste
)

// Next is the step that follows, with the reason of a Defer.
//
// A person's text is never submitted: what the line holds must be the wake's
// text and nothing else. A dialog is never answered: nothing is typed while
// one is shown.
func (t Typed) Next() (Stroke, string) {
	switch {
	case t.Taken, t.Submits > 0 && t.gone():
		return Confirm, ""
	case t.Blocked != "":
		return Defer, t.Blocked
	case t.Unread > 0:
		return Look, ""
	case t.Pastes == 0:
		return t.begin()
	case t.Submits == 0:
		return t.pasted()
	}
	return t.submitted()
}

// gone says that what was submitted is in the program's hands. That an input
// line is hidden, or holds something else, says nothing of what became of it.
func (t Typed) gone() bool {
	switch {
	case t.Unread > 0:
		return false
	case t.Shown && t.Input != Ours && t.Input != Cut && t.Input != Folded && t.Input != Mixed:
		return true
	case t.Input == Unseen:
		return t.since(t.Submitted) >= settles
	}
	return t.Input == Empty && (t.Active || t.since(t.Submitted) >= vanishes)
}

// since is how long ago something was. What lies ahead is from before the clock
// was set back, and long ago.
func (t Typed) since(at time.Time) time.Duration {
	d := t.Now.Sub(at)
	if d < 0 {
		return time.Hour
	}
	return d
}

func (t Typed) begin() (Stroke, string) {
	switch {
	case t.Active && !t.Queues:
		return Defer, "the agent is busy"
	case t.Input == Empty, t.Input == Unseen:
		return Paste, ""
	case t.Input == Hidden:
		return Defer, "its input line is not on the screen"
	}
	return Defer, "its input line holds text of somebody else; send or delete that"
}

func (t Typed) pasted() (Stroke, string) {
	age := t.since(t.Pasted)
	switch t.Input {
	case Foreign, Mixed:
		return Defer, "somebody types into its input line; send or delete that text"
	case Hidden:
		return Look, ""
	case Empty:
		return t.lost(age)
	case Cut:
		if age < scrolls {
			return Look, ""
		}
	default:
		if age < settles {
			return Look, ""
		}
	}
	if t.Active && !t.Queues {
		return Defer, "the agent is busy; the text waits in its input line"
	}
	return Submit, ""
}

// lost decides about a paste that is not in the input line and was not submitted.
func (t Typed) lost(age time.Duration) (Stroke, string) {
	switch {
	case t.Shown:
		return Confirm, "" // a person pressed the key
	case age < missing:
		return Look, ""
	case t.Pastes >= mostTries:
		return Defer, fmt.Sprintf("it was pasted %d times and never seen", t.Pastes)
	}
	return Paste, ""
}

func (t Typed) submitted() (Stroke, string) {
	switch {
	case t.Input == Mixed, t.Input == Foreign:
		return Defer, "somebody types into its input line; send or delete that text"
	case t.since(t.Submitted) < redraws, t.Input == Empty, t.Input == Hidden, t.Input == Unseen:
		return Look, ""
	case t.Submits >= mostKeys:
		return Defer, fmt.Sprintf("its submit key was pressed %d times and had no effect", t.Submits)
	case t.Active && !t.Queues:
		return Look, ""
	}
	return Submit, ""
}

// inWords makes a reason of a screen's own row.
func inWords(what, evidence string) string {
	if evidence == "" {
		return what
	}
	return what + ": " + handoff.Clean(evidence, 120)
}
