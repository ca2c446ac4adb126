// Package delivery is the life of a wake: what goes into it, when it may go
// out, and what its evidence says after a crash. It is pure.
package delivery

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"pawl/handoff"
)

// Kind is what an item of a wake is.
type Kind string

// The kinds of item.
const (
	Handoff Kind = "handoff" // something in origin that the agent must answer
	Slot    Kind = "slot"    // a schedule's turn
	Probe   Kind = "probe"   // a question to an agent that stands still
	Message Kind = "message" // an operator's words
)

// Item is one thing that a wake says.
type Item struct {
	Kind    Kind
	ID      string
	Text    string // what the agent reads; Compose cleans it and cuts what is too long
	Attempt int    // which telling of it this is, from 1
	Trace   string // what a handoff keeps although its id changes; "" for what keeps its id
}

// State is how far a wake came.
type State string

// The states of a wake.
const (
	Queued  State = "queued"  // on record; nothing may have gone out yet
	Sent    State = "sent"    // given to the session
	Taken   State = "taken"   // the agent has it
	Dropped State = "dropped" // its session ended first, or there was nothing left to say
)

// InFlight says that the session has not taken it yet, and still may.
func (s State) InFlight() bool { return s == Queued || s == Sent }

// Wake is a text for one session generation, with its reasons.
type Wake struct {
	ID         string
	Agent      string
	Generation string
	State      State
	Text       string // one line without its newline, at most MaxText bytes
	Items      []Item
	CreatedAt  time.Time
	SentAt     time.Time
	TakenAt    time.Time
}

// Form is how much a session can be told at once, and how.
type Form struct {
	Bytes     int // of a wake's text
	Items     int // of one wake
	separator string
	clean     func(text string, limit int) string
}

// The forms.
var (
	// Line is one line without control characters, for a program that is typed to or
	// reads lines. Agent CLIs fold a longer paste away, so that its text is no longer
	// there to be recognised.
	Line = Form{Bytes: MaxText, Items: 10, separator: "; ", clean: handoff.Clean}
	// Page is a text of many lines, for a program that is run for it.
	Page = Form{Bytes: 48 << 10, Items: 20, separator: "\n\n", clean: handoff.CleanLines}
)

// MaxText bounds a wake that is one line, in bytes.
const MaxText = 1000

const closing = ". Pull origin and take your turn."

// Compose makes one wake of as many of the items, in their order, as fit its form.
// It returns nil without items. The first item always fits: it is cut if need be.
// Whatever the texts hold, the wake's is valid UTF-8 without control characters, but
// for the newlines and tabs of a page.
func (f Form) Compose(agent, generation string, items []Item, now time.Time) *Wake {
	if len(items) == 0 {
		return nil
	}
	room := f.Bytes - len(wakeID(generation, nil)) - 1
	var parts []string
	taken, used := items[:0:0], 0
	for _, it := range items {
		tail := tailOf(append(taken, it))
		// More than there is room for: only the first text is ever cut.
		it.Text = f.clean(it.Text, 2*f.Bytes)
		if len(taken) == 0 {
			it.Text = handoff.Cut(it.Text, room-len(tail))
		}
		cost := len(it.Text)
		if len(parts) > 0 {
			cost += len(f.separator)
		}
		if len(taken) == f.Items || used+cost+len(tail) > room {
			break
		}
		parts, taken, used = append(parts, it.Text), append(taken, it), used+cost
	}
	id := wakeID(generation, taken)
	return &Wake{
		ID: id, Agent: agent, Generation: generation, State: Queued,
		Text:  id + " " + strings.Join(parts, f.separator) + tailOf(taken),
		Items: taken, CreatedAt: now,
	}
}

// tailOf tells the agent what to do when there is something in origin for it.
func tailOf(items []Item) string {
	for _, it := range items {
		if it.Kind == Handoff {
			return closing
		}
	}
	return ""
}

// wakeID is a hash of generation, items and attempts: composing the same wake
// again, after a crash or with a lost ledger, finds the same name, and a
// launcher that has seen it does not write it twice.
func wakeID(generation string, items []Item) string {
	h := sha256.New()
	h.Write([]byte(generation))
	for _, it := range items {
		h.Write([]byte("\x00" + string(it.Kind) + "\x00" + it.ID + "\x00" + strconv.Itoa(it.Attempt)))
	}
	return "w" + hex.EncodeToString(h.Sum(nil)[:6])
}

// ItemIDs names what the wake carries, for the launcher's own record.
func (w Wake) ItemIDs() []string {
	ids := make([]string, len(w.Items))
	for i, it := range w.Items {
		ids[i] = it.ID
		if it.Trace != "" {
			ids[i] += traceMark + it.Trace
		}
	}
	return ids
}

// traceMark stands between id and trace, which have letters and digits only.
const traceMark = "."

// ParseItem takes apart what ItemIDs made: trace is "" where there is none.
func ParseItem(name string) (id, trace string) {
	id, trace, _ = strings.Cut(name, traceMark)
	return id, trace
}
