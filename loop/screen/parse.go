package screen

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cell is one character with how it is drawn.
type cell struct {
	r rune
	style
}

// Parse reads what tmux's `capture-pane -p -e` prints: rows of text with SGR
// sequences, whose effect goes on over the ends of rows. A capture without
// sequences is text as it stands. Other sequences and control characters are
// dropped. At most MaxRows rows of MaxRowBytes bytes are kept, the last rows if
// there are more: what a program asks for stands at the bottom.
func Parse(capture string) []Row {
	lines := strings.Split(strings.TrimSuffix(capture, "\n"), "\n")
	cells := make([][]cell, 0, min(len(lines), MaxRows))
	var drawn style
	coloured := false
	for i, line := range lines {
		row := drawn.row(line)
		if len(lines)-i > MaxRows {
			continue
		}
		markCursor(row)
		for _, c := range row {
			coloured = coloured || c.tint && c.r != ' '
		}
		cells = append(cells, row)
	}
	rows := make([]Row, 0, len(cells))
	for _, row := range cells {
		rows = append(rows, newRow(row, coloured))
	}
	return rows
}

// row reads one line and leaves the style as it is at the line's end.
func (s *style) row(line string) []cell {
	var cells []cell
	size := 0
	for line != "" {
		if line[0] == 0x1b {
			kind, params, rest := sequence(line)
			if kind == 'm' {
				s.apply(params)
			}
			line = rest
			continue
		}
		r, n := utf8.DecodeRuneInString(line)
		line = line[n:]
		switch {
		case r == utf8.RuneError && n == 1:
			r = unicode.ReplacementChar
		case r == '\t' || unicode.Is(unicode.Zs, r):
			r = ' '
		case !unicode.IsGraphic(r):
			continue
		}
		if size += utf8.RuneLen(r); size <= MaxRowBytes {
			cells = append(cells, cell{r, *s})
		}
	}
	return cells
}

// sequence takes the escape sequence that begins text: its final byte if it is
// a control sequence (ECMA-48 section 5.4), its parameters, and what follows. One
// that is cut off ends with the text.
func sequence(text string) (kind byte, params, rest string) {
	if len(text) < 2 {
		return 0, "", ""
	}
	switch text[1] {
	case '[':
		for i := 2; i < len(text); i++ {
			if text[i] >= 0x40 && text[i] <= 0x7e {
				return text[i], text[2:i], text[i+1:]
			}
			if text[i] < 0x20 || text[i] > 0x7e {
				return 0, "", text[i:]
			}
		}
		return 0, "", ""
	case ']', 'P', 'X', '^', '_':
		return 0, "", afterString(text[2:])
	case '(', ')', '*', '+', '#', '%':
		return 0, "", text[min(3, len(text)):]
	}
	if text[1] < 0x20 || text[1] > 0x7e {
		return 0, "", text[1:]
	}
	return 0, "", text[2:]
}

// afterString is what follows a control string, which BEL or "ESC \" ends.
func afterString(text string) string {
	for i := range len(text) {
		if text[i] == 0x07 {
			return text[i+1:]
		}
		if text[i] == 0x1b {
			if i+1 < len(text) && text[i+1] == '\\' {
				return text[i+2:]
			}
			return text[i:]
		}
	}
	return ""
}

// markCursor makes a hint's first character faint where the program draws its
// cursor upon it: inverse, and followed by the rest of the hint.
func markCursor(row []cell) {
	for i := range len(row) - 1 {
		if c, next := row[i], row[i+1]; c.inverse && !c.faint && next.faint && !next.inverse && next.r != ' ' {
			row[i].faint = true
		}
	}
}

func newRow(cells []cell, coloured bool) Row {
	var text, firm, tinted strings.Builder
	for _, c := range cells {
		text.WriteRune(c.r)
		firm.WriteRune(unless(c.faint, c.r))
		tinted.WriteRune(unless(coloured && !c.tint, c.r))
	}
	return Row{Text: trim(text.String()), Firm: trim(firm.String()), Tinted: trim(tinted.String())}
}

func unless(blank bool, r rune) rune {
	if blank {
		return ' '
	}
	return r
}

func trim(s string) string { return strings.TrimRight(s, " ") }
