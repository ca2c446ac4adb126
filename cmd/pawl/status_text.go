package main

import (
	"fmt"
	"io"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/control"
	"pawl/loop/doctor"
	"pawl/loop/ledger"
)

func printStatus(w io.Writer, v statusView, unclear []string, now time.Time) {
	printTo(w, w, v, unclear, now)
}

// printTo writes a page that is laid out for the terminal like.
func printTo(w, like io.Writer, v statusView, unclear []string, now time.Time) {
	coordinator := paint(like, yellow, "not running (pawl up starts it)")
	if v.Coordinator.Mute {
		coordinator = paint(like, red, "does not answer (pawl logs coordinator; end its process and run pawl up)")
	}
	if v.Coordinator.Running {
		coordinator = paint(like, green, fmt.Sprintf("running (pid %d)", v.Coordinator.PID))
	}
	if v.Coordinator.Paused {
		coordinator += ", " + paint(like, yellow, "paused")
	}
	fmt.Fprintf(w, "%s  coordinator %s%s\n", paint(like, bold, v.Project), coordinator, since(", last pass", v.Coordinator.LastPass, now))
	if v.Coordinator.ConfigError != "" {
		hang(w, like, "  ", 2, red, "the last good configuration is used: "+v.Coordinator.ConfigError)
	}
	if v.Coordinator.Aside != "" {
		headLine(w, like, "ledger", yellow, "the one before was damaged and lies in "+v.Coordinator.Aside+"; pawl events says what is known of it")
	}
	headLine(w, like, "origin", "", originLine(v.Origin, now))
	if v.Origin.Error != "" {
		headLine(w, like, "", red, "cannot be seen: "+v.Origin.Error)
	}
	if v.Phase.Total > 0 {
		headLine(w, like, "phase", phaseStyle(v.Phase), phaseText(v.Phase))
	}
	if v.Workers != "" {
		headLine(w, like, "workers", "", v.Workers)
	}
	for _, u := range unclear {
		hang(w, like, "  ", 2, yellow, u)
	}
	fmt.Fprintln(w)
	t := newTable("AGENT", "STATE", "FOR", "OPEN", "RESTARTS", "MODEL", "ADAPTER")
	for _, a := range v.Agents {
		t.row(a.Name, stateText(a), forText(a.Since, now), fmt.Sprint(a.Handoffs), fmt.Sprint(a.Restarts), a.Model, adapterText(a))
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
	noteHandoffs(t, "owes", a.Owes, now)
	if len(a.Owes) == 0 {
		noteHandoffs(t, "has", a.Has, now)
	}
	t.note("held", whyText(a))
	t.note("stale", a.Outdated)
	t.note("wakes", wakeText(a.NextWake, now))
}

// adapterText is an agent's adapter, and how that is used where it is not as usual.
func adapterText(a agentView) string {
	if a.Mode == adapter.ModeTurns {
		return a.Adapter + ", turns"
	}
	return a.Adapter
}

func noteHandoffs(t *table, label string, list []handoff.Handoff, now time.Time) {
	for i, h := range list {
		if i == shownHandoffs {
			t.note("", fmt.Sprintf("and %d more; pawl handoffs lists them", len(list)-i))
			return
		}
		t.note(label, owed(h, now))
		label = ""
	}
}

// owed is one open handoff in words.
func owed(h handoff.Handoff, now time.Time) string {
	switch h.State {
	case handoff.Taken:
		if n := h.Reminders(); n > 0 {
			return fmt.Sprintf("%s, reminded %s, last %s ago", h.Label(), doctor.Count(n, "time"), ago(now.Sub(h.TakenAt)))
		}
		return h.Label() + ", told " + ago(now.Sub(h.TakenAt)) + " ago"
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

// headLine is a line above the table.
func headLine(w, like io.Writer, label, style, text string) {
	hang(w, like, "  "+pad(label, 8), 10, style, text)
}

func originLine(o originView, now time.Time) string {
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
	return line + since("  looked at", o.FetchedAt, now)
}

func phaseStyle(p control.Phase) string {
	switch {
	case p.Complete:
		return green
	case p.Held:
		return yellow
	}
	return ""
}

func phaseText(p control.Phase) string {
	if p.Complete {
		return fmt.Sprintf("complete, all %d done", p.Total)
	}
	if p.ID == "" {
		return fmt.Sprintf("not known before origin is seen (%d in pawl.yaml)", p.Total)
	}
	text := fmt.Sprintf("%s  %d of %d", p.ID, p.Index+1, p.Total)
	if p.Held {
		text += ", held until pawl phase release"
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

// wakeText is when a schedule wakes an agent next.
func wakeText(at string, now time.Time) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return ""
	}
	if !t.After(now) {
		return "now"
	}
	return "in " + ago(t.Sub(now)) + " (" + clockText(t, now) + ")"
}

// clockText is a moment as this machine's clock will show it, without seconds.
func clockText(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("Mon 2006-01-02 15:04")
}

func whyText(a agentView) string {
	if a.State == "gone" && a.Wanted != string(ledger.Up) {
		return ""
	}
	return a.Why
}
