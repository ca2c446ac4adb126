// Package run is what is decided about workers on demand: what whoever asked is told
// of their end, and what they cost. It is pure.
package run

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/ledger"
)

// Bounds of a notice, in bytes.
const (
	maxResult  = 8 << 10
	maxSummary = 200
	maxLine    = 900 // of one that is typed: a wake is little longer
)

// Notice is what a worker's parent is told when the worker has ended.
type Notice struct {
	Run    ledger.Run
	Answer string // what it said last; "" nothing
}

// Page is the notice for a parent that can be told many lines.
func (n Notice) Page() string {
	var b strings.Builder
	b.WriteString("<task-notification>\n")
	for _, part := range n.parts() {
		fmt.Fprintf(&b, "<%[1]s>%[2]s</%[1]s>\n", part.tag, part.text)
	}
	if result := n.result(maxResult); result != "" {
		fmt.Fprintf(&b, "<result>\n%s\n</result>\n", result)
	}
	fmt.Fprintf(&b, "<usage>%s</usage>\n", n.usage())
	b.WriteString("</task-notification>")
	return b.String()
}

// Line is the notice in one line, with where to read the rest.
func (n Notice) Line() string {
	var b strings.Builder
	b.WriteString("<task-notification>")
	for _, part := range n.parts() {
		fmt.Fprintf(&b, " <%[1]s>%[2]s</%[1]s>", part.tag, handoff.Clean(part.text, maxSummary))
	}
	end := fmt.Sprintf(" <usage>%s</usage></task-notification> The whole result: pawl show %s", n.usage(), n.Run.ID)
	const around = len(" <result></result>")
	if room := maxLine - b.Len() - len(end) - around; room > 0 && n.Answer != "" {
		fmt.Fprintf(&b, " <result>%s</result>", handoff.Clean(inert(n.Answer), room))
	}
	return b.String() + end
}

type part struct{ tag, text string }

// parts are what is known in a few words.
func (n Notice) parts() []part {
	r := n.Run
	out := []part{
		{"task-id", r.ID}, {"type", r.Type}, {"description", inert(handoff.Clean(r.Title(), maxSummary))}, {"status", string(r.Status)},
	}
	summary := handoff.Clean(firstLine(n.Answer), maxSummary)
	if r.Why != "" {
		summary = handoff.Clean(r.Why, maxSummary)
	}
	if summary != "" {
		out = append(out, part{"summary", inert(summary)})
	}
	if r.Branch != "" {
		out = append(out, part{"branch", r.Branch})
	}
	return out
}

// result is the answer, and where to read the rest of one that is too long.
func (n Notice) result(most int) string {
	text := inert(strings.TrimSpace(n.Answer))
	if len(text) <= most {
		return text
	}
	return handoff.Cut(text, most) + "\n(cut; all of it: pawl show " + n.Run.ID + ")"
}

func (n Notice) usage() string {
	r := n.Run
	text := fmt.Sprintf("tokens: %d, tool uses: %d, duration: %s", r.Usage.Tokens(), r.Tools, r.EndedAt.Sub(r.Since).Round(time.Second))
	if r.Usage.Counted {
		text += ", cost: $" + strconv.FormatFloat(r.Usage.Cost, 'f', 4, 64)
	}
	return text
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

var tags = regexp.MustCompile(`(?i)<(/?(?:task-notification|task-id|type|description|status|summary|branch|result|usage)\b)`)

// inert is a worker's text that cannot end the block that it is in, nor begin one.
func inert(s string) string { return tags.ReplaceAllString(s, "\u2039$1") }
