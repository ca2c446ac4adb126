package witness

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/turn"
)

// State is what a session's hooks have said until now.
type State struct {
	Generation   string
	Conversation string        // as the program names it; "" it did not
	Doing        adapter.State // "" nothing was said of that
	At           time.Time     // when that was said
	Text         string        // of a limit, or what is asked; "" nothing
}

// Decoder knows what the events of one adapter's hooks mean.
type Decoder struct{ rules []rule }

type rule struct {
	adapter.HookRule
	when turn.Condition
}

// NewDecoder compiles a profile's rules. Errors name the adapter and the rule; rules
// that Validate passes have none.
func NewDecoder(p adapter.Profile) (*Decoder, error) {
	d := &Decoder{}
	for i, r := range p.Hooks.Events {
		when, err := turn.NewCondition(r.On, r.Not)
		if err != nil {
			return nil, fmt.Errorf("adapter %s: hooks.events[%d]: %w", p.Name, i, err)
		}
		d.rules = append(d.rules, rule{r, when})
	}
	return d, nil
}

// aConversation is what a program may name one: it becomes an argument.
var aConversation = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$`)

const maxText = 1000 // bytes

// Apply takes in the next line of a record. What is no entry, or is about another
// session, changes nothing.
func (d *Decoder) Apply(s State, line []byte) State {
	var e Entry
	if json.Unmarshal(line, &e) != nil || e.Generation != s.Generation {
		return s
	}
	doc, err := turn.ParseDocument(e.Event)
	if err != nil {
		return s
	}
	for _, r := range d.rules {
		if r.when.Holds(doc) {
			s = s.told(r.HookRule, doc, e.At)
		}
	}
	return s
}

func (s State) told(r adapter.HookRule, doc turn.Document, at time.Time) State {
	id := doc.Text(r.ID, maxText)
	switch {
	case r.Is == adapter.HookSession:
		if aConversation.MatchString(id) {
			s.Conversation = id
		}
		return s
	case r.ID != "" && s.Conversation != "" && id != s.Conversation:
		return s // a helper of the program's own
	}
	s.Doing, s.At, s.Text = adapter.State(r.Is), at, handoff.Clean(doc.Text(r.Text, maxText), maxText)
	return s
}

const (
	// doubted is how old a word that the screen contradicts may be: nobody tells of a
	// turn that a person broke off.
	doubted = 20 * time.Second
	// redrawn is how soon after its last word a program has drawn what it said.
	redrawn = 2 * time.Second
)

// Agree puts what the hooks say and what the screen shows together, where the program
// printed last at output.
//
// A dialog, a limit or a login on the screen is there, whatever was said before: no
// program tells of all of them. Otherwise its word counts, as long as the screen does
// not go on without it, and does not show something else for long.
func (s State) Agree(r adapter.Reading, output, now time.Time) adapter.Reading {
	if s.Doing == "" || !s.counts(r, output, now) {
		return r
	}
	if r.State, r.Evidence = s.Doing, evidence(s); s.Doing == adapter.Limited {
		r.Banner = s.Text
	}
	return r
}

// counts says that the hooks' word stands beside what the screen shows.
func (s State) counts(r adapter.Reading, output, now time.Time) bool {
	old := now.Sub(s.At).Abs() > doubted
	switch r.State {
	case adapter.Waiting:
		return s.Doing == adapter.Waiting // what is asked is one question
	case adapter.Active:
		return s.Doing == adapter.Active || !output.After(s.At.Add(redrawn))
	case adapter.Idle:
		still := now.Sub(output).Abs() > doubted
		return s.Doing == adapter.Limited || s.Doing == adapter.Idle || !old || s.Doing == adapter.Active && !still
	case adapter.Unknown:
		return s.Doing != adapter.Idle // an input line that is not there cannot be typed into
	}
	return false
}

func evidence(s State) string {
	words := map[adapter.State]string{
		adapter.Active: "it works", adapter.Idle: "it waits for input", adapter.Waiting: "it asks a person", adapter.Limited: "its usage limit is reached",
	}[s.Doing]
	if s.Text != "" {
		words += ": " + handoff.Clean(s.Text, 160)
	}
	return "its own hook says: " + words
}
