package phases

import (
	"bytes"
	"regexp"
)

var (
	frontKey  = regexp.MustCompile(`^[A-Za-z_"'][^:]*:(\s|$)`)
	frontLine = regexp.MustCompile(`^(\s*$|\s*#|\s+\S|- |-$|[A-Za-z_"'][^:]*:(\s|$))`)
)

// frontMatter counts the lines of YAML before the Markdown: from a first line
// "---" to the line that closes it, when all between could be YAML and the first
// of it is a key. Anything else that begins with a rule is Markdown.
func frontMatter(source []byte) int {
	n := 0
	for line := range bytes.Lines(source) {
		line = bytes.TrimRight(line, " \t\n")
		n++
		switch {
		case n == 1:
			if string(line) != "---" {
				return 0
			}
		case n == 2 && !frontKey.Match(line):
			return 0
		case string(line) == "---" || string(line) == "...":
			return n
		case !frontLine.Match(line):
			return 0
		}
	}
	return 0
}

// blank overwrites the first lines of b, but not their ends.
func blank(b []byte, lines int) {
	for i, c := range b {
		switch {
		case lines == 0:
			return
		case c == '\n':
			lines--
		default:
			b[i] = ' '
		}
	}
}
