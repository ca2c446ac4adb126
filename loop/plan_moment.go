package loop

import (
	"fmt"
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

// Ago says how long something lasts, in at most two units.
func Ago(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
}
