package handoff

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxLabel bounds a path in a label, in bytes.
const MaxLabel = 120

// Clean makes text that a stranger wrote fit to be shown, typed or logged: one
// line of valid UTF-8 without control, format (bidirectional overrides, zero
// width) and private characters, of at most limit bytes. Runs of white space
// become one space.
func Clean(s string, limit int) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case r == utf8.RuneError, !unicode.IsGraphic(r), unicode.Is(unicode.Co, r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
		if b.Len() > limit {
			break
		}
	}
	return Cut(b.String(), limit)
}

// CleanLines is Clean for a text of several lines: newlines and tabs stay.
func CleanLines(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, !unicode.IsGraphic(r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
	return Cut(strings.TrimSpace(s), limit)
}

// Cut shortens s to at most limit bytes at a character's boundary, with an
// ellipsis where something is missing.
func Cut(s string, limit int) string {
	ellipsis := "…"
	if len(s) <= limit {
		return s
	}
	if limit < len(ellipsis) {
		ellipsis = ""
	}
	return strings.TrimRight(Head(s, max(limit-len(ellipsis), 0)), " ") + ellipsis
}

// Head is the beginning of s, of at most limit bytes, cut between two characters.
func Head(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
