package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/doctor"
	"pawl/loop/report"
)

// section is one part of the page, whatever it is printed as. Its cells are
// clean text.
type section struct {
	title string
	lines []string
	heads []string
	rows  [][]string
	below string // the label under which text tells the last column below its row; "" beside it
}

// shortDay is how moments are shown on the page.
const shortDay = "Mon 15:04"

// reportTitle is the page's first line without the project.
func reportTitle(r report.Report, loc *time.Location) string {
	return fmt.Sprintf("since %s, %s", r.Since.In(loc).Format("Mon 2 Jan 15:04"), ago(r.Until.Sub(r.Since.Time)))
}

// knownFrom warns of a time that is not on record as a whole.
func knownFrom(r report.Report, loc *time.Location) string {
	if r.KnownFrom.IsZero() {
		return ""
	}
	return "nothing is on record before " + r.KnownFrom.In(loc).Format("Mon 2 Jan 15:04")
}

// reportSections are the page in its order; empty ones are left out.
func reportSections(r report.Report, loc *time.Location) []section {
	var out []section
	for _, s := range []section{
		gateSection(r, loc), phaseSection(r, loc), waitSection(r, loc), agentSection(r),
		reasonSection(r), limitSection(r, loc), scheduleSection(r, loc), lostSection(r),
	} {
		if len(s.rows)+len(s.lines) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func gateSection(r report.Report, loc *time.Location) section {
	s := section{title: "gates", heads: []string{"GATE", "STATE", "CLAIMS", "VERDICTS", "CLAIMED", "TOOK", "COMMIT", "WAITS"}, below: "waits"}
	for _, g := range r.Gates {
		waits := ""
		if len(g.WaitsFor) > 0 {
			waits = "for " + strings.Join(g.WaitsFor, " ")
		}
		s.rows = append(s.rows, []string{
			g.Gate, g.State, fmt.Sprint(g.Rounds), strings.Join(g.Verdicts, " "), when(g.Claimed, loc), long(g.Took), handoff.Short(g.Commit), waits,
		})
	}
	return s
}

func phaseSection(r report.Report, loc *time.Location) section {
	p := r.Phases
	s := section{title: "phases", heads: []string{"PHASE", "STATE", "WHEN", "TOOK", "WHAT"}}
	for _, d := range p.Done {
		s.rows = append(s.rows, []string{d.Phase, "done", when(d.At, loc), long(d.Took), handoff.Short(d.Commit)})
	}
	for _, n := range p.Notes {
		s.rows = append(s.rows, []string{n.Phase, n.Kind, when(n.At, loc), "", n.Text})
	}
	switch {
	case p.Total == 0:
	case p.Complete:
		s.rows = append(s.rows, []string{"(all)", "complete", "", "", doctor.Count(p.Total, "phase")})
	case p.Current != "":
		what := fmt.Sprintf("%d of %d", p.Index+1, p.Total)
		if p.Held {
			what += ", held until pawl phase release"
		}
		took := ""
		if !p.Entered.IsZero() {
			took = ago(r.Until.Sub(p.Entered.Time))
		}
		s.rows = append(s.rows, []string{p.Current, "current", when(p.Entered, loc), took, what})
	}
	return s
}

func waitSection(r report.Report, loc *time.Location) section {
	s := section{title: "longest waits", heads: []string{"AGENT", "UNTIL", "TOOK", "SINCE", "WHAT", "WHY"}, below: "why"}
	for _, w := range r.Waits {
		until := w.For
		if w.Open {
			until = "not yet " + w.For
		}
		why := w.Why
		if w.Held > 0 {
			why += ", for " + long(w.Held) + " of it"
		}
		s.rows = append(s.rows, []string{w.Agent, until, long(w.Took), when(w.Since, loc), w.Label, why})
	}
	return s
}

func agentSection(r report.Report) section {
	s := section{title: "agents", heads: []string{"AGENT", "COMMITS", "TOLD", "AFTER", "ANSWERED", "AFTER", "REMINDED", "RESTARTS", "CRASHES", "STARTS"}}
	for _, a := range r.Agents {
		s.rows = append(s.rows, []string{
			a.Name, count(a.Commits), count(a.Told), long(a.ToldMedian), count(a.Answered), long(a.AnsweredMedian),
			count(a.Reminders), count(a.Restarts), count(a.Crashes), count(a.Sessions),
		})
	}
	for _, o := range r.Commits.Others {
		s.rows = append(s.rows, []string{o.Name + " (author)", count(o.Commits)})
	}
	if r.Commits.Unknown != "" {
		s.lines = append(s.lines, "commits are not counted: "+r.Commits.Unknown)
	}
	return s
}

// reasonSection is why sessions were restarted, and what else befell agents.
func reasonSection(r report.Report) section {
	s := section{title: "restarts and stops", heads: []string{"AGENT", "TIMES", "REASON"}}
	for _, a := range r.Agents {
		for _, why := range a.Reasons {
			s.rows = append(s.rows, []string{a.Name, fmt.Sprint(why.Count), why.Reason})
		}
		for _, more := range []struct {
			n    int
			text string
		}{
			{a.Parked, "parked"}, {a.Stalls, "asked why it stood still"}, {a.Dialogs, "stopped to ask a person"}, {a.Expired, "gave no answer after all reminders"},
		} {
			if more.n > 0 {
				s.rows = append(s.rows, []string{a.Name, fmt.Sprint(more.n), more.text})
			}
		}
	}
	return s
}

func limitSection(r report.Report, loc *time.Location) section {
	s := section{title: "usage limits", heads: []string{"ACCOUNT", "FROM", "TO", "TOOK", "AGENTS", "SAYS"}}
	for _, h := range r.Limits {
		s.rows = append(s.rows, []string{
			h.Account, when(h.From, loc), cmp.Or(when(h.To, loc), "now"), long(h.Took), strings.Join(h.Agents, " "), h.Banner,
		})
	}
	return s
}

func scheduleSection(r report.Report, loc *time.Location) section {
	s := section{title: "schedules", heads: []string{"AGENT", "SCHEDULE", "FIRED", "SKIPPED", "LATE", "LAST"}}
	for _, x := range r.Schedules {
		s.rows = append(s.rows, []string{x.Agent, x.Schedule, count(x.Fired), count(x.Skipped), count(x.Missed), when(x.Last, loc)})
	}
	return s
}

func lostSection(r report.Report) section {
	s := section{title: "time lost", heads: []string{"CAUSE", "TOOK", "TIMES", "AGENTS", "NOTE"}}
	for _, l := range r.Lost {
		took, notes := long(l.Took), []string{}
		if l.AtMost {
			took = "≤ " + took
			notes = append(notes, "until the next sign of life")
		}
		if l.Unknown > 0 {
			notes = append(notes, fmt.Sprintf("the end of %d is not on record", l.Unknown))
		}
		if l.Now {
			notes = append(notes, "it goes on")
		}
		s.rows = append(s.rows, []string{l.Cause, took, fmt.Sprint(l.Times), strings.Join(l.Agents, " "), strings.Join(notes, "; ")})
	}
	return s
}

func when(m report.Moment, loc *time.Location) string {
	if m.IsZero() {
		return ""
	}
	return m.In(loc).Format(shortDay)
}

// long is a length in words; nothing for none.
func long(s report.Span) string {
	if s == 0 {
		return ""
	}
	return ago(time.Duration(s))
}

// count shows a number where there is one: a page of noughts hides the others.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
