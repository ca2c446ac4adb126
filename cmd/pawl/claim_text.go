package main

import (
	"errors"
	"slices"
	"strings"

	"pawl/handoff"
	"pawl/handoff/publish"
	"pawl/loop/config"
	"pawl/loop/doctor"
)

// signalView is a signal in `pawl claim --json` and `pawl review --json`.
type signalView struct {
	Commit   string `json:"commit"`
	Subject  string `json:"subject"`
	Gate     string `json:"gate"`
	Verdict  string `json:"verdict"`
	Reviewed string `json:"reviewed"`
	PawlID   string `json:"pawl_id"`
	Branch   string `json:"branch"`
	Pushed   bool   `json:"pushed"`
	Rebased  bool   `json:"rebased"`
}

// tellSignal prints the commit alone, for a script to take, and to stderr what
// became of it.
func (a *app) tellSignal(r publish.Result, pushed, asJSON bool) error {
	if asJSON {
		return a.json(signalView{
			Commit: r.Commit, Subject: r.Subject, Gate: r.Gate, Verdict: r.Verdict, Reviewed: r.Reviewed, PawlID: r.PawlID,
			Branch: r.Branch, Pushed: pushed, Rebased: r.Rebased,
		})
	}
	a.say("%s", r.Commit)
	if a.quiet || !pushed {
		return nil
	}
	text := handoff.Clean(r.Subject, 120) + " is on origin's branch " + r.Branch
	if r.Already {
		text += " already: it landed before, and nothing was done; say it in other words to say it again"
	}
	if r.Rebased {
		text += ", on top of what came meanwhile"
	}
	if r.Reviewed != "" {
		text += "; reviewed is " + handoff.Short(r.Reviewed)
	}
	a.warn("%s", text)
	if r.Left > 0 {
		a.warn("not in it: changes of %s that were not staged", doctor.Count(r.Left, "file"))
	}
	return nil
}

// refusalError gives a refusal its exit code and its hint.
func refusalError(err error) error {
	var refusal *publish.Refusal
	var unknown *publish.UnknownGateError
	switch {
	case errors.As(err, &unknown):
		hint := "nothing is claimed there; pawl claim GATE does that"
		if claimed := unknown.Claimed; len(claimed) > 0 {
			hint = "claimed are " + strings.Join(claimed[:min(len(claimed), 10)], ", ")
			if near := config.Nearest(unknown.Gate, slices.Clone(claimed)); near != "" {
				hint = "did you mean " + quote(near) + "? " + hint
			}
		}
		return &hinted{&missingError{unknown.Error()}, hint}
	case !errors.As(err, &refusal):
		return err
	case refusal.Invalid:
		err = &invalidError{err}
	case refusal.Missing:
		err = &missingError{err.Error()}
	}
	return &hinted{err, refusal.Hint}
}
