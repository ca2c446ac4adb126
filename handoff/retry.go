package handoff

import (
	"fmt"
	"strings"
	"time"
)

// dismissal begins the Why of a handoff that the operator dismissed. It is what
// tells such a one from one that a rewrite withdrew: the latter may come back.
const dismissal = "dismissed: "

// departure ends the Why of one that was dismissed and whose commit a rewrite
// then took away: it cannot be told again, unless the commit comes back.
const departure = "; its commit is no longer in origin's history"

// Reminders is how often the agent was reminded of h since it was told, or since
// the operator had it told again.
func (h Handoff) Reminders() int { return max(h.Attempts-h.Base-1, 0) }

// Repeated says that the next telling of h, which is open, is one that the
// operator asked for.
func (h Handoff) Repeated() bool { return h.State == Open && h.Attempts > 0 && h.Attempts == h.Base }

// Dismissed says that the operator closed h. It stays closed whatever is derived
// again from the same history; a letter's deletion ends it as it ends any other.
func (h Handoff) Dismissed() bool {
	return h.State == Withdrawn && strings.HasPrefix(h.Why, dismissal)
}

// departed says that h was dismissed and that there is nothing left of it to tell.
func (h Handoff) departed() bool { return h.Dismissed() && strings.HasSuffix(h.Why, departure) }

// Retry is h as it is when the operator has it told again: open, with its
// reminders counted anew. What the session was told already stays counted, so
// that the next wake has a name of its own. It is an error for what is closed
// for another reason than that nobody answered; what is not told yet, or on its
// way, stays as it is.
func (h Handoff) Retry(now time.Time) (Handoff, error) {
	switch {
	case h.State == Open, h.State == Queued, h.State == Sent:
		return h, nil
	case h.State.Closed() && h.State != Expired && !h.Dismissed(), h.departed():
		return h, h.closedError()
	}
	h.State, h.OpenedAt, h.Base, h.Stuck = Open, now, h.Attempts, false
	h.Generation, h.AnsweredBy, h.Why = "", "", ""
	h.SentAt, h.TakenAt, h.RemindAt = time.Time{}, time.Time{}, time.Time{}
	return h, nil
}

// Dismiss is h as it is when the operator closes it for good. It is an error for
// what is closed already, unless that is because nobody answered.
func (h Handoff) Dismiss(why string) (Handoff, error) {
	if h.State.Closed() && h.State != Expired {
		return h, h.closedError()
	}
	h.State, h.Why, h.AnsweredBy, h.RemindAt = Withdrawn, dismissal+why, "", time.Time{}
	return h, nil
}

func (h Handoff) closedError() error {
	text := fmt.Sprintf("%s (%s) is %s", h.ID, h.Label(), h.State)
	if h.AnsweredBy != "" {
		text += " by commit " + Short(h.AnsweredBy)
	}
	if h.Why != "" {
		text += ": " + h.Why
	}
	return fmt.Errorf("%s; there is nothing left to do about it", text)
}
