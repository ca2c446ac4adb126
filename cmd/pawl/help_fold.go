package main

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// helpWidth is the longest line of a help text on a terminal, in columns.
const helpWidth = 100

// printHelp writes what --help prints. On a terminal its lines are folded;
// elsewhere they are as they were written.
func printHelp(c *cobra.Command, _ []string) {
	out := c.OutOrStdout()
	about, usage := strings.TrimRight(cmp.Or(c.Long, c.Short), " \n"), c.UsageString()
	if limit := min(columns(out), helpWidth); limit > 0 {
		about, usage = foldText(about, limit), foldUsage(usage, limit)
	}
	fmt.Fprint(out, about, "\n\n", usage)
}

// foldText fills the paragraphs of text that have too long a line. Lines that
// are indented are to be copied and stay.
func foldText(text string, limit int) string {
	var lines, paragraph []string
	end := func() {
		if slices.ContainsFunc(paragraph, func(l string) bool { return width(l) > limit }) {
			paragraph = wrap(strings.Join(paragraph, " "), limit, math.MaxInt)
		}
		lines, paragraph = append(lines, paragraph...), nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && !strings.HasPrefix(line, " ") {
			paragraph = append(paragraph, line)
			continue
		}
		end()
		lines = append(lines, line)
	}
	end()
	return strings.Join(lines, "\n")
}

// listed is a line of a list of commands or flags, up to what it says of one.
var listed = regexp.MustCompile(`^ *\S+( \S+)* {2,}`)

// foldUsage folds the lists of commands and flags, further lines below the
// beginning of the first. Usage lines and examples are to be copied and stay.
func foldUsage(text string, limit int) string {
	var lines []string
	copied := false
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && !strings.HasPrefix(line, " ") {
			copied = line == "Usage:" || line == "Examples:"
		}
		if copied || width(line) <= limit {
			lines = append(lines, line)
			continue
		}
		head := listed.FindString(line)
		for _, l := range wrap(line[len(head):], limit-width(head), math.MaxInt) {
			lines = append(lines, head+l)
			head = strings.Repeat(" ", width(head))
		}
	}
	return strings.Join(lines, "\n")
}
