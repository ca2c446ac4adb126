// Package check says what is wrong with commits: signals that would be lost or
// misread, verdicts that are bound to nothing, a DONE that is not borne out, and
// paths that somebody else was to change. It is the one verifier for a clone's
// hooks, for CI and for the coordinator, and pure: what it looks at is handed to it.
package check

import (
	"pawl/handoff"
	"pawl/phases"
)

// Input is what commits are judged by, and the commits.
type Input struct {
	Rules   []handoff.Rule // of signals
	Proof   bool           // whether a DONE needs passing verdicts
	Protect []Protect
	Signed  bool // whether who made a commit is known by its signature alone
	Agents  []Agent
	Commits []Commit // a parent before its child
}

// Agent is a configured agent, as far as roles are concerned.
type Agent struct {
	Name string
	Role string // "" when it has none
}

// Commit is a commit and the facts about it. All its text is hostile.
type Commit struct {
	handoff.Commit
	Stray     []string // lines that look like trailers of pawl's and do not count
	Review    Review   // of a signal that brings a verdict
	Status    []Status // the STATUS files that it changes
	Changes   []Change // of protected paths; others may be left out
	Signature Signature
}

// Review is what is known of the commit that a Reviewed trailer names.
type Review struct {
	Unknown bool   // nothing could be found out: the clone lacks history
	Commit  string // full hash; "" when the trailer names no commit
	Within  bool   // it is the review, or an ancestor of it
	Claimed bool   // it is a claim of the review's gate, or contains one
	Newest  string // the newest claim of the gate in the review's history; "" when there is none
}

// Status is a STATUS file that a commit changes.
type Status struct {
	Phase   string // its id
	Path    string
	Before  []phases.Verdict // in each parent
	After   phases.Verdict
	Open    []string // ids of earlier phases that are not done at this commit
	Missing []string // what a DONE lacks that is set here, in sentences; see phases.Fact
}

// Sets says that the commit sets a DONE that no parent has.
func (s Status) Sets() bool {
	for _, before := range s.Before {
		if before.Done {
			return false
		}
	}
	return s.After.Done
}

// Change is what a commit did to a path that is protected.
type Change struct {
	Path    string
	Created bool // nothing was there
	Deleted bool // nothing is there now
	Kept    bool // what is there begins with what was; known where Input.Appends holds
	// Merged says that a merge took the content of one parent, and Lost are the
	// commits whose change of it, in another one, is gone with that.
	Merged bool
	Lost   []Commit
}

// Signature is whose good signature a commit has.
type Signature struct {
	Principal string // "" without a good one
	Why       string // why there is none
}

// The rules' names.
const (
	RuleSubject = "subject"
	RuleTrailer = "trailer"
	RuleVerdict = "verdict"
	RuleDone    = "done"
	RulePhase   = "phase"
	RuleProtect = "protect"
	RuleSigner  = "signer"
)

// Finding is one thing that is wrong with a commit. Its text is fit to be shown.
type Finding struct {
	Commit string `json:"commit"` // full hash; "" for a message that is no commit yet
	Rule   string `json:"rule"`
	Path   string `json:"path,omitempty"`
	What   string `json:"what"` // and what to do about it
}

// rule judges one commit. It names what is wrong and leaves the rest of a finding
// to its caller.
type rule struct {
	name  string
	judge func(Input, Commit) []Finding
}

// messageRules are about a commit's message alone.
var messageRules = []rule{
	{RuleSubject, subject},
	{RuleTrailer, trailer},
	{RuleVerdict, verdict},
}

var allRules = append(messageRules[:len(messageRules):len(messageRules)], []rule{
	{RuleDone, done},
	{RulePhase, phase},
	{RuleProtect, protect},
	{RuleSigner, signer},
}...)

// Commits judges commits by all rules, in the commits' order.
func Commits(in Input) []Finding {
	var out []Finding
	for _, c := range in.Commits {
		out = append(out, judge(in, c, allRules)...)
	}
	return out
}

// Message judges a message that git is about to commit.
func Message(in Input, c Commit) []Finding { return judge(in, c, messageRules) }

func judge(in Input, c Commit, rules []rule) []Finding {
	var out []Finding
	told := map[Finding]bool{}
	for _, r := range rules {
		for _, f := range r.judge(in, c) {
			f.Commit, f.Rule = c.Hash, r.name
			if !told[f] {
				told[f] = true
				out = append(out, f)
			}
		}
	}
	return out
}

// say makes findings of sentences.
func say(sentences ...string) []Finding {
	var out []Finding
	for _, s := range sentences {
		out = append(out, Finding{What: s})
	}
	return out
}

// show makes text from a commit fit for a message.
func show(s string) string { return handoff.Clean(s, handoff.MaxLabel) }
