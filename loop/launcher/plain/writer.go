package plain

import (
	"io"
	"unicode"
	"unicode/utf8"
)

// Writer passes on what programs printed without anything that a terminal would
// obey: control sequences (ECMA-48), control and format characters are left out,
// tabs and newlines stay, what is not UTF-8 becomes U+FFFD. A carriage return
// within a line begins a new one, so that nothing that was printed is overwritten.
// Unlike Row it bounds no line and waits for none to end. It is for one goroutine.
type Writer struct {
	to    io.Writer
	state state
	back  bool   // a carriage return came last
	rest  []byte // the beginning of a character
	out   []byte
}

// NewWriter returns a Writer that passes on to another one.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to} }

// state is where in a control sequence the text has come to. A newline ends them all.
type state int

const (
	inText   state = iota
	inEscape       // behind ESC and intermediate characters
	inParams       // of a control sequence
	inString       // a title, or another control string
	inEnding       // behind ESC in a string
)

// Write implements io.Writer. An error is the other writer's; nothing that was
// given is held back but half a character, or a sequence that has not ended.
func (w *Writer) Write(p []byte) (int, error) {
	text := p
	if len(w.rest) > 0 {
		text = append(w.rest, p...)
	}
	w.out = w.out[:0]
	for len(text) > 0 && utf8.FullRune(text) {
		r, size := utf8.DecodeRune(text)
		w.take(r)
		text = text[size:]
	}
	w.rest = append([]byte(nil), text...)
	if _, err := w.to.Write(w.out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// take takes the next character.
func (w *Writer) take(r rune) {
	switch {
	case r == '\n', w.state == inText:
		w.state = inText
		w.text(r)
	case w.state == inEscape:
		w.escape(r)
	case w.state == inParams:
		w.params(r)
	case r == '\x1b':
		w.state = inEnding
	case r == '\a', r == 0x9c, r == '\\' && w.state == inEnding:
		w.state = inText
	default:
		w.state = inString
	}
}

func (w *Writer) text(r rune) {
	switch {
	case r == '\r':
		w.back = true
		return
	case r == '\x1b':
		w.state = inEscape
		return
	case r == 0x9b:
		w.state = inParams
		return
	case r == 0x90, r == 0x98, r >= 0x9d && r <= 0x9f:
		w.state = inString
		return
	case r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || reorders(r)):
		return
	}
	if w.back && r != '\n' {
		w.out = append(w.out, '\n')
	}
	w.back = false
	w.out = utf8.AppendRune(w.out, r)
}

func (w *Writer) escape(r rune) {
	switch {
	case r == '[':
		w.state = inParams
	case r == 'P', r == 'X', r >= ']' && r <= '_':
		w.state = inString
	case r >= 0x20 && r <= 0x2f: // an intermediate character
	case r >= 0x30 && r <= 0x7e:
		w.state = inText
	default:
		w.state = inText
		w.text(r)
	}
}

func (w *Writer) params(r rune) {
	switch {
	case r >= 0x20 && r <= 0x3f:
	case r >= 0x40 && r <= 0x7e:
		w.state = inText
	default:
		w.state = inText
		w.text(r)
	}
}
