package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"pawl/handoff"
)

// near is the signal that a subject was most likely meant to be.
type near struct {
	subject string
	rule    handoff.Rule
	sure    bool // it can hardly mean anything else
}

// nearly is a subject that is nearly a signal: what may stand before its word (signs
// and pictures, a word with a colon or one in brackets), the word, and a gate in
// brackets of some kind, maybe after a blank; then maybe a colon.
var nearly = regexp.MustCompile(`^\s*[*_~#\p{So}\p{Sk}\p{Mn}\x{200d}-]*\s*(?:(\[[\w-]+\]:?|[\w-]+:)\s+)?([\w-]+)(\s*)([(\[{<（【])\s*([^()\[\]{}<>（）【】]*?)\s*[)\]}>）】][*_~]*\s*([:：])?\s*(.*)$`)

// nearMiss is what a subject that is no signal, or one without its gate, was meant
// to be. It is one only where the rule takes it with that gate. Where it may as well
// be something else, as conventional commits have `claims(ui): …` of a package
// claims, it is not sure: a signal's trailers make it so.
func (in Input) nearMiss(c Commit) (near, bool) {
	m := nearly.FindStringSubmatch(c.Subject)
	if m == nil {
		return in.within(c)
	}
	prefix, word, blank, bracket, gate, colon, rest := m[1], m[2], m[3], m[4], m[5], m[6], m[7]
	for _, r := range in.Rules {
		same, form := isWord(word, r.Name)
		meant := strings.TrimSpace(fmt.Sprintf("%s(%s): %s", r.Name, gate, rest))
		if !form || !takes(r, meant) {
			continue
		}
		if colon == "" && !r.Subject.MatchString(c.Subject) {
			continue // prose
		}
		plain := same && (prefix == "" || in.isAgent(strings.Trim(prefix, "[]:"))) && (blank == "" || !strings.Contains("[{<", bracket))
		return near{meant, r, colon != "" && (plain || hasTrailers(c))}, true
	}
	return in.within(c)
}

// takes says that a rule takes a subject, with a gate.
func takes(r handoff.Rule, subject string) bool {
	gate, err := handoff.ParseGate(subject)
	return err == nil && gate != "" && r.Subject.MatchString(subject)
}

func (in Input) isAgent(name string) bool {
	return slices.ContainsFunc(in.Agents, func(a Agent) bool { return strings.EqualFold(a.Name, name) || strings.EqualFold(a.Role, name) })
}

// hasTrailers says that a message has trailers that only signals have.
func hasTrailers(c Commit) bool {
	t := c.Trailers
	return t.Verdict != "" || t.Reviewed != "" || t.Gate != "" || t.PawlID != "" || len(c.Stray) > 0
}

// gitMade is how subjects begin that git writes itself about another one.
var gitMade = regexp.MustCompile(`^(Revert|Reapply|Merge|fixup!|squash!|amend!) `)

// inside is a signal in the middle of a subject, and not in quotes.
var inside = regexp.MustCompile("(?:^|[^\\pL\\pN_\"'`“«-])([\\pL-]+)\\(([A-Za-z0-9._/-]{1,64})\\)[*_~]*\\s*:\\s*(.*)$")

// within is a signal that stands behind other words, where no rule looks for it.
func (in Input) within(c Commit) (near, bool) {
	if gitMade.MatchString(c.Subject) || len(handoff.Mentions(c.Commit, in.Rules)) > 0 {
		return near{}, false
	}
	for text := c.Subject; ; {
		at := inside.FindStringSubmatchIndex(text)
		if at == nil {
			return near{}, false
		}
		for _, r := range in.Rules {
			meant := strings.TrimSpace(fmt.Sprintf("%s(%s): %s", r.Name, text[at[4]:at[5]], text[at[6]:at[7]]))
			if strings.EqualFold(text[at[2]:at[3]], r.Name) && takes(r, meant) {
				return near{subject: meant, rule: r}, true
			}
		}
		text = text[at[5]:]
	}
}

// isWord says that somebody who wrote word meant name: in any case or with two
// neighbouring letters exchanged, which is the same word, or in another form of it.
func isWord(word, name string) (same, form bool) {
	word, name = strings.ToLower(word), strings.ToLower(name)
	stem := strings.TrimSuffix(name, "e")
	switch word {
	case name:
		return true, true
	case name + "s", name + "ed", name + "ing", stem + "ed", stem + "ing":
		return false, true
	}
	if len(word) != len(name) {
		return false, false
	}
	for i := range len(word) - 1 {
		if word[:i]+string(word[i+1])+string(word[i])+word[i+2:] == name {
			return true, true
		}
	}
	return false, false
}
