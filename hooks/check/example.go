package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"pawl/handoff"
)

// Example is how a message with findings is written well: its subject, and the
// trailers that belong to it. It is "" for a message that is no signal and was
// not meant to be one.
func Example(in Input, c Commit) string {
	meant, rule, ok := signalMeant(in, c)
	if !ok {
		return ""
	}
	lines := []string{meant}
	gate, _ := handoff.ParseGate(meant)
	if c.Trailers.Gate != "" || strayed(c, "gate") || rule.Judges() {
		if gate != "" {
			lines = append(lines, "Gate: "+gate)
		}
	}
	if rule.Judges() && gate != "" {
		lines = append(lines, "Verdict: "+verdictMeant(c), "Reviewed: "+reviewedMeant(c))
	}
	for _, kept := range []struct{ key, value string }{{"Pawl-Id", c.Trailers.PawlID}, {"Pawl-Agent", c.Trailers.Agent}} {
		if kept.value == "" {
			if values := strayValues(c, kept.key); len(values) > 0 {
				kept.value = values[len(values)-1]
			}
		}
		if kept.value != "" {
			lines = append(lines, kept.key+": "+show(kept.value))
		}
	}
	if len(lines) == 1 {
		return meant
	}
	return lines[0] + "\n\n" + strings.Join(lines[1:], "\n")
}

// signalMeant is the subject as it should be, and the rule that it is of.
func signalMeant(in Input, c Commit) (string, handoff.Rule, bool) {
	mentions := handoff.Mentions(c.Commit, in.Rules)
	if len(mentions) > 0 && mentions[0].Gate != "" {
		return show(c.Subject), mentions[0].Rule, true
	}
	wanted := len(mentions) > 0 && in.wantsGate(mentions[0].Rule)
	if meant, ok := in.nearMiss(c); ok && (meant.sure || wanted) {
		return show(meant.subject), meant.rule, true
	}
	if len(mentions) == 0 {
		return "", handoff.Rule{}, false
	}
	rule := mentions[0].Rule
	_, rest, colon := strings.Cut(c.Subject, ":")
	switch malformed := isMalformed(c.Subject); {
	case c.Trailers.Gate == "" && !malformed && !wanted:
		return show(c.Subject), rule, true
	case colon:
	case malformed:
		rest = " …"
	default:
		_, rest, _ = strings.Cut(c.Subject, " ")
		rest = " " + rest
	}
	return show(fmt.Sprintf("%s(%s):%s", rule.Name, gateMeant(c), rest)), rule, true
}

var notInGate = regexp.MustCompile(`[^A-Za-z0-9._/-]+`)

// gateMeant is a gate for a subject that has a bad one or none. One that would lose
// half of its letters is not guessed at.
func gateMeant(c Commit) string {
	_, written, _ := strings.Cut(c.Subject, "(")
	written, _, _ = strings.Cut(written, ")")
	for _, text := range []string{c.Trailers.Gate, written} {
		gate := strings.Trim(notInGate.ReplaceAllString(text, "-"), "-")
		if gate != "" && len(gate) <= 64 && 2*utf8.RuneCountInString(notInGate.ReplaceAllString(text, "")) > utf8.RuneCountInString(strings.ReplaceAll(text, " ", "")) {
			return gate
		}
	}
	return "gate"
}

func isMalformed(subject string) bool {
	_, err := handoff.ParseGate(subject)
	return err != nil
}

// verdictMeant is the verdict that was written, at whatever place: fail where none
// was, where it is neither, and where there are two of them, because an example is
// copied.
func verdictMeant(c Commit) string {
	texts := strayValues(c, "verdict")
	if c.Trailers.Verdict != "" {
		texts = append(texts, c.Trailers.Verdict)
	}
	if len(texts) == 0 || slices.ContainsFunc(texts, func(text string) bool { return !strings.EqualFold(text, "pass") }) {
		return "fail"
	}
	return "pass"
}

// reviewedMeant is the commit that a review is of, or how to come by it.
func reviewedMeant(c Commit) string {
	switch {
	case c.Review.Commit != "" && c.Review.Within && c.Review.Claimed:
		return c.Review.Commit
	case c.Review.Newest != "":
		return c.Review.Newest
	}
	return "(the full hash of the claim)"
}
