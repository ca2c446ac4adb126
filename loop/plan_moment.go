package loop

import (
	"strings"
	"time"
)

// moment shows a time to come as the coordinator's own clock will show it, and
// how far that is: what holds an agent is read by people. Events keep RFC 3339.
func (p *planner) moment(at time.Time) string {
	at = at.In(p.now.Location())
	text := at.Format(time.TimeOnly)
	if at.Format(time.DateOnly) != p.now.Format(time.DateOnly) {
		text = at.Format(time.DateTime)
	}
	switch left := at.Sub(p.now).Round(time.Second); {
	case left >= time.Hour:
		text += " (in " + strings.TrimSuffix(left.Round(time.Minute).String(), "0s") + ")"
	case left > 0:
		text += " (in " + left.String() + ")"
	}
	return text
}
