package tui

import (
	"fmt"
	"strings"
)

// What the terminal is told at the beginning and at the end.
const (
	takesPastes = "\x1b[?2004h"
	noPastes    = "\x1b[?2004l"
	alternateOn = "\x1b[?1049h"
	alternateNo = "\x1b[?1049l"
	clearAll    = "\x1b[H\x1b[2J"
)

// painter makes frames into what a terminal is sent. It remembers what it sent,
// so that nothing is sent while nothing changes.
type painter struct {
	alternate bool
	width     int
	height    int
	title     string
	body      string
	printed   int // blocks of the history that stand above the live rows for good
	above     int // live rows above the cursor
}

// open is sent first.
func (p *painter) open() string {
	if p.alternate {
		return alternateOn + clearAll + takesPastes
	}
	return takesPastes
}

// close is sent last.
func (p *painter) close() string {
	if p.alternate {
		return noPastes + alternateNo
	}
	return noPastes + "\x1b[J\r\n"
}

// paint returns what makes the terminal show a frame.
func (p *painter) paint(f frame, width, height int) string {
	var out strings.Builder
	if f.title != p.title {
		p.title = f.title
		fmt.Fprintf(&out, "\x1b]2;%s\a", f.title)
	}
	resized := p.width != 0 && (p.width != width || p.height != height)
	p.width, p.height = width, height
	if p.alternate {
		out.WriteString(p.whole(f, height))
	} else {
		out.WriteString(p.below(f, height, resized))
	}
	return out.String()
}

// whole draws every row of the screen, the live ones lowest.
func (p *painter) whole(f frame, height int) string {
	var rows []row
	for _, b := range f.history {
		rows = append(rows, b...)
	}
	rows = append(make([]row, height), append(rows, f.live...)...)
	var out strings.Builder
	out.WriteString("\x1b[H")
	writeRows(&out, tail(rows, height))
	fmt.Fprintf(&out, "\x1b[%d;%dH", max(height-len(f.live), 0)+f.line+1, f.column+1)
	if out.String() == p.body {
		return ""
	}
	p.body = out.String()
	return p.body
}

// below prints what is new in the history and draws the live rows under it, so
// that the history scrolls as any program's output does.
func (p *painter) below(f frame, height int, resized bool) string {
	var live strings.Builder
	writeRows(&live, f.live)
	if up := len(f.live) - 1 - f.line; up > 0 {
		fmt.Fprintf(&live, "\x1b[%dA", up)
	}
	fmt.Fprintf(&live, "\x1b[%dG", f.column+1)
	first := min(max(p.printed-f.gone, 0), len(f.history))
	if !resized && first == len(f.history) && live.String() == p.body {
		return ""
	}
	var out strings.Builder
	var rows []row
	if resized {
		// The terminal has broken the rows anew: nobody knows where they stand.
		out.WriteString(clearAll)
		first = 0
	} else {
		out.WriteString("\r")
		if p.above > 0 {
			fmt.Fprintf(&out, "\x1b[%dA", p.above)
		}
		out.WriteString("\x1b[J")
	}
	for _, b := range f.history[first:] {
		rows = append(rows, b...)
	}
	if resized {
		rows = tail(rows, max(height-len(f.live), 0))
	}
	if len(rows) > 0 {
		writeRows(&out, rows)
		out.WriteString("\r\n")
	}
	p.printed, p.above, p.body = f.gone+len(f.history), f.line, live.String()
	return out.String() + live.String()
}

func writeRows(out *strings.Builder, rows []row) {
	for i, r := range rows {
		if i > 0 {
			out.WriteString("\r\n")
		}
		// Erased first: after a full row the cursor still stands in its last
		// column, which would be lost.
		out.WriteString("\x1b[K" + r.text)
		if r.faint != "" {
			out.WriteString("\x1b[2m" + r.faint + "\x1b[22m")
		}
	}
}
