package check

import (
	"fmt"
	"slices"
	"strings"

	"pawl/handoff"
)

// Protect says who may change the paths that a pattern matches, by agents' names,
// roles and people's names. Only refuses all others, Not only those that it names.
type Protect struct {
	Pattern    string // see Match
	Only       []string
	Not        []string
	AppendOnly bool
}

// Protected says that a path is one that somebody may not change.
func (in Input) Protected(name string) bool {
	return slices.ContainsFunc(in.Protect, func(p Protect) bool { return Match(p.Pattern, name) })
}

// Appends says that a path may only grow.
func (in Input) Appends(name string) bool {
	return slices.ContainsFunc(in.Protect, func(p Protect) bool { return p.AppendOnly && Match(p.Pattern, name) })
}

// protect finds changes of paths that were somebody else's to make.
func protect(in Input, c Commit) []Finding {
	var out []Finding
	who, known := in.author(c)
	for _, p := range in.Protect {
		var changed, grown []Change
		for _, change := range c.Changes {
			switch {
			case !Match(p.Pattern, change.Path):
				continue
			case !change.Merged:
				changed = append(changed, change)
			case in.drops(p, change):
				out = append(out, dropped(p, who, known, change)...)
			}
			grown = append(grown, change)
		}
		if why := p.refuses(who); known && why != "" && len(changed) > 0 {
			out = append(out, Finding{Path: show(changed[0].Path), What: fmt.Sprintf("%s changes %s, which %s; undo that, and have %s do it", who, paths(changed), why, p.others())})
		}
		if p.AppendOnly {
			out = append(out, rewritten(p, grown)...)
		}
	}
	return out
}

// drops says that a merge takes a change away that was rightly made. Undoing what
// was not is no fault; nor is anything lost of what only grew.
func (in Input) drops(p Protect, change Change) bool {
	return change.Merged && !change.Kept && slices.ContainsFunc(change.Lost, func(lost Commit) bool {
		who, known := in.author(lost)
		return known && p.refuses(who) == ""
	})
}

// dropped is the finding about a merge that drops what others rightly did, by
// somebody who may not change the path.
func dropped(p Protect, who author, known bool, change Change) []Finding {
	why := p.refuses(who)
	if !known || why == "" {
		return nil
	}
	path := show(change.Path)
	return []Finding{{Path: path, What: fmt.Sprintf("the merge by %s drops what %s did to %q, which %s; merge again, and keep that", who, handoff.Short(change.Lost[0].Hash), path, why)}}
}

// refuses says why somebody may not change what p protects; "" when they may.
func (p Protect) refuses(w author) string {
	switch {
	case len(p.Only) > 0 && !slices.ContainsFunc(p.Only, w.is):
		return fmt.Sprintf("%q leaves to %s", p.Pattern, strings.Join(p.Only, ", "))
	case slices.ContainsFunc(p.Not, w.is):
		return fmt.Sprintf("%q keeps from %s", p.Pattern, strings.Join(p.Not, ", "))
	}
	return ""
}

// others are those who may do what somebody else may not.
func (p Protect) others() string {
	if len(p.Only) > 0 {
		return strings.Join(p.Only, " or ")
	}
	return "somebody else"
}

// rewritten finds files that may only grow and lost something.
func rewritten(p Protect, touched []Change) []Finding {
	var out []Finding
	for _, change := range touched {
		switch {
		case change.Created, change.Kept:
		case change.Merged:
			out = append(out, Finding{Path: show(change.Path), What: fmt.Sprintf("%q may only grow (%q), and the merge drops what %s added; merge again, and keep the lines of both", show(change.Path), p.Pattern, handoff.Short(change.Lost[0].Hash))})
		case change.Deleted:
			out = append(out, Finding{Path: show(change.Path), What: fmt.Sprintf("%q may only grow (%q), and is deleted or renamed; put it back", show(change.Path), p.Pattern)})
		default:
			out = append(out, Finding{Path: show(change.Path), What: fmt.Sprintf("%q may only grow (%q), and what was there is changed; put that back as it was, and add at the end", show(change.Path), p.Pattern)})
		}
	}
	return out
}

// signer finds changes of protected paths by nobody knows whom.
func signer(in Input, c Commit) []Finding {
	if !in.Signed || c.Signature.Principal != "" {
		return nil
	}
	var touched []Change
	for _, change := range c.Changes {
		if in.touches(change) {
			touched = append(touched, change)
		}
	}
	if len(touched) == 0 {
		return nil
	}
	why := show(c.Signature.Why)
	if why == "" {
		why = "it is not signed"
	}
	return []Finding{{Path: show(touched[0].Path), What: fmt.Sprintf("the commit changes %s, which is protected, and %s; commit it with -S and an ssh key that is among the allowed signers", paths(touched), why)}}
}

// touches says that a commit has to do with a path that is protected.
func (in Input) touches(change Change) bool {
	return slices.ContainsFunc(in.Protect, func(p Protect) bool {
		return Match(p.Pattern, change.Path) && (!change.Merged || in.drops(p, change))
	})
}

// paths names one of the changed paths, and how many more there are.
func paths(touched []Change) string {
	first := fmt.Sprintf("%q", show(touched[0].Path))
	if more := len(touched) - 1; more > 0 {
		return fmt.Sprintf("%s and %d more", first, more)
	}
	return first
}
