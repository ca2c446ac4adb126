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
	Since        time.Time     // when the session began: what is older is about another one
	Said         bool          // its hooks have said something
	Conversation string        // as the program names it; "" it did not
	Transcript   string        // path of the program's own record of it; "" it did not say
	Doing        adapter.State // "" nothing was said of that
	At           time.Time     // when that was said
	Text         string        // of a limit, or what is asked; "" nothing

	from source // of Doing
}

// source is who said something. What one of them says comes in its order; of two, the
// newer counts.
type source int

const (
	hooks source = iota
	script
)

// Decoder knows what the events of one adapter's hooks mean.
type Decoder struct {
	events, lines []rule
	transcript    adapter.Transcript
}

type rule struct {
	adapter.HookRule
	when turn.Condition
}

// NewDecoder compiles a profile's rules. Errors name the adapter and the rule; rules
// that Validate passes have none.
func NewDecoder(p adapter.Profile) (d *Decoder, err error) {
	d = &Decoder{transcript: p.Transcript}
	if d.events, err = compile(p.Hooks.Events); err != nil {
		return nil, fmt.Errorf("adapter %s: hooks.events%w", p.Name, err)
	}
	if d.lines, err = compile(p.Transcript.Lines); err != nil {
		return nil, fmt.Errorf("adapter %s: transcript.lines%w", p.Name, err)
	}
	return d, nil
}

func compile(rules []adapter.HookRule) (out []rule, err error) {
	for i, r := range rules {
		when, err := turn.NewCondition(r.On, r.Not)
		if err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
		out = append(out, rule{r, when})
	}
	return out, nil
}

// aConversation is what a program may name one: it becomes an argument.
var aConversation = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$`)

const (
	maxText = 1000     // bytes
	maxPath = 4 * 1024 // bytes
)

// Apply takes in the next line of a record, as it is read at now. What is no entry, or is
// about another session, changes nothing.
func (d *Decoder) Apply(s State, line []byte, now time.Time) State {
	var e Entry
	if json.Unmarshal(line, &e) != nil || e.Generation != s.Generation {
		return s
	}
	doc, err := turn.ParseDocument(e.Event)
	if err != nil {
		return s
	}
	before := s.Conversation
	s.Said = true
	s = s.hear(d.events, doc, earlier(e.At, now), hooks)
	if path := doc.Text(d.transcript.Path, maxPath); path != "" && (s.Conversation != before || s.Transcript == "") {
		s.Transcript = path
	}
	return s
}

// earlier is a moment, or now where that lies ahead: a clock was set back since, or
// somebody made it up.
func earlier(at, now time.Time) time.Time {
	if at.After(now) {
		return now
	}
	return at
}

// Line takes in the next line of the program's own record of the conversation, as it is
// read at now.
func (d *Decoder) Line(s State, line []byte, now time.Time) State {
	doc, err := turn.ParseDocument(line)
	if err != nil {
		return s
	}
	at, err := time.Parse(time.RFC3339, doc.Text(d.transcript.At, maxText))
	if err != nil {
		at = time.Time{} // it can name the conversation, and say nothing of now
	}
	return s.hear(d.lines, doc, earlier(at, now), script)
}

func (s State) hear(rules []rule, doc turn.Document, at time.Time, from source) State {
	for _, r := range rules {
		if r.when.Holds(doc) {
			s = s.told(r.HookRule, doc, at, from)
		}
	}
	return s
}

func (s State) told(r adapter.HookRule, doc turn.Document, at time.Time, from source) State {
	id := doc.Text(r.ID, maxText)
	switch {
	case r.Is == adapter.HookSession:
		// A program that is run within a turn, with the hooks that it inherits, begins a
		// conversation that is not the session's.
		within := s.Conversation != "" && (s.Doing == adapter.Active || s.Doing == adapter.Waiting)
		if aConversation.MatchString(id) && !within {
			s.Conversation = id
		}
		return s
	case r.ID != "" && s.Conversation != "" && id != s.Conversation:
		return s // a helper of the program's own
	case at.IsZero(), at.Before(s.Since), from != s.from && at.Before(s.At):
		return s // it is not about now, or something newer was said elsewhere
	}
	s.from = from
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
// printed last at output; zero where that is not known.
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
	old := s.At.After(now) || now.Sub(s.At) > doubted
	switch r.State {
	case adapter.Waiting:
		return s.Doing == adapter.Waiting // what is asked is one question
	case adapter.Active:
		if output.IsZero() || s.At.After(now) {
			return s.Doing == adapter.Active || !old
		}
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
	return "it says itself: " + words
}
