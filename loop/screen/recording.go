package screen

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Recording is a captured screen with what it must be read as.
type Recording struct {
	Adapter   string
	State     string
	Title     string
	Width     int // columns
	Alternate bool
	Source    string  // "recorded" or "described", and what from
	Composer  *string // what the input line holds, blanks aside; nil: not said
	Folded    bool    // the input line shows a placeholder for a paste
	Capture   string  // as capture-pane printed it
}

// Screen is the recorded screen.
func (r Recording) Screen() Screen {
	return Screen{Rows: Parse(r.Capture), Title: r.Title, Width: r.Width, Alternate: r.Alternate}
}

const recordingEnd = "---\n"

// ParseRecording reads what Format writes: rows of "key: value", a row of three
// hyphens, and the capture as it is. Errors say which row is wrong.
func ParseRecording(text string) (Recording, error) {
	head, capture, ok := strings.Cut(text, "\n"+recordingEnd)
	if !ok {
		return Recording{}, errors.New(`a recording has no row "---"; put it between the header and the capture`)
	}
	r := Recording{Capture: capture}
	for i, line := range strings.Split(head, "\n") {
		key, value, _ := strings.Cut(line, ":")
		if err := r.set(key, strings.TrimPrefix(value, " ")); err != nil {
			return Recording{}, fmt.Errorf("row %d of a recording: %w", i+1, err)
		}
	}
	if r.Adapter == "" || r.State == "" {
		return Recording{}, errors.New("a recording needs the rows adapter and state")
	}
	return r, nil
}

func (r *Recording) set(key, value string) error {
	var err error
	switch key {
	case "adapter":
		r.Adapter = value
	case "state":
		r.State = value
	case "title":
		r.Title = value
	case "source":
		r.Source = value
	case "composer":
		r.Composer = &value
	case "width":
		r.Width, err = strconv.Atoi(value)
	case "alternate":
		r.Alternate, err = strconv.ParseBool(value)
	case "folded":
		r.Folded, err = strconv.ParseBool(value)
	default:
		return fmt.Errorf("there is no key %q; write adapter, state, title, width, alternate, source, composer or folded", key)
	}
	if err != nil {
		return fmt.Errorf("%s is %q; write a number for width, true or false for the others", key, value)
	}
	return nil
}

// Format writes a recording. Line breaks in its values become blanks.
func (r Recording) Format() string {
	var b strings.Builder
	put := func(key, value string) {
		fmt.Fprintln(&b, strings.TrimRight(key+": "+strings.ReplaceAll(value, "\n", " "), " "))
	}
	put("adapter", r.Adapter)
	put("state", r.State)
	put("title", r.Title)
	put("width", strconv.Itoa(r.Width))
	put("alternate", strconv.FormatBool(r.Alternate))
	put("source", r.Source)
	if r.Composer != nil {
		put("composer", *r.Composer)
	}
	if r.Folded {
		put("folded", "true")
	}
	return b.String() + recordingEnd + r.Capture
}
