package tui

import (
	"fmt"
	"strings"
	"time"
)

// row is one row of the screen: faint is drawn faint, after text.
type row struct {
	text, faint string
}

// frame is what the screen is to show.
type frame struct {
	title   string
	history [][]row // blocks, oldest first
	gone    int     // blocks that came before those and are kept no more
	live    []row   // what is drawn again and again: the lowest rows
	line    int     // of live, where the cursor stands
	column  int
}

// narrowest is the least width that is drawn for.
const narrowest = 8

// draw makes the frame for a terminal of that size. It is pure.
func draw(m *model, columns, rows int, now time.Time) frame {
	columns = max(columns, narrowest)
	f := frame{title: "✳ fake", gone: m.gone}
	if m.turn != nil {
		f.title = "◐ fake"
	}
	for _, b := range m.history {
		f.history = append(f.history, drawBlock(b, columns))
	}
	f.live = []row{{}}
	if m.turn != nil && !m.dialog {
		spinner := fmt.Sprintf("· Working… (%ds)", int(now.Sub(m.turn.since).Seconds()))
		f.live = append(f.live, row{text: clip(spinner, columns)}, row{})
	}
	for _, text := range m.queued {
		f.live = append(f.live, row{text: clip("  Queued: "+wrap(text, columns)[0], columns)})
	}
	if m.fatal {
		f.add(texts(indented("✗ ", "Cannot go on: the service is out of reach. Start me again.", columns)))
		f.live = append(f.live, row{})
	}
	rule := row{text: strings.Repeat("─", columns)}
	f.live = append(f.live, rule)
	if m.dialog {
		for _, text := range []string{"Do you want to proceed?", "> 1. Yes", "  2. No", "", "Esc to cancel"} {
			f.add(texts(indented("", text, columns)))
		}
	} else {
		lines := composerRows(m.composer.shown(), columns)
		// The rules, the footer and what is above them stay on the screen.
		lines = tail(lines, max(rows-len(f.live)-2, 1))
		lines[0].text = ">" + lines[0].text[1:]
		f.add(lines)
		f.column = width(lines[len(lines)-1].text)
		f.live = append(f.live, rule, row{text: clip("  "+m.footer(now), columns)})
	}
	f.fit(rows)
	return f
}

// add puts rows below the others, and the cursor into the last of them.
func (f *frame) add(rows []row) {
	f.live = append(f.live, rows...)
	f.line, f.column = len(f.live)-1, 0
}

// fit leaves the lowest rows where the terminal has not enough.
func (f *frame) fit(rows int) {
	extra := max(len(f.live)-max(rows, 1), 0)
	f.live, f.line = f.live[extra:], max(f.line-extra, 0)
}

func tail[T any](rows []T, most int) []T { return rows[max(len(rows)-most, 0):] }

func (m *model) footer(now time.Time) string {
	switch {
	case m.leaving(now):
		return "Press Ctrl-C again to exit"
	case m.turn != nil:
		return "esc to interrupt"
	}
	return "? for shortcuts"
}

const placeholder = `Try "add a test"`

func composerRows(shown string, columns int) []row {
	if shown == "" {
		return []row{{text: "> ", faint: clip(placeholder, columns-2)}}
	}
	return texts(indented("> ", shown, columns))
}

func texts(lines []string) []row {
	rows := make([]row, len(lines))
	for i, line := range lines {
		rows[i].text = line
	}
	return rows
}

// drawBlock draws a block with an empty row above it.
func drawBlock(b block, columns int) []row {
	switch b.look {
	case said:
		return append([]row{{}}, texts(indented("> ", b.text, columns))...)
	case answer:
		return append([]row{{}}, texts(indented("* ", b.text, columns))...)
	case fault:
		return append([]row{{}}, texts(indented("! ", b.text, columns))...)
	case noise:
		return append([]row{{}}, row{faint: clip(b.text, columns)}, row{text: clip("   "+b.text, columns)})
	}
	return texts(indented("  ", b.text, columns))
}
