package actor

import (
	"regexp"
	"strings"
)

// The kinds of what a wake mentions.
const (
	Claim  = "claim"
	Review = "review"
	Letter = "letter"
	Worker = "worker" // that has ended
)

// Mention is one handoff that a wake tells of.
type Mention struct {
	Kind     string
	Gate     string // of a claim or review; of a worker its name
	Verdict  string // of a review
	Commit   string // of a claim or review: the first digits of its hash
	Path     string // of a letter
	Reminder bool
}

var (
	signal = regexp.MustCompile(`\b(?:heard-)?(claim|review)(?:-\d+)?\(([^()\s]+)\)(?: (pass|fail))? ([0-9a-f]{7,64})\b`)
	letter = regexp.MustCompile(`\binbox (\S+?\.md)\b`)
	worker = regexp.MustCompile(`<task-id>\w+</task-id>[; ]*<type>\w+</type>[; ]*<description>([^<]+)</description>[; ]*<status>completed</status>`)
)

// Mentions are the handoffs that a wake's text names, in their order, and then the
// workers that have ended. Its parts stand between semicolons, as delivery.Compose puts
// them.
func Mentions(wake string) []Mention {
	var out []Mention
	for part := range strings.SplitSeq(wake, "; ") {
		reminder := strings.Contains(part, "reminder ")
		if m := signal.FindStringSubmatch(part); m != nil {
			out = append(out, Mention{Kind: m[1], Gate: m[2], Verdict: m[3], Commit: m[4], Reminder: reminder})
		} else if m := letter.FindStringSubmatch(part); m != nil {
			out = append(out, Mention{Kind: Letter, Path: m[1], Reminder: reminder})
		}
	}
	for _, m := range worker.FindAllStringSubmatch(wake, -1) {
		out = append(out, Mention{Kind: Worker, Gate: m[1]})
	}
	return out
}

var (
	wakeID  = regexp.MustCompile(`^w[0-9a-f]{12}\b`)
	wakeIDs = regexp.MustCompile(`\bw[0-9a-f]{12}\b`)
)

// WakeID is the id that a wake's text begins with, or "".
func WakeID(text string) string { return wakeID.FindString(text) }

// WakeIDs are all ids in a text: more than one, where several wakes ran together.
func WakeIDs(text string) []string { return wakeIDs.FindAllString(text, -1) }

// Parts are what a turn was told: the prompt that its session was started with, until
// the agent has answered anything, and a wake. Either may be "".
func Parts(text string) (prompt, wake string) {
	at := wakeIDs.FindStringIndex(text)
	if at == nil {
		return text, ""
	}
	return strings.TrimRight(text[:at[0]], "; "), text[at[0]:]
}
