package main

import (
	"fmt"
	"io"
	"pawl/loop"
	"slices"
	"strings"
	"time"
)

// table prints aligned columns, two spaces apart. On a terminal the last column
// is cut at its edge, columns that do not fit are left out, and notes are
// wrapped; elsewhere every line is whole.
type table struct {
	rows  [][]string
	notes map[int][]note // lines below a row
}

// note is a line below a row: what it is about, and what is so.
type note struct{ label, text string }

func newTable(heads ...string) *table { return &table{rows: [][]string{heads}} }

func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// note adds a line below the last row; an empty one is left out.
func (t *table) note(label, text string) {
	if text == "" {
		return
	}
	if t.notes == nil {
		t.notes = map[int][]note{}
	}
	n := len(t.rows) - 1
	t.notes[n] = append(t.notes[n], note{label, text})
}

func (t *table) print(w io.Writer) { t.printLike(w, w) }

// printLike prints to w what is laid out for like.
func (t *table) printLike(w, like io.Writer) {
	limit := columns(like)
	widths := fitting(t.widths(), limit)
	for n, r := range t.rows {
		fmt.Fprintln(w, t.line(like, n, r, widths, limit))
		for _, below := range t.notes[n] {
			label := paint(like, faint, pad(below.label, noteLabel))
			hang(w, like, strings.Repeat(" ", noteIndent)+label, noteIndent+noteLabel, "", below.text)
		}
	}
}

// Columns of a note, and its most lines on a terminal.
const (
	noteIndent = 2
	noteLabel  = 7
	noteLines  = 3
)

// readable is the longest line of running text, in columns: a wider terminal
// does not stretch it.
const readable = 120

// hang prints text behind a head of so many columns, in one style. On a
// terminal it is wrapped, with further lines below its beginning.
func hang(w, like io.Writer, head string, indent int, style, text string) {
	lines := strings.Split(text, "\n")
	if limit := columns(like); limit > 0 {
		lines = wrap(text, min(limit, readable)-indent, noteLines)
	}
	for _, l := range lines {
		fmt.Fprintf(w, "%s%s\n", head, paint(like, style, l))
		head = strings.Repeat(" ", indent)
	}
}

// atEdge cuts the rest of a line, which begins so many columns in, at the edge
// of the terminal that like is.
func atEdge(like io.Writer, text string, indent int) string {
	if limit := columns(like); limit > 0 {
		return cut(text, limit-indent)
	}
	return text
}

func (t *table) widths() []int {
	widths := make([]int, len(t.rows[0]))
	for _, r := range t.rows {
		for i, c := range r {
			widths[i] = max(widths[i], width(c))
		}
	}
	return widths
}

// leastColumn is how much of a last column is worth showing, in columns.
const leastColumn = 12

// fitting leaves out the last columns that a terminal of so many columns has no
// room for; 0 is boundless. The first two always stay.
func fitting(widths []int, limit int) []int {
	for limit > 0 && len(widths) > 2 {
		before, last := 0, len(widths)-1
		for _, w := range widths[:last] {
			before += w + 2
		}
		if before+min(widths[last], leastColumn) <= limit {
			break
		}
		widths = widths[:last]
	}
	return widths
}

// line lays out one row. Colours take no room: each cell is cut and padded
// first.
func (t *table) line(like io.Writer, n int, cells []string, widths []int, limit int) string {
	cells = cells[:min(len(cells), len(widths))]
	for len(cells) > 1 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	var b strings.Builder
	used, gap := 0, 0
	for i, c := range cells {
		if limit > 0 {
			c = cut(c, limit-used)
		}
		if c == "" && limit > 0 && used >= limit {
			break
		}
		style := faint
		if n > 0 {
			style = cellStyle(t.rows[0][i], c)
		}
		b.WriteString(strings.Repeat(" ", gap) + paint(like, style, c))
		gap = widths[i] - width(c) + 2
		used += widths[i] + 2
	}
	return b.String()
}

// quietStates are those that a person need not look at.
var quietStates = []string{"down", "gone", "done", "answered", "superseded", "withdrawn"}

// cellStyle colours what a person should see first, and little else.
func cellStyle(head, cell string) string {
	if head != "STATE" {
		return ""
	}
	word, _, _ := strings.Cut(strings.NewReplacer(",", " ").Replace(cell), " ")
	switch {
	case strings.Contains(cell, "paused"), word == "held", word == "waiting", word == "limited", word == "unknown":
		return yellow
	case word == "parked", word == "expired":
		return red
	case word == "active", word == "current":
		return green
	case slices.Contains(quietStates, word):
		return faint
	}
	return ""
}

// ago says how long something lasts, in at most two units.
func ago(d time.Duration) string { return loop.Ago(d) }

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
