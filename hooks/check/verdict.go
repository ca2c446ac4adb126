package check

import (
	"fmt"

	"pawl/handoff"
)

// verdict finds reviews that are not bound to what was claimed.
func verdict(in Input, c Commit) []Finding {
	for _, m := range handoff.Mentions(c.Commit, in.Rules) {
		if !m.Rule.Judges() || m.Gate == "" {
			continue
		}
		if why := unbound(in, c, m.Gate); why != "" {
			return say(why)
		}
	}
	return nil
}

// unbound says why a review of a gate judges nothing that was claimed; "" when it
// does, or when that is not known. Without the trailer it judges its own ancestors,
// which is enough unless a DONE rests on it.
func unbound(in Input, c Commit, gate string) string {
	named, r := c.Trailers.Reviewed, c.Review
	write := "write the full hash of the claim"
	if r.Newest != "" {
		write = fmt.Sprintf("the newest claim is %q", "Reviewed: "+r.Newest)
	}
	switch {
	case named == "" && in.Proof && !strayed(c, "reviewed"):
		return fmt.Sprintf("the review of gate %q does not say which commit it is of, and a DONE needs that; add the trailer \"Reviewed: \" with the claim's hash: %s", gate, write)
	case named == "", r.Unknown, !c.Trailers.NamesCommit():
		return ""
	case r.Commit == "":
		return fmt.Sprintf("trailer %q names no commit of this repository; %s", show("Reviewed: "+named), write)
	case !r.Within:
		return fmt.Sprintf("trailer %q names a commit that is not in the history of this one; pull it first, or %s", show("Reviewed: "+named), write)
	case !r.Claimed:
		return fmt.Sprintf("trailer %q names a commit in whose history gate %q is not claimed; %s", show("Reviewed: "+named), gate, write)
	}
	return ""
}
