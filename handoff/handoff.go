package handoff

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Kind is what a handoff is about.
type Kind string

// The kinds of handoff.
const (
	Signal Kind = "signal" // a commit whose subject matches a rule
	Inbox  Kind = "inbox"  // a blob of a watched file
)

// State is how far a handoff came: open → queued → sent → taken → answered, or
// one of the other ends.
type State string

// The states of a handoff.
const (
	Open       State = "open"       // not told
	Queued     State = "queued"     // part of a wake that is on record
	Sent       State = "sent"       // its wake was given to the session
	Taken      State = "taken"      // there is evidence that the agent took it
	Answered   State = "answered"   // the answer is in origin's history
	Superseded State = "superseded" // a newer one says it better
	Withdrawn  State = "withdrawn"  // a rewrite of the branch took it away
	Expired    State = "expired"    // reminded in vain
)

// Closed says that nothing more is to be done.
func (s State) Closed() bool {
	switch s {
	case Answered, Superseded, Withdrawn, Expired:
		return true
	}
	return false
}

// Handoff is something that one agent must be told.
type Handoff struct {
	ID         string
	Agent      string
	Kind       Kind
	Rule       string // a signal's rule
	Gate       string // "" for a gateless one
	Verdict    string // "pass", "fail" or ""
	Commit     string // full hash
	Subject    string // as in git, bounded; hostile
	Author     string
	AuthorDate time.Time
	PawlID     string
	Path       string // an inbox's path at the tip
	Blob       string // an inbox's content, by hash
	Appearance string // the commit that ended the file's last appearance; "" for the first

	State      State
	Attempts   int       // how often it was told to the present generation
	Base       int       // how many of those came before the operator had it told again; reminders count from there
	SeenAt     time.Time // by the pass that derived it
	OpenedAt   time.Time // when it last became open
	SentAt     time.Time
	TakenAt    time.Time
	RemindAt   time.Time // when silence becomes a reminder; zero: never
	Generation string    // that it was told to, or is being told to
	AnsweredBy string    // the commit that closed it
	Why        string    // why it was closed, where the state alone does not say
	Stuck      bool      // people were told that it does not get through
}

// Report says that a signal brings a result instead of asking for one: it needs
// no answer of its own, so that nobody is reminded of it. A failing review is
// not one: it asks for a new claim.
func (h Handoff) Report(answeredBy string) bool {
	return h.Kind == Signal && h.Verdict != "fail" && (h.Verdict == "pass" || answeredBy == claimRule)
}

// The rules that DESIGN §5 gives a meaning by name: what a claim answers is
// judged as a report, and what a review answers has no verdict of its own.
const (
	claimRule  = "claim"
	reviewRule = "review"
)

// shortHash is how many digits of a commit an agent is shown.
const shortHash = 10

// Label names the handoff in one short phrase without any text that a
// stranger wrote: rule, gate, verdict and commit, or the inbox's path.
func (h Handoff) Label() string {
	if h.Kind == Inbox {
		return "inbox " + Clean(h.Path, MaxLabel)
	}
	s := h.Rule
	if h.Gate != "" {
		s += "(" + h.Gate + ")"
	}
	if h.Verdict != "" {
		s += " " + h.Verdict
	}
	return s + " " + Short(h.Commit)
}

// Short abbreviates a commit's hash for people and agents.
func Short(hash string) string {
	return hash[:min(len(hash), shortHash)]
}

// signalID and inboxID are functions of git's content alone, so that an empty
// ledger finds the same names again.
func signalID(commit, agent string) string {
	return hashID("signal", commit, agent)
}

// Trace is what a signal keeps when a rewrite gives its commit another hash and the
// ledger that knew it by the old one is lost; "" for a letter, whose id names no
// commit unless it came before. Signals of one agent that share it are one another's
// successors, as in a rewrite.
func (h Handoff) Trace() string {
	switch {
	case h.Kind != Signal:
		return ""
	case h.PawlID != "":
		return hashID("trace", h.PawlID, h.Rule, h.Gate, h.Verdict)
	}
	return hashID("trace", h.Subject, h.Author, strconv.FormatInt(h.AuthorDate.Unix(), 10), h.Rule, h.Gate, h.Verdict)
}

func inboxID(path, blob, appearance, agent string) string {
	return hashID("inbox", path, blob, appearance, agent)
}

func hashID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "h" + hex.EncodeToString(sum[:6])
}

// Rule says which commits are signals and whom they wake.
type Rule struct {
	Name       string
	Subject    *regexp.Regexp // searched in the subject; compiled with (?i)
	Wakes      []string       // agents by name; roles are resolved by the caller
	AnsweredBy string         // a rule's name; "": answered when taken
}

// review says that signals of r are one author's judgement: those of several
// authors stand beside one another.
func (r Rule) review() bool { return r.Name == reviewRule || r.AnsweredBy == claimRule }

// Claims says that signals of r ask for a verdict.
func (r Rule) Claims() bool { return r.AnsweredBy == reviewRule }

// Judges says that signals of r bring a verdict.
func (r Rule) Judges() bool { return !r.Claims() && r.review() }

// Rules are what Derive looks for.
type Rules struct {
	Signals []Rule
	Inboxes []InboxRule
}

// InboxRule says who reads a watched file.
type InboxRule struct {
	Name    string // as configured
	Readers []string
}

// Signal returns the rule of that name.
func (r Rules) Signal(name string) (Rule, bool) {
	for _, rule := range r.Signals {
		if rule.Name == name {
			return rule, true
		}
	}
	return Rule{}, false
}

// AnsweredBy is the rule that answers h; "" when taking it is enough.
func (r Rules) AnsweredBy(h Handoff) string {
	rule, _ := r.Signal(h.Rule)
	return rule.AnsweredBy
}
