package turn

import (
	"cmp"
	"strconv"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
)

// Version is that of State and Order. Fields are only ever added.
const Version = 1

// Kept is how many turns a State has.
const Kept = 20

// State is what a session that runs its program turn by turn says of itself.
type State struct {
	Version    int           `json:"version"`
	Session    string        `json:"session"`
	Generation string        `json:"generation"`
	Doing      adapter.State `json:"doing"`
	Since      time.Time     `json:"since"`
	Turns      []Turn        `json:"turns"` // oldest first; the last one may still run
	Total      Usage         `json:"total"` // of the conversation, where the program counts so
}

// Last is the newest turn; nil without one.
func (s State) Last() *Turn {
	if len(s.Turns) == 0 {
		return nil
	}
	return &s.Turns[len(s.Turns)-1]
}

// Conversation is what the next turn goes on with; "" where nothing is known.
func (s State) Conversation() string {
	for i := len(s.Turns) - 1; i >= 0; i-- {
		if id := s.Turns[i].Conversation; id != "" {
			return id
		}
	}
	return ""
}

// Reading is the state as a screen would have told it.
func (s State) Reading() adapter.Reading {
	r := adapter.Reading{State: s.Doing}
	t := s.Last()
	if t == nil {
		return r
	}
	r.Evidence = handoff.Clean(cmp.Or(t.Why, t.Doing), 240)
	switch s.Doing {
	case adapter.Limited:
		r.Banner = t.Banner
		if !t.Reset.IsZero() {
			r.Banner += " resets at " + strconv.FormatInt(t.Reset.Unix(), 10)
		}
	case adapter.Full:
		r.Banner = t.Banner
	case adapter.Active:
		r.Evidence = "turn " + strconv.Itoa(t.N) + ": " + cmp.Or(handoff.Clean(t.Doing, 200), "it has begun")
	case adapter.Idle:
		r.Evidence = "turn " + strconv.Itoa(t.N) + " is over"
	}
	return r
}

// After is what a session does once a turn has ended so.
func After(s Status) adapter.State {
	switch s {
	case Limited:
		return adapter.Limited
	case Refused:
		return adapter.Auth
	case Overfull:
		return adapter.Full
	case Completed, Stopped:
		return adapter.Idle
	}
	return adapter.Fatal
}

// Order is what such a session is started from: the first line of its input, as
// JSON. Each further one is a Message.
type Order struct {
	Version      int             `json:"version"`
	Session      string          `json:"session"`
	Generation   string          `json:"generation"`
	Profile      adapter.Profile `json:"profile"` // Headless
	Data         adapter.Data    `json:"data"`
	Model        string          `json:"model"`
	Conversation string          `json:"conversation"`   // to go on with; "" for a new one
	Total        Usage           `json:"total"`          // what that has cost
	Prompt       string          `json:"prompt"`         // of the first turn; "" where it waits for a message
	Wrap         []string        `json:"wrap"`           // argv before each command
	Timeout      time.Duration   `json:"timeout_ns"`     // of one turn
	Once         bool            `json:"once"`           // it ends with the first turn that is completed
	Tree         bool            `json:"tree,omitempty"` // whether the files are named that a turn leaves
	State        string          `json:"state"`          // path of the file for State
	Home         string          `json:"home,omitempty"` // a file without which nobody will tell it anything more; "": it waits for ever
	Record       string          `json:"record"`         // folder for what the program printed and its events
}

// Message is what a session is told.
type Message struct {
	ID   string `json:"id"`   // the wake's
	Text string `json:"text"` //
}
