package adapter

import (
	"strings"

	"pawl/loop/screen"
)

// layout is a screen taken apart.
type layout struct {
	composer Composer
	row      string // the input line's first row, as it stands
	below    string // the footer, or the bottom of a screen without an input line
	tail     string // the last block above the input line, and what is passed over below it
	own      string // of the tail, what the program says itself
	block    int    // how many bytes of tail are the block
}

// span is where the input line is: rows [first, end) with its frame at [top, bottom).
type span struct{ top, first, end, bottom int }

// mostFooter is how many rows a program shows below its input line at most; what
// has more there is no input line.
const mostFooter = 12

func (r *Reader) layout(rows []screen.Row) layout {
	at, ok := r.find(rows)
	if !ok {
		return layout{below: textOf(r.bottom(rows))}
	}
	l := layout{row: rows[at.first].Text, below: textOf(rows[at.bottom:]), composer: r.compose(rows[at.first:at.end])}
	start, end := r.block(rows[:at.top])
	if start == end {
		return l
	}
	tail := rows[start:at.top]
	l.tail, l.own = textOf(tail), textOf(tail)
	if r.Profile.Detect.Tinted {
		l.own = tintedOf(tail)
	}
	l.block = len(textOf(rows[start:end]))
	return l
}

// find looks for the input line from the bottom up.
func (r *Reader) find(rows []screen.Row) (span, bool) {
	switch {
	case r.first == nil:
		return span{}, false
	case r.end != nil:
		return r.framed(rows)
	}
	return r.open(rows)
}

// open finds an input line without a frame: the last row with its mark. It ends
// before the footer, which is the screen's last block.
func (r *Reader) open(rows []screen.Row) (span, bool) {
	for i := len(rows) - 1; i >= 0; i-- {
		if !r.first.matches(rows[i].Text) {
			continue
		}
		end, last := i+1, footer(rows, i)
		for end < last && r.isComposer(rows[end].Text) {
			end++
		}
		at := span{top: i, first: i, end: end, bottom: end}
		if i > 0 && r.top.matches(rows[i-1].Text) {
			at.top--
		}
		return at, filled(rows[end:]) <= mostFooter
	}
	return span{}, false
}

// framed finds an input line between two rows that frame it. One that scrolls
// need not show its first row. Without an expression for the row above, it
// begins where its rows do.
func (r *Reader) framed(rows []screen.Row) (span, bool) {
	end := lastMatch(r.end, rows)
	if end < 1 || filled(rows[end+1:]) > mostFooter {
		return span{}, false
	}
	top := end
	for top > 0 && !r.top.matches(rows[top-1].Text) {
		inside := r.isComposer(rows[top-1].Text)
		if r.top == nil && (!inside || rows[top-1].Text == "") {
			break
		}
		if !inside {
			return span{}, false
		}
		top--
	}
	if top == end || r.top != nil && top == 0 {
		return span{}, false
	}
	if r.top == nil {
		return span{top: top, first: top, end: end, bottom: end + 1}, true
	}
	return span{top: top - 1, first: top, end: end, bottom: end + 1}, true
}

func (r *Reader) isComposer(text string) bool {
	return text == "" || r.first.matches(text) || r.more.matches(text)
}

// footer is where the rows of the input line that begins at row i end: the
// screen's last block is the footer, unless it is the input line itself.
func footer(rows []screen.Row, i int) int {
	end := len(rows)
	for end > i && rows[end-1].Text != "" {
		end--
	}
	if end <= i {
		return len(rows)
	}
	return end
}

// compose reads the input line's rows.
func (r *Reader) compose(rows []screen.Row) Composer {
	var firm, shown strings.Builder
	for i, row := range rows {
		expr := r.more
		if i == 0 && r.first.matches(row.Text) {
			expr = r.first
		}
		firm.WriteString(expr.group(row.Firm))
		shown.WriteString(expr.group(row.Text))
	}
	// A hint's expression knows it in full, also where a program draws a part of it firm.
	text, whole := strings.TrimRight(firm.String(), " "), strings.TrimSpace(shown.String())
	if r.placeholder.matches(whole) {
		text = ""
	}
	if strings.TrimSpace(text) == "" {
		text = ""
	}
	return Composer{Found: true, Text: text, Folded: text != "" && r.folded.matches(text)}
}

// block finds the last block of rows that is a message, and not passed over.
func (r *Reader) block(rows []screen.Row) (start, end int) {
	end = len(rows)
	for end > 0 && (rows[end-1].Text == "" || r.passing.matches(rows[end-1].Text)) {
		end--
	}
	start = end
	for start > 0 && rows[start-1].Text != "" {
		start--
		if r.message.matches(rows[start].Text) {
			break
		}
	}
	return start, end
}

// bottom is the part of a screen without an input line where a dialog stands.
func (r *Reader) bottom(rows []screen.Row) []screen.Row {
	if n := r.Profile.Detect.BottomRows; n > 0 && len(rows) > n {
		return rows[len(rows)-n:]
	}
	return rows
}

func lastMatch(expr *rule, rows []screen.Row) int {
	for i := len(rows) - 1; i >= 0; i-- {
		if expr.matches(rows[i].Text) {
			return i
		}
	}
	return -1
}

// filled is how many rows are not blank.
func filled(rows []screen.Row) int {
	n := 0
	for _, row := range rows {
		if row.Text != "" {
			n++
		}
	}
	return n
}

func withoutBlankEnd(rows []screen.Row) []screen.Row {
	for len(rows) > 0 && rows[len(rows)-1].Text == "" {
		rows = rows[:len(rows)-1]
	}
	return rows
}

func textOf(rows []screen.Row) string {
	return join(rows, func(r screen.Row) string { return r.Text })
}

func tintedOf(rows []screen.Row) string {
	return join(rows, func(r screen.Row) string { return r.Tinted })
}

func join(rows []screen.Row, form func(screen.Row) string) string {
	var text strings.Builder
	for i, row := range rows {
		if i > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(form(row))
	}
	return text.String()
}
