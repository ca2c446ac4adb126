package adapter

import (
	"errors"
	"fmt"
	"strings"

	"pawl/handoff"
	"pawl/loop/screen"
)

// Reader reads the screens of one adapter's program.
//
// Only the program's own rows say anything, never what its agent wrote or
// quotes, so each expression looks at a place where quoted text cannot stand:
//
//   - the footer: the rows below the input line;
//   - the tail: the last block of rows above it, where a message stands when a
//     turn has failed. An expression must match from the block's first row on,
//     because an agent's text begins with the program's mark for it, and what
//     follows that is indented;
//   - where no input line is shown, a dialog has taken its place, and the
//     bottom rows of the screen are its.
type Reader struct {
	Profile Profile

	// Also changes what a screen says by what else is known; nil: nothing is.
	Also func(Reading) Reading

	active, limit, fatal, full, waiting, auth, ready *rule
	title, titleWaiting                              *rule
	first, more, top, end                            *rule
	placeholder, folded, passing, message            *rule
}

// NewReader compiles a profile's expressions. Errors name the adapter and the
// keys that do not compile; a profile that Validate passes has none.
func NewReader(p Profile) (*Reader, error) {
	r, d := &Reader{Profile: p}, p.Detect
	var faults []error
	for _, e := range []struct {
		key, expr string
		to        **rule
	}{
		{"active", d.Active, &r.active}, {"limit", d.Limit, &r.limit}, {"fatal", d.Fatal, &r.fatal},
		{"full", d.Full, &r.full}, {"waiting", d.Waiting, &r.waiting}, {"auth", d.Auth, &r.auth}, {"ready", d.Ready, &r.ready},
		{"title", d.Title, &r.title}, {"title_waiting", d.TitleWaiting, &r.titleWaiting},
		{"composer", d.Composer, &r.first}, {"composer_more", d.ComposerMore, &r.more},
		{"composer_top", d.ComposerTop, &r.top}, {"composer_end", d.ComposerEnd, &r.end},
		{"placeholder", d.Placeholder, &r.placeholder}, {"folded", d.Folded, &r.folded}, {"passing", d.Passing, &r.passing}, {"message", d.Message, &r.message},
	} {
		if e.expr == "" {
			continue
		}
		compiled, err := newRule(e.expr)
		if err != nil {
			faults = append(faults, fmt.Errorf("adapter %s: detect.%s %q: %s", p.Name, e.key, e.expr, ExprError(e.expr, err)))
			continue
		}
		if (e.to == &r.first || e.to == &r.more) && compiled.re.NumSubexp() < 1 {
			faults = append(faults, fmt.Errorf("adapter %s: detect.%s %q has no group; put what the row holds in one", p.Name, e.key, e.expr))
			continue
		}
		*e.to = compiled
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return r, nil
}

// deadPane begins what tmux writes below the last words of a program that ended.
const deadPane = "Pane is dead"

// Read says what a screen shows. It is pure but for Also.
func (r *Reader) Read(s screen.Screen) Reading {
	if r.Profile.Detect.blind() && r.Profile.Prompt != PromptType {
		return Reading{State: Unknown}
	}
	rows := withoutBlankEnd(s.Rows)
	if n := len(rows); n > 0 && strings.HasPrefix(rows[n-1].Text, deadPane) {
		return r.lastWords(rows[:n-1])
	}
	l := r.layout(rows)
	reading := Reading{Composer: l.composer}
	reading.State, reading.Evidence, reading.Banner = r.state(l, s.Title)
	if r.Also != nil {
		reading = r.Also(reading)
	}
	if reading.State == Waiting {
		reading.Composer = Composer{}
	}
	return reading
}

// blind says that nothing is known about the program's screens.
func (d Detect) blind() bool {
	return d.Active == "" && d.Limit == "" && d.Fatal == "" && d.Full == "" && d.Waiting == "" && d.Auth == "" &&
		d.Ready == "" && d.Title == "" && d.TitleWaiting == "" && d.Composer == ""
}

// lastWords reads what a program that has ended left behind: it can only say
// why it ended.
func (r *Reader) lastWords(rows []screen.Row) Reading {
	if row, _ := anywhere(r.fatal, textOf(r.bottom(rows))); row != "" {
		return Reading{State: Fatal, Evidence: row}
	}
	return Reading{State: Unknown}
}

func (r *Reader) state(l layout, title string) (state State, evidence, banner string) {
	if row, _ := anywhere(r.waiting, l.below); row != "" {
		return Waiting, row, ""
	}
	if r.titleWaiting.matches(title) {
		return Waiting, handoff.Head(strings.TrimSpace(title), maxEvidence), ""
	}
	for _, message := range []struct {
		state State
		expr  *rule
	}{{Auth, r.auth}, {Limited, r.limit}, {Fatal, r.fatal}, {Full, r.full}} {
		if row, whole := l.says(message.expr, l.own); row != "" {
			if message.state != Limited && message.state != Full {
				whole = ""
			}
			return message.state, row, whole
		}
	}
	if row, _ := l.says(r.active, l.tail); row != "" {
		return Active, row, ""
	}
	switch {
	case r.title.matches(title):
		return Active, handoff.Head(strings.TrimSpace(title), maxEvidence), ""
	case l.composer.Found:
		return Idle, handoff.Head(strings.TrimSpace(l.row), maxEvidence), ""
	}
	if row, _ := anywhere(r.ready, l.below); row != "" {
		return Idle, row, ""
	}
	if r.first != nil || r.ready != nil {
		return Starting, "", ""
	}
	return Idle, "", "" // nothing could say that it takes input: it always does
}

// says looks for a message of the program: in the rows below the input line,
// or as the block above it.
func (l layout) says(expr *rule, tail string) (row, whole string) {
	if row, whole := anywhere(expr, l.below); row != "" {
		return row, whole
	}
	return fromFirst(expr, tail, l.block)
}

// anywhere finds expr in text; whole is the block of rows that it begins in.
func anywhere(expr *rule, text string) (row, whole string) {
	start := expr.row(text)
	if start < 0 {
		return "", ""
	}
	row, _, _ = strings.Cut(text[start:], "\n")
	whole, _, _ = strings.Cut(text[start:], "\n\n")
	return handoff.Head(strings.TrimSpace(row), maxEvidence), oneLine(whole)
}

// fromFirst finds expr in text if the match begins in its first row; block is
// how much of text is the message.
func fromFirst(expr *rule, text string, block int) (row, whole string) {
	if !expr.first(text) {
		return "", ""
	}
	row, _, _ = strings.Cut(text, "\n")
	return handoff.Head(strings.TrimSpace(row), maxEvidence), oneLine(text[:min(block, len(text))])
}

func oneLine(s string) string { return handoff.Head(strings.Join(strings.Fields(s), " "), maxBanner) }
