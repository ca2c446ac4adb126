package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop"
)

// printExplanation writes the answer first, and below it what it rests on.
func printExplanation(w io.Writer, x explained, now time.Time) {
	whole(w, "", 0, bold, x.Answer)
	fmt.Fprintln(w)
	line := func(label, text string) { factLine(w, label, "", text) }
	line("state", doingText(x.Explanation, now))
	line("sees", handoff.Clean(x.Evidence, 300))
	line("asked for", askedText(x.Explanation))
	line("session", sessionText(x.Explanation))
	line("held", x.Hold)
	if !x.RestartAt.IsZero() {
		line("restart", "at "+moment(x.RestartAt, now)+": "+handoff.Clean(x.Restart, 300))
	}
	if l := x.Limit; l != nil {
		line("limit", limitText(*l, now))
		line("", handoff.Clean(l.Banner, 300))
	}
	if !x.NextWake.IsZero() {
		line("scheduled", moment(x.NextWake, now))
	}
	line("outdated", x.Outdated)
	if p := x.Wait; p != nil {
		line("waits", p.String())
		for _, m := range p.Unclear {
			factLine(w, "", yellow, unclearLine(p.Status, m))
		}
	}
	if !x.NextLook.IsZero() && !x.Service {
		line("origin", "is looked at again "+soon(x.NextLook, now))
	}
	printOpen(w, x.Explanation, now)
	printClosed(w, x, now)
}

// factLine is a line that the answer rests on; an empty one is left out.
func factLine(w io.Writer, label, style, text string) {
	if text != "" {
		whole(w, "  "+paint(w, faint, pad(label, 10)), 12, style, text)
	}
}

// whole prints text behind a head of so many columns, as hang does, and leaves
// nothing out: an explanation is read to its end.
func whole(w io.Writer, head string, indent int, style, text string) {
	lines := []string{text}
	if limit := columns(w); limit > 0 {
		lines = wrap(text, min(limit, readable)-indent, math.MaxInt)
	}
	for _, l := range lines {
		fmt.Fprintf(w, "%s%s\n", head, paint(w, style, l))
		head = strings.Repeat(" ", indent)
	}
}

// openEntry is the first line of something open: its id, what it is, and what
// that says, below it where a terminal has no room beside it.
func openEntry(w io.Writer, id, what, says string) {
	limit := min(columns(w), readable)
	switch {
	case says == "":
		whole(w, id+"  ", width(id)+2, "", what)
	case limit == 0 || width(id)+2+width(what)+2+width(says) <= limit:
		fmt.Fprintf(w, "%s  %s  %s\n", id, what, paint(w, faint, says))
	default:
		whole(w, id+"  ", width(id)+2, "", what)
		whole(w, "    ", 4, faint, says)
	}
}

func doingText(x loop.Explanation, now time.Time) string {
	text := x.State
	if x.Since.IsZero() {
		return text
	}
	return text + ", for " + ago(now.Sub(x.Since))
}

func askedText(x loop.Explanation) string {
	text := "nothing; it was adopted"
	if x.Wanted != "" {
		text = string(x.Wanted)
	}
	if x.Wanted == "" && x.Generation == "" {
		text = "nothing"
	}
	if x.Paused != "" {
		text += ", and " + x.Paused + " is paused"
	}
	if x.Parked {
		text += ", and parked"
	}
	if x.Finished {
		text += ", and it has run to its end"
	}
	return text
}

func sessionText(x loop.Explanation) string {
	if x.Generation == "" {
		return ""
	}
	text := "generation " + x.Generation
	if x.Phase != "" {
		text += ", for phase " + x.Phase
	}
	return text
}

func limitText(l loop.Limit, now time.Time) string {
	until := "its end is not known; it is probed at " + moment(l.NextAt, now)
	if !l.Until.IsZero() {
		until = "until " + moment(l.Until, now) + "; it goes on at " + moment(l.NextAt, now)
	}
	return "account " + l.Account + ", since " + moment(l.Since, now) + ", " + until
}

func printOpen(w io.Writer, x loop.Explanation, now time.Time) {
	if len(x.Handoffs)+len(x.Items) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", paint(w, faint, "OPEN"))
	for _, s := range x.Handoffs {
		openEntry(w, s.ID, string(s.State)+"  "+s.Label(), handoff.Clean(s.Subject, 120))
		whole(w, "  ", 2, "", s.Reason)
		whole(w, "  "+paint(w, faint, "next  "), 8, "", soon(s.NextAt, now)+": "+s.Next)
	}
	for _, it := range x.Items {
		openEntry(w, it.ID, string(it.State)+"  "+string(it.Kind), handoff.Clean(it.Text, 120))
		whole(w, "  ", 2, "", it.Reason)
	}
}

func printClosed(w io.Writer, x explained, now time.Time) {
	if len(x.Closed) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", paint(w, faint, "CLOSED"))
	for _, h := range x.Closed {
		whole(w, h.ID+"  ", width(h.ID)+2, "", moment(h.At, now)+"  "+h.Label()+"  "+endOf(h.Handoff))
		if h.State == handoff.Expired {
			whole(w, "  ", 2, faint, "pawl handoffs retry "+h.ID+" tells it again, pawl handoffs dismiss "+h.ID+" -m WHY closes it")
		}
	}
}

// moment is a time of day on this machine's clock, with the date if that is
// another one than today's.
func moment(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04:05")
}

// soon is a moment to come.
func soon(t, now time.Time) string {
	if !t.After(now) {
		return "now"
	}
	return "at " + moment(t, now) + ", in " + ago(t.Sub(now))
}
