package publish

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"pawl/handoff"
)

// Bounds of a message, in bytes. A longer subject is cut wherever it is shown.
const (
	maxSubject = 1000
	maxMessage = 64 << 10
)

// phrases stand behind the gate where nobody says anything.
var phrases = map[string]string{"": "ready for review", "pass": "it holds", "fail": "it does not hold"}

// valid refuses a signal that no reader would take for what it is meant to be. It
// completes the text.
func (s *signal) valid(rules []handoff.Rule) error {
	gate, err := handoff.ParseGate(s.rule + "(" + s.Gate + "): x")
	if err != nil || gate != s.Gate {
		return invalid("write one as parser or cli/flags", "gate %q may only have letters, digits and ._/- and between 1 and 64 of them", handoff.Clean(s.Gate, handoff.MaxLabel))
	}
	s.Text = cmp.Or(s.Text, phrases[s.Verdict])
	if s.Text, err = plain(s.Text); err != nil {
		return err
	}
	// Who writes the whole subject means the same.
	s.Text = strings.TrimSpace(strings.TrimPrefix(s.Text, s.head()))
	switch subject := s.subject(); {
	case s.Text == "" || strings.HasSuffix(subject, ": "):
		return invalid("say in a line what holds", "the text is empty")
	case len(subject) > maxSubject:
		return invalid("write the rest below an empty line", "the first line is longer than %d bytes", maxSubject)
	case len(s.Text) > maxMessage:
		return invalid("put it into a file of the repository", "the text is longer than %d bytes", maxMessage)
	}
	if key := ownTrailer(s.Text); key != "" {
		return invalid("take it out: it is written for you", "the text has a trailer %q of its own", key)
	}
	return s.matches(rules)
}

// plain makes line ends plain, and refuses what a terminal would act on.
func plain(text string) (string, error) {
	if !utf8.ValidString(text) {
		return "", invalid("save it as UTF-8", "the text is not UTF-8")
	}
	text = strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text))
	for at, r := range text {
		first := !strings.Contains(text[:at], "\n")
		if unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) && r != '\n' && (r != '\t' || first) {
			return "", invalid("take it out", "the text has a control character, %q", r)
		}
		if r == '\n' && strings.HasPrefix(text[at+1:], scissors) {
			return "", invalid("take it out", "the text has a line %q, below which git reads nothing", scissors+"…")
		}
	}
	return text, nil
}

// scissors begin the line under which git puts a diff.
const scissors = "# ------------------------ >8 "

func (s *signal) head() string { return s.rule + "(" + s.Gate + "):" }

// subject is the first line of the message.
func (s *signal) subject() string {
	first, _, _ := strings.Cut(s.Text, "\n")
	return s.head() + " " + strings.TrimSpace(first)
}

// matches refuses a subject that the configuration's rule does not search for.
func (s *signal) matches(rules []handoff.Rule) error {
	var rule *handoff.Rule
	for i := range rules {
		if rules[i].Name == s.rule {
			rule = &rules[i]
		}
	}
	if rule == nil || rule.Subject == nil {
		return invalid("commit by hand with a subject that one of its rules matches", "pawl.yaml has no rule %q under handoff.signals", s.rule)
	}
	c := handoff.Commit{Subject: s.subject(), Trailers: handoff.Trailers{Verdict: s.Verdict}}
	for _, m := range handoff.Mentions(c, []handoff.Rule{*rule}) {
		if m.Gate == s.Gate && m.Verdict == s.Verdict && len(m.Flaws) == 0 {
			return nil
		}
	}
	return invalid("mend handoff.signals."+s.rule+".subject in pawl.yaml, or commit by hand",
		"the subject %q is not what the rule %s matches, %q: nobody would be told", handoff.Clean(c.Subject, 200), s.rule, rule.Subject.String())
}

// trailer is one line at the end of a message.
type trailer struct{ key, value string }

func (s *signal) trailers(agent string) []trailer {
	var out []trailer
	for _, t := range []trailer{
		{"Gate", s.Gate}, {"Verdict", s.Verdict}, {"Reviewed", s.reviewed}, {"Pawl-Id", s.id}, {"Pawl-Agent", agentName(agent)},
	} {
		if t.value != "" {
			out = append(out, t)
		}
	}
	return out
}

var agentPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)

// agentName is a name as pawl.yaml may have it; "" for anything else.
func agentName(name string) string {
	if agentPattern.MatchString(name) {
		return name
	}
	return ""
}

// trailerLine is a line that git takes for a trailer.
var trailerLine = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*: +\S`)

// message is the whole message: the subject, an empty line, what else was said, and
// the trailers. Those count only in the last paragraph: where the text ends in
// trailers of its own, ours go on in that paragraph, and win.
func (s *signal) message(agent string) string {
	_, body, _ := strings.Cut(s.Text, "\n")
	body = strings.Trim(body, "\n")
	var b strings.Builder
	b.WriteString(s.subject() + "\n\n")
	if body != "" {
		b.WriteString(body + "\n")
		if !endsInTrailers(body) {
			b.WriteString("\n")
		}
	}
	for _, t := range s.trailers(agent) {
		b.WriteString(t.key + ": " + t.value + "\n")
	}
	return b.String()
}

// trailerKeys are those of our trailers, in lower case.
var trailerKeys = []string{"gate", "verdict", "reviewed", "pawl-id", "pawl-agent"}

// ownTrailer is the key of a trailer of ours that a text ends in; "" if there is
// none. It would count beside ours, or against them.
func ownTrailer(text string) string {
	_, body, _ := strings.Cut(text, "\n")
	body = strings.Trim(body, "\n")
	if !endsInTrailers(body) {
		return ""
	}
	for line := range strings.SplitSeq(body[strings.LastIndex(body, "\n\n")+1:], "\n") {
		if key, _, _ := strings.Cut(line, ":"); slices.Contains(trailerKeys, strings.ToLower(key)) {
			return key
		}
	}
	return ""
}

// endsInTrailers says that all lines of the last paragraph are trailers.
func endsInTrailers(body string) bool {
	lines := strings.Split(body, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if strings.TrimSpace(lines[i]) == "" {
			return i < len(lines)-1
		}
		if !trailerLine.MatchString(lines[i]) {
			return false
		}
	}
	return true
}
