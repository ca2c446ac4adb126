// Package plain makes what programs print fit to be shown and typed: plain text
// without anything that a terminal would obey.
package plain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"pawl/handoff"
)

// MaxRow is the longest row, in bytes.
const MaxRow = 4096

// Line makes text fit on one line: control characters, newlines among them,
// become blanks, and what is not UTF-8 becomes U+FFFD. All else stays as it is.
func Line(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// Row makes a line of a program's output fit to be shown: what a carriage
// return overwrote is gone, control sequences (ECMA-48) and characters that
// reorder text are removed, blanks stand for tabs, and it is bounded.
func Row(line string) string {
	line = strings.ToValidUTF8(strings.TrimRight(line, "\r"), "\uFFFD")
	var out strings.Builder
	for len(line) > 0 {
		r, size := utf8.DecodeRuneInString(line)
		switch {
		case r == '\x1b' || (r >= 0x80 && r <= 0x9f):
			line = line[sequence(line):]
			continue
		case r == '\r':
			out.Reset()
		case r == '\t':
			out.WriteByte(' ')
		case unicode.IsControl(r) || reorders(r):
		default:
			out.WriteRune(r)
		}
		line = line[size:]
	}
	return handoff.Head(out.String(), MaxRow)
}

// sequence returns the length of the control sequence that s begins with: an
// escape character and what belongs to it, or its single-character form.
func sequence(s string) int {
	kind, size := utf8.DecodeRuneInString(s)
	if kind == '\x1b' {
		if len(s) == 1 {
			return 1
		}
		kind, size = rune(s[1])+0x40, 2 // ESC [ and U+009B are the same, and so on
		if s[1] < 0x40 || s[1] > 0x5f {
			return escape(s)
		}
	}
	switch kind {
	case 0x9b:
		return size + parameters(s[size:])
	case 0x90, 0x98, 0x9d, 0x9e, 0x9f:
		return size + controlString(s[size:])
	}
	return size
}

// escape measures ESC, intermediate characters and a final one.
func escape(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] >= 0x20 && s[i] <= 0x2f:
		case s[i] >= 0x30 && s[i] <= 0x7e:
			return i + 1
		default:
			return i
		}
	}
	return len(s)
}

// parameters measures what follows a control sequence introducer. Anything that
// cannot belong to it ends it.
func parameters(s string) int {
	for i := range len(s) {
		switch {
		case s[i] >= 0x20 && s[i] <= 0x3f:
		case s[i] >= 0x40 && s[i] <= 0x7e:
			return i + 1
		default:
			return i
		}
	}
	return len(s)
}

// controlString measures a title or another string up to its terminator. One
// without a terminator reaches to the end of the line, not further.
func controlString(s string) int {
	for i, r := range s {
		switch {
		case r == '\a':
			return i + 1
		case r == 0x9c:
			return i + len("\u009c")
		case r == '\x1b' && strings.HasPrefix(s[i:], "\x1b\\"):
			return i + 2
		}
	}
	return len(s)
}

// reorders says whether a character changes the direction of those around it,
// by which a line can be made to look like another.
func reorders(r rune) bool {
	switch {
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
		return true
	}
	return r == 0x2028 || r == 0x2029
}
