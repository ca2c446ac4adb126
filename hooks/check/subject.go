package check

import (
	"fmt"
	"regexp"
	"strings"

	"pawl/handoff"
)

// subject finds signals whose gate is lost, and subjects that were meant to be
// signals and are none.
func subject(in Input, c Commit) []Finding {
	mentions := handoff.Mentions(c.Commit, in.Rules)
	if len(mentions) > 0 {
		if _, err := handoff.ParseGate(c.Subject); err != nil {
			return say(err.Error())
		}
	}
	meant, rule, ok := nearMiss(c.Subject, in.Rules)
	switch {
	case !ok, len(mentions) > 0 && mentions[0].Gate != "", len(mentions) == 0 && !hasColon(c.Subject):
		return nil
	case len(mentions) > 0:
		return say(fmt.Sprintf("subject %q has no gate; write %q", show(c.Subject), show(meant)))
	}
	return say(fmt.Sprintf("subject %q is no %s, so nobody would be told of it; write %q", show(c.Subject), show(rule.Name), show(meant)))
}

// nearly is a subject that is nearly a signal: what may stand before its word (a
// word with a colon, or one in brackets), the word, and a gate in brackets of some
// kind, maybe after a blank; then maybe a colon.
var nearly = regexp.MustCompile(`^\s*((?:\[[\w-]+\]:?|[\w-]+:)\s+)?([\w-]+)\s*[(\[{<（【]\s*([^()\[\]{}<>（）【】]*?)\s*[)\]}>）】]\s*([:：])?\s*(.*)$`)

// hasColon says that a colon follows the gate. What no rule takes and has none is
// prose.
func hasColon(text string) bool {
	m := nearly.FindStringSubmatch(text)
	return m != nil && m[4] != ""
}

// nearMiss is the signal that a subject was most likely meant to be. It is one
// only where the rule takes it with that gate.
func nearMiss(text string, rules []handoff.Rule) (meant string, rule handoff.Rule, ok bool) {
	m := nearly.FindStringSubmatch(text)
	if m == nil {
		return "", handoff.Rule{}, false
	}
	word, gate, rest := m[2], m[3], m[5]
	for _, r := range rules {
		meant := strings.TrimSpace(fmt.Sprintf("%s(%s): %s", r.Name, gate, rest))
		got, err := handoff.ParseGate(meant)
		if err == nil && got != "" && isWord(word, r.Name) && r.Subject.MatchString(meant) {
			return meant, r, true
		}
	}
	return "", handoff.Rule{}, false
}

// isWord says that somebody who wrote word meant name: in any case, in another
// form, or with two neighbouring letters exchanged.
func isWord(word, name string) bool {
	word, name = strings.ToLower(word), strings.ToLower(name)
	stem := strings.TrimSuffix(name, "e")
	switch word {
	case name, name + "s", name + "ed", name + "ing", stem + "ed", stem + "ing":
		return true
	}
	if len(word) != len(name) {
		return false
	}
	for i := range len(word) - 1 {
		if word[:i]+string(word[i+1])+string(word[i])+word[i+2:] == name {
			return true
		}
	}
	return false
}
