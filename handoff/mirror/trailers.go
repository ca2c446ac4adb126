package mirror

import (
	"strings"

	"pawl/handoff"
)

// The rules here are those by which git log prints %(trailers), as its manual
// page git-interpret-trailers states them: the last paragraph counts when all
// its lines are trailers, or when one is git's own and a quarter are trailers;
// a line that begins with white space continues the one above; the title never
// counts. A line "---" divides nothing in a commit.

const (
	commentLine = '#'
	scissors    = "# ------------------------ >8 ------------------------\n"
)

// readTrailers reads pawl's trailers from a message without leading blank lines.
func readTrailers(message string) handoff.Trailers {
	var t handoff.Trailers
	for key, value := range trailers(message) {
		value = valid(value)
		switch strings.ToLower(key) {
		case "pawl-id":
			t.PawlID = value
		case "verdict":
			if lower := strings.ToLower(value); lower == "pass" || lower == "fail" {
				value = lower
			}
			t.Verdict = value
		case "reviewed":
			t.Reviewed = strings.ToLower(value)
		case "gate":
			t.Gate = value
		case "pawl-agent":
			t.Agent = value
		}
	}
	return t
}

// trailers yields each trailer of a message, unfolded, in its order.
func trailers(message string) func(yield func(key, value string) bool) {
	return func(yield func(string, string) bool) {
		var whole string // a trailer with its continuation lines
		emit := func() bool {
			at := separator(whole)
			if at < 1 {
				return true
			}
			return yield(strings.TrimSpace(whole[:at]), unfold(whole[at+1:]))
		}
		for _, line := range trailerBlock(message) {
			if whole != "" && isSpace(line[0]) {
				whole += line
				continue
			}
			if !emit() {
				return
			}
			whole = ""
			if separator(line) >= 1 {
				whole = line
			}
		}
		emit()
	}
}

// unfold joins the lines of a value with single spaces.
func unfold(value string) string {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] != '\n' {
			b.WriteByte(value[i])
			continue
		}
		for i+1 < len(value) && isSpace(value[i+1]) {
			i++
		}
		b.WriteByte(' ')
	}
	return strings.Trim(b.String(), " \t\r\n")
}

// separator is where the colon of a trailer stands: after letters, digits and
// hyphens, with white space only before it. -1 when the line has none.
func separator(line string) int {
	blank := false
	for i := range len(line) {
		c := line[i]
		switch {
		case c == ':':
			return i
		case !blank && isKeyByte(c):
		case i > 0 && (c == ' ' || c == '\t'):
			blank = true
		default:
			return -1
		}
	}
	return -1
}

func isKeyByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-'
}

// splitLines cuts a text into lines that keep their newlines.
func splitLines(s string) []string {
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// trailerBlock is the lines of the last paragraph, if git takes it for trailers.
func trailerBlock(message string) []string {
	lines := withoutEnd(splitLines(beforeScissors(message)))
	title := 0
	for title < len(lines) && (lines[title][0] == commentLine || trimEnd(lines[title]) != "") {
		title++
	}
	var count tally
	for i := len(lines) - 1; i >= title; i-- {
		line := lines[i]
		switch {
		case line[0] == commentLine:
			count.others += count.continued
			count.continued = 0
		case trimEnd(line) == "":
			if count.empty() {
				continue
			}
			if count.accepted() {
				return lines[i+1:]
			}
			return nil
		default:
			count.add(line)
		}
	}
	return nil
}

// tally counts the kinds of lines in a paragraph, read from its end.
type tally struct {
	trailers, others, continued int
	any, gitMade                bool
}

func (t *tally) empty() bool { return !t.any }

func (t *tally) add(line string) {
	t.any = true
	gitMade := strings.HasPrefix(line, "Signed-off-by: ") || strings.HasPrefix(line, "(cherry picked from commit ")
	switch {
	case gitMade || separator(line) >= 1:
		t.trailers++
		t.continued = 0
		t.gitMade = t.gitMade || gitMade
	case isSpace(line[0]):
		t.continued++
	default:
		t.others += 1 + t.continued
		t.continued = 0
	}
}

func (t *tally) accepted() bool {
	others := t.others + t.continued
	return t.gitMade && t.trailers*3 >= others || t.trailers > 0 && others == 0
}

// beforeScissors cuts a message at the line under which git puts a diff.
func beforeScissors(message string) string {
	if strings.HasPrefix(message, scissors) {
		return ""
	}
	if i := strings.Index(message, "\n"+scissors); i >= 0 {
		return message[:i+1]
	}
	return message
}

// withoutEnd removes the comments, empty lines and the list of conflicts that
// git leaves at a message's end.
func withoutEnd(lines []string) []string {
	end, conflicts := len(lines), false
	for i, line := range lines {
		switch {
		case line[0] == commentLine || line == "\n":
			end = min(end, i)
		case line == "Conflicts:\n":
			conflicts = true
			end = min(end, i)
		case conflicts && line[0] == '\t':
		case end < len(lines):
			end, conflicts = len(lines), false
		}
	}
	return lines[:end]
}
