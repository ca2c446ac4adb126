package main

import (
	"fmt"
	"slices"
	"strings"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/control"
	"pawl/loop/doctor"
)

// printReplay prints the last events, and what is open in the end.
func (a *app) printReplay(r loop.Replay, n int) {
	if a.quiet {
		return
	}
	text := fmt.Sprintf("%s to %s: %s; at first %s, and %s", handoff.Short(r.From), handoff.Short(r.To), doctor.Count(r.Commits, "first-parent commit"),
		openText(len(r.Before)), replayPhase(r.Start))
	if r.Rewritten {
		text += "; the branch was rewritten: " + handoff.Short(r.To) + " does not descend from " + handoff.Short(r.From)
	}
	whole(a.out, "", 0, "", text)
	if over := len(r.Events) - n; over > 0 {
		whole(a.out, "", 0, faint, doctor.Count(over, "earlier event")+" left out; -n N shows more, --json all")
		r.Events = r.Events[over:]
	}
	if len(r.Events) > 0 {
		fmt.Fprintln(a.out)
		t := newTable("COMMIT", "EVENT", "AGENT", "ABOUT")
		for _, e := range r.Events {
			t.row(handoff.Short(e.Commit), e.Kind, e.Agent, replayAbout(e))
		}
		t.print(a.out)
	}
	fmt.Fprintln(a.out)
	whole(a.out, "", 0, "", "in the end "+openText(len(r.Open))+", and "+replayPhase(r.Phase))
	if len(r.Open) > 0 {
		t := newTable("AGENT", "WHAT", "SUBJECT")
		for _, h := range r.Open {
			t.row(h.Agent, h.Label(), handoff.Clean(h.Subject, 200))
		}
		t.print(a.out)
	}
}

func openText(n int) string {
	if n == 0 {
		return "nothing is open"
	}
	return doctor.Count(n, "handoff") + " open"
}

func replayPhase(p control.Phase) string {
	switch {
	case p.Total == 0:
		return "there are no phases"
	case p.Complete:
		return "the sequence is complete"
	}
	return fmt.Sprintf("phase %s, %d of %d", p.ID, p.Index+1, p.Total)
}

// plainData is what an event says in whole words, which need no name before them.
var plainData = []string{"label", "text", "subject", "phase", "why"}

// replayAbout tells an event's data in one line. All of it may come from strangers.
func replayAbout(e loop.Replayed) string {
	text := func(key string) string { return handoff.Clean(fmt.Sprint(e.Data[key]), 300) }
	var parts []string
	for _, key := range []string{"label", "text", "subject", "phase", "from", "to", "last", "found", "status", "line", "marker", "why", "skipped"} {
		value := ""
		if _, ok := e.Data[key]; ok {
			value = text(key)
		}
		switch {
		case value == "":
		case slices.Contains(plainData, key):
			parts = append(parts, value)
		case e.Kind == "origin.rewritten":
			parts = append(parts, key+" "+handoff.Short(value))
		default:
			parts = append(parts, key+" "+value)
		}
	}
	return strings.Join(parts, "; ")
}

// replayView is `pawl replay --json`.
type replayView struct {
	From      string         `json:"from"`
	To        string         `json:"to"`
	Rewritten bool           `json:"rewritten"`
	Commits   int            `json:"commits"`
	Before    []handoffView  `json:"before"`
	Start     control.Phase  `json:"start"`
	Events    []replayedView `json:"events"`
	Open      []handoffView  `json:"open"`
	Phase     control.Phase  `json:"phase"`
}

type replayedView struct {
	Commit string         `json:"commit"`
	Kind   string         `json:"kind"`
	Agent  string         `json:"agent"`
	Data   map[string]any `json:"data"`
}

func replayViewOf(r loop.Replay) replayView {
	v := replayView{
		From: r.From, To: r.To, Rewritten: r.Rewritten, Commits: r.Commits, Before: handoffViews(r.Before), Start: r.Start,
		Events: []replayedView{}, Open: handoffViews(r.Open), Phase: r.Phase,
	}
	for _, e := range r.Events {
		v.Events = append(v.Events, replayedView{e.Commit, e.Kind, e.Agent, e.Data})
	}
	return v
}
