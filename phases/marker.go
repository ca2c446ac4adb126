package phases

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxMarkerText = 120 // bytes, of a configured marker and of a reported heading

// marker is a configured done marker, taken apart.
type marker struct {
	level int
	text  string
	stem  string // the longest run of letters and digits: what a heading's source must hold to be worth parsing
}

// ParseMarker takes a configured done marker apart: an ATX heading of one line,
// as in "## DONE". The text is what a reader of the rendered heading sees,
// without emphasis and closing hashes. The error quotes s and says what to
// write instead.
func ParseMarker(s string) (level int, text string, err error) {
	if len(s) > maxMarkerText {
		return 0, "", fmt.Errorf("done marker %q is longer than %d bytes: write a short heading, as in \"## DONE\"", clean(s), maxMarkerText)
	}
	trimmed := strings.TrimSpace(s)
	if !utf8.ValidString(s) || strings.ContainsFunc(trimmed, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }) {
		return 0, "", fmt.Errorf("done marker %q is not one line of plain text: write a heading, as in \"## DONE\"", s)
	}
	f, err := newFile([]byte(trimmed))
	if err != nil || !strings.HasPrefix(trimmed, "#") || len(f.blocks) != 1 || f.blocks[0].kind != headingBlock {
		return 0, "", fmt.Errorf("done marker %q is not a heading: write one to six \"#\", a space and the text, as in \"## DONE\"", s)
	}
	h := f.blocks[0]
	text = strings.Join(strings.Fields(f.plain(h, false)), " ")
	if !strings.ContainsFunc(text, isWord) {
		return 0, "", fmt.Errorf("done marker %q has no letter or digit in its text: write a heading, as in \"## DONE\"", s)
	}
	return h.level, text, nil
}

func newMarker(s string) (marker, error) {
	level, text, err := ParseMarker(s)
	if err != nil {
		return marker{}, err
	}
	stem := ""
	for run := range strings.FieldsFuncSeq(text, func(r rune) bool { return !isWord(r) }) {
		if len(run) > len(stem) {
			stem = run
		}
	}
	return marker{level: level, text: text, stem: strings.ToLower(stem)}, nil
}

// String is the marker as one would write it.
func (m marker) String() string { return strings.Repeat("#", m.level) + " " + m.text }

// mayBe is a cheap look at a heading's source, so that only few are parsed:
// those that hold the stem, or something that can hide it.
func (m marker) mayBe(source string) bool {
	return strings.ContainsAny(source, "&*_<\\`") || strings.Contains(strings.ToLower(source), m.stem)
}

// match compares a heading's text with the marker's. rest is what follows it on
// the line; exact is false when only the case differs.
func (m marker) match(heading string) (rest string, exact, ok bool) {
	rest, exact = skipMarkup(visible(heading)), true
	for i, want := range strings.Fields(m.text) {
		after := strings.TrimLeftFunc(rest, unicode.IsSpace)
		joined := i > 0 && after == rest
		if joined || len(after) < len(want) || !strings.EqualFold(after[:len(want)], want) {
			return "", false, false
		}
		exact = exact && after[:len(want)] == want
		rest = after[len(want):]
	}
	return rest, exact, true
}

// judgeRest says why the text after the marker's keeps the heading from being
// the marker; "" when nothing does. written is the heading as written.
func judgeRest(rest, written string) string {
	if rest == "" {
		return ""
	}
	if r, _ := utf8.DecodeRuneInString(rest); unicode.IsDigit(r) || r == '_' || unicode.IsMark(r) {
		return fmt.Sprintf("goes on as another word: %q", written)
	}
	rest = skipMarkup(rest)
	r, _ := utf8.DecodeRuneInString(rest)
	switch {
	case unicode.IsLetter(r):
		return fmt.Sprintf("followed by a letter: %q", written)
	case r == '-' || r == '\u2010' || r == '\u2011':
		return fmt.Sprintf("followed by a hyphen: %q", written)
	}
	if p := placeholder(rest); p != "" {
		return fmt.Sprintf("placeholder %q on the heading's line", p)
	}
	return ""
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
