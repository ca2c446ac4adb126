package check

import (
	"fmt"

	"pawl/handoff"
)

// subject finds signals whose gate is lost or, where gates are proven, missing, and
// subjects that were surely meant to be signals and are none.
func subject(in Input, c Commit) []Finding {
	mentions := handoff.Mentions(c.Commit, in.Rules)
	if len(mentions) > 0 {
		if _, err := handoff.ParseGate(c.Subject); err != nil {
			return say(err.Error())
		}
		if mentions[0].Gate != "" {
			return nil
		}
	}
	meant, ok := in.nearMiss(c)
	switch {
	case ok && meant.sure && len(mentions) > 0:
		return say(fmt.Sprintf("subject %q has no gate; write %q", show(c.Subject), show(meant.subject)))
	case ok && meant.sure:
		return say(fmt.Sprintf("subject %q is no %s, so nobody would be told of it; write %q", show(c.Subject), show(meant.rule.Name), show(meant.subject)))
	case len(mentions) > 0 && in.wantsGate(mentions[0].Rule):
		return say(fmt.Sprintf("subject %q has no gate, and with gate: verdict a %s without one proves nothing; write it as %s(gate): …, with a name for what it is about",
			show(c.Subject), show(mentions[0].Rule.Name), show(mentions[0].Rule.Name)))
	}
	return nil
}

// wantsGate says that signals of a rule are of no use without a gate.
func (in Input) wantsGate(r handoff.Rule) bool { return in.Proof && (r.Claims() || r.Judges()) }

// Doubts are what is likely wrong with a message and may be right: no findings, and
// nothing is refused for them.
func Doubts(in Input, c Commit) []string {
	mentions := handoff.Mentions(c.Commit, in.Rules)
	meant, ok := in.nearMiss(c)
	switch {
	case !ok, meant.sure, isMalformed(c.Subject) && len(mentions) > 0:
		return nil
	case len(mentions) == 0:
		return []string{fmt.Sprintf("nobody is told of %q: it is no %s; if it was meant to be one, write %q", show(c.Subject), show(meant.rule.Name), show(meant.subject))}
	case mentions[0].Gate == "" && !in.wantsGate(mentions[0].Rule):
		return []string{fmt.Sprintf("subject %q has no gate; if it was meant to have one, write %q", show(c.Subject), show(meant.subject))}
	}
	return nil
}
