package handoff

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// Mention is a rule that a commit's subject matches.
type Mention struct {
	Rule    Rule
	Gate    string
	Verdict string // "pass", "fail" or ""
	Flaws   []string
}

var (
	gateText     = regexp.MustCompile(`^[A-Za-z0-9._/-]{1,64}$`)
	reviewedText = regexp.MustCompile(`^[0-9a-f]{7,64}$`)
)

// Mentions returns the rules that c matches, in the rules' order. A signal that
// is written badly is still a signal: Flaws says what is wrong with it.
func Mentions(c Commit, rules []Rule) []Mention {
	var out []Mention
	for _, rule := range rules {
		if rule.Subject.MatchString(c.Subject) {
			out = append(out, mention(c, rule))
		}
	}
	return out
}

func mention(c Commit, rule Rule) Mention {
	m := Mention{Rule: rule}
	gate, err := ParseGate(c.Subject)
	if err != nil {
		m.Flaws = append(m.Flaws, err.Error())
	}
	m.Gate = gate
	switch v := c.Trailers.Verdict; {
	case rule.Claims():
		// It asks for a verdict and has none: one that strayed here would make
		// a report of it, which nobody must answer.
	case v == "", v == "pass", v == "fail":
		m.Verdict = v
	default:
		m.Flaws = append(m.Flaws, fmt.Sprintf("trailer %q is neither pass nor fail; write \"Verdict: fail\", or \"Verdict: pass\" only if it holds", Clean("Verdict: "+v, MaxLabel)))
	}
	if r := c.Trailers.Reviewed; r != "" && !c.Trailers.NamesCommit() {
		m.Flaws = append(m.Flaws, fmt.Sprintf("trailer %q is no commit; write the claim's full hash", Clean("Reviewed: "+r, MaxLabel)))
	}
	return m
}

// NamesCommit says that Reviewed is written as a commit's hash, whole or the
// beginning of one. That there is such a commit is not said.
func (t Trailers) NamesCommit() bool { return reviewedText.MatchString(t.Reviewed) }

// ParseGate returns the gate of a subject such as "claim(parser): it parses":
// the text in round brackets right after the first word, of 1 to 64 letters,
// digits and ._/- signs. A subject without brackets there is gateless ("", nil); brackets that hold no gate are an error
// that says so, and the subject is then treated as gateless too.
func ParseGate(subject string) (string, error) {
	s := strings.TrimLeft(subject, " \t")
	end := strings.IndexAny(s, " \t(:")
	if end < 1 || s[end] != '(' {
		return "", nil
	}
	word := Clean(s[:end], MaxLabel)
	gate, _, closed := strings.Cut(s[end+1:], ")")
	switch {
	case !closed:
		return "", fmt.Errorf("subject %q has no closing bracket after its gate; write %s(gate): …", Clean(subject, MaxLabel), word)
	case strings.TrimSpace(gate) == "":
		return "", fmt.Errorf("subject %q has an empty gate; write %s(gate): …", Clean(subject, MaxLabel), word)
	case !gateText.MatchString(gate):
		return "", fmt.Errorf("gate %q may only have the letters a-z and A-Z, digits 0-9 and ._/-, no blanks, and at most 64 of them", asWritten(gate))
	}
	return gate, nil
}

// asWritten is Clean that leaves a blank at either end, for text in quotes.
func asWritten(s string) string {
	text := Clean(s, MaxLabel)
	if strings.TrimLeftFunc(s, unicode.IsSpace) != s {
		text = " " + text
	}
	if strings.TrimRightFunc(s, unicode.IsSpace) != s {
		text += " "
	}
	return text
}
