//go:build linux || darwin

package realcli

import (
	"slices"
	"strings"
)

// program is how the screen of one program is read here: only as far as these
// tests need it, and independently of what they test.
type program struct {
	name   string
	mark   string   // begins the input line
	hints  []string // what an empty input line may show
	works  string   // first characters of the title while it works
	queues bool     // it keeps what it is told while it works
}

var programs = []program{
	{name: Codex, mark: "›", hints: []string{"Ask Codex to do anything"}, works: "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"},
	{name: Claude, mark: "❯", hints: []string{"Press up to edit queued messages"}, works: "◐◑◒◓", queues: true},
}

// input is what the input line holds; found is false where the screen has none.
// Earlier messages are marked alike, so the lowest one counts.
func (p program) input(l look) (text string, found bool) {
	first := -1
	for n, row := range l.rows {
		if strings.HasPrefix(row, p.mark) {
			first = n
		}
	}
	if first < 0 {
		return "", false
	}
	var words []string
	for _, row := range l.rows[first:] {
		if strings.TrimSpace(row) == "" || strings.HasPrefix(row, "──") {
			break
		}
		words = append(words, strings.Fields(strings.TrimPrefix(row, p.mark))...)
	}
	text = strings.Join(words, " ")
	if slices.Contains(p.hints, text) {
		text = ""
	}
	return text, true
}

// empty says that the input line is there and holds nothing.
func (p program) empty(l look) bool {
	text, found := p.input(l)
	return found && text == ""
}

// busy says that the program works.
func (p program) busy(l look) bool {
	return l.title != "" && strings.ContainsRune(p.works, []rune(l.title)[0])
}
