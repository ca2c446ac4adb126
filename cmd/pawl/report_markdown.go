package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"pawl/loop/report"
)

// printMarkdown writes the page as GitHub's Markdown.
func printMarkdown(w io.Writer, r report.Report, loc *time.Location) {
	fmt.Fprintf(w, "# %s\n\n%s\n", escape(r.Project), escape(reportTitle(r, loc)))
	if known := knownFrom(r, loc); known != "" {
		fmt.Fprintf(w, "\n%s\n", escape(known))
	}
	if r.Empty() {
		fmt.Fprintf(w, "\nNothing happened since %s.\n", escape(r.Since.In(loc).Format("Mon 2 Jan 15:04")))
		return
	}
	if len(r.Needs) == 0 {
		fmt.Fprint(w, "\nNothing needs you.\n")
	} else {
		fmt.Fprint(w, "\n## needs you\n\n")
		for _, n := range r.Needs {
			fmt.Fprintf(w, "- %s: `%s`\n", escape(n.Text), strings.ReplaceAll(n.Command, "`", ""))
		}
	}
	for _, s := range reportSections(r, loc) {
		fmt.Fprintf(w, "\n## %s\n", s.title)
		if len(s.rows) > 0 {
			markdownTable(w, s)
		}
		for _, line := range s.lines {
			fmt.Fprintf(w, "\n%s\n", escape(line))
		}
	}
}

func markdownTable(w io.Writer, s section) {
	kept := filled(s)
	heads := pick(s.heads, kept)
	fmt.Fprintf(w, "\n| %s |\n|%s\n", strings.ToLower(strings.Join(heads, " | ")), strings.Repeat(" --- |", len(heads)))
	for _, row := range s.rows {
		cells := pick(row, kept)
		for i := range cells {
			cells[i] = escape(cells[i])
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
}

// markup is what Markdown could take for markup, and the edge of a cell.
const markup = "\\`*_[]~$|"

// links are how an address begins that becomes a link by itself.
var links = strings.NewReplacer("://", "\\://", "www.", "www\\.")

// html are the characters that HTML has names for.
var html = map[rune]string{'<': "&lt;", '>': "&gt;", '&': "&amp;"}

// escape makes clean text show as it is.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		name, special := html[r]
		switch {
		case special:
			b.WriteString(name)
			continue
		case strings.ContainsRune(markup, r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return links.Replace(b.String())
}
