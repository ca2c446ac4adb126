package tui

import (
	"strings"
	"unicode"
)

// wide are the ranges of characters that take two columns of a terminal; those
// of combining marks take none.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, {Lo: 0x2e80, Hi: 0x303e, Stride: 1},
		{Lo: 0x3041, Hi: 0xa4cf, Stride: 1}, {Lo: 0xac00, Hi: 0xd7a3, Stride: 1},
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1}, {Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1}, {Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0x1f300, Hi: 0x1faff, Stride: 1}, {Lo: 0x20000, Hi: 0x3fffd, Stride: 1}},
}

// columns is how many columns of a terminal a character takes.
func columns(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// width is how many columns a text takes.
func width(text string) int {
	n := 0
	for _, r := range text {
		n += columns(r)
	}
	return n
}

// clip cuts a text to a number of columns.
func clip(text string, most int) string {
	n := 0
	for i, r := range text {
		if n += columns(r); n > most {
			return text[:i]
		}
	}
	return text
}

// wrap breaks a text into rows of at most most columns, anywhere: the rows put
// together again, with the newlines, are the text. Tabs are drawn as blanks.
func wrap(text string, most int) []string {
	var rows []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\t", " "), "\n") {
		for {
			row := clip(line, most)
			if row == "" || row == line {
				rows = append(rows, line)
				break
			}
			rows, line = append(rows, row), line[len(row):]
		}
	}
	return rows
}

// indented wraps a text and puts lead before its first row and blanks of the
// same width before the others.
func indented(lead, text string, most int) []string {
	rows := wrap(text, max(most-width(lead), 2))
	blanks := strings.Repeat(" ", width(lead))
	for i, row := range rows {
		if i == 0 {
			rows[i] = lead + row
			continue
		}
		rows[i] = blanks + row
	}
	return rows
}
