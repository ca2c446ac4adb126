package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/control"
	"pawl/loop/ledger"
)

func printStatus(w io.Writer, v statusView, unclear []string, now time.Time) {
	printTo(w, w, v, unclear, now)
}

// printTo writes a page that is laid out for the terminal like.
func printTo(w, like io.Writer, v statusView, unclear []string, now time.Time) {
	coordinator := paint(like, yellow, "not running (pawl up starts it)")
	if v.Coordinator.Running {
		coordinator = paint(like, green, fmt.Sprintf("running (pid %d)", v.Coordinator.PID))
	}
	if v.Coordinator.Paused {
		coordinator += ", " + paint(like, yellow, "paused")
	}
	fmt.Fprintf(w, "%s  coordinator %s%s\n", paint(like, bold, v.Project), coordinator, since(", last pass", v.Coordinator.LastPass, now))
	if v.Coordinator.ConfigError != "" {
		fmt.Fprintf(w, "  %s\n", paint(like, red, "the last good configuration is used: "+strings.ReplaceAll(v.Coordinator.ConfigError, "\n", "\n  ")))
	}
	fmt.Fprintf(w, "  origin  %s\n", originLine(like, v.Origin, now))
	if v.Phase.Total > 0 {
		fmt.Fprintf(w, "  phase   %s\n", phaseText(like, v.Phase))
	}
	for _, u := range unclear {
		fmt.Fprintf(w, "  %s\n", paint(like, yellow, u))
	}
	fmt.Fprintln(w)
	t := newTable("AGENT", "STATE", "FOR", "OPEN", "RESTARTS", "MODEL", "ADAPTER")
	for _, a := range v.Agents {
		t.row(a.Name, stateText(a), forText(a.Since, now), fmt.Sprint(a.Handoffs), fmt.Sprint(a.Restarts), a.Model, a.Adapter)
		explain(t, a, now)
	}
	for _, s := range v.Services {
		t.row(s.Name, stateText(s.unit), forText(s.unit.Since, now), "", fmt.Sprint(s.unit.Restarts), "", "service")
		explain(t, s.unit, now)
	}
	t.printLike(w, like)
}

// shownHandoffs is how many of an agent's handoffs status names.
const shownHandoffs = 3

// explain puts below an agent's row what its state was read from, what it is
// being told, what it owes, and why it is told nothing more.
func explain(t *table, a agentView, now time.Time) {
	if a.State != "gone" && a.State != "exited" {
		t.note("sees", a.Evidence)
	}
	t.note("told", a.Told)
	for i, h := range a.Owes {
		if i == shownHandoffs {
			t.note("", fmt.Sprintf("and %d more; pawl handoffs lists them", len(a.Owes)-i))
			break
		}
		label := "owes"
		if i > 0 {
			label = ""
		}
		t.note(label, owed(h, now))
	}
	t.note("held", whyText(a))
}

// owed is one open handoff in words.
func owed(h handoff.Handoff, now time.Time) string {
	switch h.State {
	case handoff.Taken:
		text := h.Label() + ", told " + ago(now.Sub(h.TakenAt)) + " ago"
		if h.Attempts > 1 {
			text += fmt.Sprintf(" and reminded %d times", h.Attempts-1)
		}
		return text
	case handoff.Queued, handoff.Sent:
		return h.Label() + ", being told"
	}
	return h.Label() + ", not told yet, open for " + ago(now.Sub(h.OpenedAt))
}

func since(label, at string, now time.Time) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return ""
	}
	return label + " " + ago(now.Sub(t)) + " ago"
}

func forText(at string, now time.Time) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return ""
	}
	return ago(now.Sub(t))
}

func originLine(like io.Writer, o originView, now time.Time) string {
	if o.URL == "" {
		return "not known yet"
	}
	line := handoff.Clean(o.URL, 200)
	if o.Branch != "" {
		line += "  " + handoff.Clean(o.Branch, 80)
	}
	if o.Tip != "" {
		line += "  " + handoff.Short(o.Tip)
	} else {
		line += "  no commit seen yet"
	}
	line += since("  looked at", o.FetchedAt, now)
	if o.Error != "" {
		line += "\n          " + paint(like, red, "cannot be seen: "+o.Error)
	}
	return line
}

func phaseText(like io.Writer, p control.Phase) string {
	if p.Complete {
		return paint(like, green, fmt.Sprintf("complete, all %d done", p.Total))
	}
	if p.ID == "" {
		return fmt.Sprintf("not known before origin is seen (%d in pawl.yaml)", p.Total)
	}
	text := fmt.Sprintf("%s  %d of %d", p.ID, p.Index+1, p.Total)
	if p.Held {
		text += ", " + paint(like, yellow, "held until pawl phase release")
	}
	if p.Done {
		text += ", its STATUS says done"
	}
	return text
}

func stateText(a agentView) string {
	switch {
	case a.Parked:
		return "parked"
	case a.Paused:
		return a.State + " (paused)"
	case a.State == "gone" && a.Wanted != string(ledger.Up):
		return "down"
	}
	return a.State
}

func whyText(a agentView) string {
	if a.State == "gone" && a.Wanted != string(ledger.Up) {
		return ""
	}
	return a.Why
}
