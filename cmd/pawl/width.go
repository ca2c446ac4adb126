package main

import (
	"strings"

	"github.com/rivo/uniseg"
)

// width is how many columns of a terminal text takes: two for a CJK character
// or an emoji, none for a combining mark.
func width(text string) int { return uniseg.StringWidth(text) }

// cut shortens text to so many columns, and says so with a …. No character is
// parted from its combining marks.
func cut(text string, limit int) string {
	if width(text) <= limit {
		return text
	}
	head, _ := split(text, limit-1)
	if limit < 1 {
		return ""
	}
	return head + "…"
}

// split parts text after the last character that ends within limit columns.
func split(text string, limit int) (head, rest string) {
	used, state := 0, -1
	for rest = text; rest != ""; {
		_, tail, w, next := uniseg.FirstGraphemeClusterInString(rest, state)
		if used+w > limit {
			break
		}
		used, rest, state = used+w, tail, next
	}
	return text[:len(text)-len(rest)], rest
}

// pad fills text up with blanks to so many columns.
func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(columns-width(text), 0))
}

// wrap breaks text between words into at most most lines of so many columns;
// the last ends in a … if something is left. A word that is longer than a line
// is broken. Line breaks of the text are kept.
func wrap(text string, columns, most int) []string {
	columns = max(columns, 4) // room for the widest character
	var lines []string
	for part := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrapLine(part, columns)...)
	}
	if len(lines) <= most {
		return lines
	}
	last := lines[most-1]
	if width(last)+2 <= columns {
		last += " …"
	} else {
		last = cut(last+"…", columns)
	}
	return append(lines[:most-1:most-1], last)
}

func wrapLine(text string, columns int) (lines []string) {
	if width(text) <= columns {
		return []string{text}
	}
	line := ""
	for text != "" {
		var gap, word string
		gap, word, text = nextWord(text)
		if line == "" || width(line+gap+word) <= columns {
			line += gap + word
		} else {
			lines, line = append(lines, line), word
		}
		for width(line) > columns {
			var head string
			head, line = split(line, columns)
			lines = append(lines, head)
		}
	}
	return append(lines, line)
}

// nextWord parts text into the blanks that it begins with, its first word, and
// the rest.
func nextWord(text string) (gap, word, rest string) {
	word = strings.TrimLeft(text, " ")
	gap = text[:len(text)-len(word)]
	if end := strings.IndexByte(word, ' '); end >= 0 {
		word, rest = word[:end], word[end:]
	}
	return gap, word, rest
}
