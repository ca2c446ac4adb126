package exec

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"pawl/handoff"
	"pawl/loop/launcher"
	"pawl/loop/launcher/plain"
	"pawl/loop/screen"
)

// Bounds of what a program's answers may hold, in bytes.
const (
	maxName    = 200 // names, ids, process names
	maxMessage = 500 // the text of an error
)

func specToWire(s launcher.Spec) Spec {
	return Spec{
		Ref: Ref(s.Ref), Agent: s.Agent, Owner: s.Owner, Phase: s.Phase, Argv: s.Argv, Env: s.Env, Own: s.Own,
		Dir: s.Dir, Log: s.Log, Stdin: s.Stdin, Prompt: s.Prompt, StopKeys: s.StopKeys,
	}
}

func messageToWire(m launcher.Message) Message {
	w := Message{ID: m.ID, Text: m.Text, Items: m.Items}
	if m.Reader != nil {
		w.Profile = &m.Reader.Profile
	}
	return w
}

func refsToWire(refs []launcher.Ref) Refs {
	out := Refs{Refs: make([]Ref, len(refs))}
	for i, ref := range refs {
		out.Refs[i] = Ref(ref)
	}
	return out
}

// observations checks what observe answered: an answer that makes no sense is
// none, because a session that it leaves out would count as gone.
func (s Sessions) observations() (map[string]launcher.Observation, error) {
	if s.Sessions == nil {
		return nil, errors.New(`the answer to observe has no "sessions"; it must be a list, and [] where there are none`)
	}
	seen := make(map[string]launcher.Observation, len(s.Sessions))
	for _, w := range s.Sessions {
		o, err := w.observation()
		if err != nil {
			return nil, fmt.Errorf("the answer to observe: session %q: %w", handoff.Clean(w.Session, maxName), err)
		}
		if _, twice := seen[o.Session]; twice {
			return nil, fmt.Errorf("the answer to observe has session %q twice", handoff.Clean(o.Session, maxName))
		}
		seen[o.Session] = o
	}
	return seen, nil
}

func (w Observation) observation() (launcher.Observation, error) {
	switch {
	case w.Session == "" || w.Generation == "":
		return launcher.Observation{}, errors.New("its name or its generation is empty")
	case w.Alive == (w.Exit != nil):
		return launcher.Observation{}, fmt.Errorf("alive is %v and exit is %v; one of them must say how it is", w.Alive, w.Exit)
	case w.PID < 0 || w.Pending < 0:
		return launcher.Observation{}, fmt.Errorf("pid %d, pending %d; neither can be negative", w.PID, w.Pending)
	}
	o := launcher.Observation{
		Ref: launcher.Ref(w.Ref), Agent: w.Agent, Owner: w.Owner, Phase: w.Phase, PID: w.PID, Started: w.Started,
		Alive: w.Alive, Output: w.Output, Pending: w.Pending, Program: handoff.Clean(w.Program, maxName), Lying: w.Lying,
	}
	if w.Exit != nil {
		o.Exit = &launcher.Exit{Code: w.Exit.Code, Signal: handoff.Clean(w.Exit.Signal, maxName), At: w.Exit.At, Lost: w.Exit.Lost}
	}
	for _, m := range w.Marks {
		if m.ID == "" {
			return launcher.Observation{}, errors.New("one of its marks has no id")
		}
		o.Marks = append(o.Marks, launcher.Mark(m))
	}
	return o, nil
}

// clean are at most n of the lines, the last ones, without anything that a
// terminal would obey.
func (l Lines) clean(n int) []string {
	lines := l.Lines[max(0, len(l.Lines)-max(n, 0)):]
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimRight(plain.Row(line), " ")
	}
	return out
}

// screens are those that were asked for.
func (s Screens) screens(refs []launcher.Ref) map[string]screen.Screen {
	out := map[string]screen.Screen{}
	for _, ref := range refs {
		w, there := s.Screens[ref.Session]
		if !there {
			continue
		}
		rows := w.Rows[max(0, len(w.Rows)-screen.MaxRows):]
		shown := screen.Screen{Title: handoff.Clean(w.Title, maxName), Width: w.Width, Alternate: w.Alternate}
		for _, row := range rows {
			shown.Rows = append(shown.Rows, row.row())
		}
		out[ref.Session] = shown
	}
	return out
}

func (w Row) row() screen.Row {
	text := cells(w.Text)
	r := screen.Row{Text: text, Firm: text, Tinted: text}
	if w.Firm != nil {
		r.Firm = cells(*w.Firm)
	}
	if w.Tinted != nil {
		r.Tinted = cells(*w.Tinted)
	}
	return r
}

// cells makes a row fit to be read and shown, with one character for each that
// it had, as its forms are compared by place.
func cells(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.TrimRight(handoff.Head(text, screen.MaxRowBytes), " ")
}

// asError is an error's meaning to whoever asked; nil for none.
func (f *Failure) asError() error {
	if f == nil {
		return nil
	}
	text := handoff.Clean(f.Message, maxMessage)
	if text == "" {
		text = "it did not say why"
	}
	switch f.Code {
	case CodeGone:
		return fmt.Errorf("%s: %w", text, launcher.ErrGone)
	case CodeOther:
		return fmt.Errorf("%s: %w", text, launcher.ErrOther)
	case CodeTerminal:
		return fmt.Errorf("%s: %w", text, launcher.ErrTerminal)
	case CodeUnsupported:
		return fmt.Errorf("%s: %w", text, errUnsupported)
	}
	return errors.New(text)
}

// errUnsupported says that a program does not know a method.
var errUnsupported = errors.New("the launcher's program does not know this request")
