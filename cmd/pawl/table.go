package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// table prints aligned columns, two spaces apart. On a terminal the last column
// is cut at its edge; elsewhere nothing is cut.
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
	widths := make([]int, len(t.rows[0]))
	for _, r := range t.rows {
		for i, c := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	for n, r := range t.rows {
		fmt.Fprintln(w, t.line(like, n, r, widths))
		for _, below := range t.notes[n] {
			text := below.text
			if limit := columns(like); limit > 0 {
				text = cut(text, limit-noteIndent-noteLabel)
			}
			fmt.Fprintf(w, "%*s%s%s\n", noteIndent, "", paint(like, faint, fmt.Sprintf("%-*s", noteLabel, below.label)), text)
		}
	}
}

// Columns of a note.
const (
	noteIndent = 2
	noteLabel  = 7
)

// cut shortens text to so many characters.
func cut(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:max(limit-1, 0)]) + "…"
	}
	return text
}

// line lays out one row. Colours take no room: each cell is cut and padded
// first.
func (t *table) line(like io.Writer, n int, cells []string, widths []int) string {
	last := len(cells) - 1
	for last > 0 && cells[last] == "" {
		last--
	}
	var b strings.Builder
	used, limit := 0, columns(like)
	for i, c := range cells[:last+1] {
		if limit > 0 {
			c = cut(c, limit-used)
		}
		style := faint
		if n > 0 {
			style = cellStyle(t.rows[0][i], c)
		}
		b.WriteString(paint(like, style, c))
		gap := widths[i] - utf8.RuneCountInString(c) + 2
		if used += widths[i] + 2; i == last || limit > 0 && used >= limit {
			break
		}
		b.WriteString(strings.Repeat(" ", gap))
	}
	return b.String()
}

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
	case word == "down", word == "gone", word == "done", word == "answered", word == "superseded", word == "withdrawn":
		return faint
	}
	return ""
}

// columns is the width of the terminal that w is; 0 when it is none.
func columns(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80 // a terminal that does not know its size, as some in CI
	}
	return width
}

// Styles, as SGR parameters.
const (
	faint  = "2"
	bold   = "1"
	green  = "32"
	yellow = "33"
	red    = "31"
	cyan   = "36"
)

// paint colours text where w is a terminal and NO_COLOR is not set.
func paint(w io.Writer, style, text string) string {
	if style == "" || text == "" || columns(w) == 0 || os.Getenv("NO_COLOR") != "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// ago says how long something lasts, in at most two units.
func ago(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
