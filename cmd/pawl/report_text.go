package main

import (
	"fmt"
	"io"
	"time"

	"pawl/loop/report"
)

// printReport writes the page to w as it suits the terminal like.
func printReport(w, like io.Writer, r report.Report, loc *time.Location) {
	fmt.Fprintf(w, "%s  %s\n", paint(like, bold, r.Project), reportTitle(r, loc))
	if known := knownFrom(r, loc); known != "" {
		fmt.Fprintln(w, "  "+paint(like, yellow, known))
	}
	if r.Empty() {
		fmt.Fprintf(w, "  nothing happened since %s\n", r.Since.In(loc).Format("Mon 2 Jan 15:04"))
		return
	}
	printNeeds(w, like, r.Needs)
	for _, s := range reportSections(r, loc) {
		fmt.Fprintf(w, "\n%s\n", paint(like, bold, s.title))
		if len(s.rows) > 0 {
			printRows(w, like, s)
		}
		for _, line := range s.lines {
			hang(w, like, "", 0, "", line)
		}
	}
}

// printNeeds puts below each need the command that helps.
func printNeeds(w, like io.Writer, list []report.Need) {
	if len(list) == 0 {
		fmt.Fprintln(w, "  nothing needs you")
		return
	}
	fmt.Fprintf(w, "\n%s\n", paint(like, bold, "needs you"))
	for _, n := range list {
		hang(w, like, "  ", 2, yellow, n.Text)
		fmt.Fprintf(w, "    %s\n", paint(like, cyan, n.Command))
	}
}

// printRows prints a section's table. A column that is empty in all rows is left
// out, and on a terminal none but the last takes more than a third of the width.
func printRows(w, like io.Writer, s section) {
	kept := filled(s)
	heads := pick(s.heads, kept)
	last := len(heads) - 1
	below := s.below != "" && kept[last] == len(s.heads)-1
	if below {
		heads = heads[:last]
	}
	t := newTable(heads...)
	limit := columns(like) / 3
	for _, row := range s.rows {
		cells := pick(row, kept)
		note := ""
		if below {
			note, cells = cells[last], cells[:last]
		}
		for i := range cells {
			if limit > 0 && i < len(cells)-1 {
				cells[i] = cut(cells[i], limit)
			}
		}
		t.row(cells...)
		t.note(s.below, note)
	}
	t.printLike(w, like)
}

// filled are the columns with something in them.
func filled(s section) (kept []int) {
	for i := range s.heads {
		for _, row := range s.rows {
			if i < len(row) && row[i] != "" {
				kept = append(kept, i)
				break
			}
		}
	}
	return kept
}

func pick(row []string, columns []int) []string {
	var out []string
	for _, i := range columns {
		cell := ""
		if i < len(row) {
			cell = row[i]
		}
		out = append(out, cell)
	}
	return out
}
