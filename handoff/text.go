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
	var b strings.Builder
	for line := range strings.Lines(s) {
		words, broken := strings.CutSuffix(line, "\n")
		for i, part := range strings.Split(words, "\t") {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(cleanRow(part))
		}
		if broken {
			b.WriteByte('\n')
		}
		if b.Len() > limit {
			break
		}
	}
	return Cut(strings.TrimSpace(b.String()), limit)
}

// cleanRow drops what Clean drops, and leaves blanks as they are.
func cleanRow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, !unicode.IsGraphic(r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
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
	end := max(limit-len(ellipsis), 0)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.TrimRight(s[:end], " ") + ellipsis
}
