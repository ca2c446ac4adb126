package trial

import (
	"fmt"
	"slices"
	"strings"

	"pawl/loop/sim/actor"
)

const (
	// mostReminders is how often a session is reminded of one handoff: give_up_after,
	// which the trial's pawl.yaml leaves as it is.
	mostReminders = 3
	// mostAgain is how often evidence may fail to decide about one wake.
	mostAgain = 2
)

// Breaches are what no agent may be told, beside what is lost and told twice: lines
// that are not one wake, what does not concern its reader, reminders that were not
// due, and the same wake again and again.
func Breaches(s Seen, handoffs []Handoff) []string {
	var out []string
	for _, t := range s.Told {
		if what := misworded(t.Line); what != "" {
			out = append(out, fmt.Sprintf("%s was told %s: %.120q", t.Agent, what, t.Line))
		}
	}
	for _, h := range handoffs {
		switch {
		case !concerns(h):
			out = append(out, fmt.Sprintf("%s was told to %s, whom it does not concern", h.Key, h.Reader))
		case h.Undue > 0, h.Recall > mostReminders*max(h.Heard, 1):
			out = append(out, fmt.Sprintf("%s was reminded of %s %d times, and that was not due", h.Reader, h.Key, h.Recall))
		case h.Again > mostAgain:
			out = append(out, fmt.Sprintf("%s was told to %s %d times more under one wake id", h.Key, h.Reader, h.Again))
		}
	}
	return out
}

// misworded says what keeps a line from being one wake; "" when it is one.
func misworded(line string) string {
	switch ids := actor.WakeIDs(line); {
	case actor.WakeID(line) == "":
		return "a line that does not begin with a wake's id"
	case len(ids) > 1:
		return "several wakes in one line"
	}
	return ""
}

// concerns says that the reader is one of those who must be told.
func concerns(h Handoff) bool {
	subject := h.Key
	if strings.HasPrefix(subject, letterPrefix) {
		subject = letterSubject + subject
	}
	_, who := readers(subject)
	return slices.Contains(who, h.Reader)
}
