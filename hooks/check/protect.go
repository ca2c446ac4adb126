package check

import (
	"fmt"
	"slices"
	"strings"
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
		var touched []Change
		for _, change := range c.Changes {
			if Match(p.Pattern, change.Path) {
				touched = append(touched, change)
			}
		}
		if len(touched) == 0 {
			continue
		}
		if why := p.refuses(who); known && why != "" {
			out = append(out, Finding{Path: show(touched[0].Path), What: fmt.Sprintf("%s changes %s, which %s", who, paths(touched), why)})
		}
		if p.AppendOnly {
			out = append(out, rewritten(p, touched)...)
		}
	}
	return out
}

// refuses says why somebody may not change what p protects; "" when they may.
func (p Protect) refuses(w author) string {
	switch {
	case len(p.Only) > 0 && !slices.ContainsFunc(p.Only, w.is):
		return fmt.Sprintf("%q leaves to %s; undo that, and have it done there", p.Pattern, strings.Join(p.Only, ", "))
	case slices.ContainsFunc(p.Not, w.is):
		return fmt.Sprintf("%q keeps from %s; undo that, and have somebody else do it", p.Pattern, strings.Join(p.Not, ", "))
	}
	return ""
}

// rewritten finds files that may only grow and lost something.
func rewritten(p Protect, touched []Change) []Finding {
	var out []Finding
	for _, change := range touched {
		switch {
		case change.Created:
		case change.Deleted:
			out = append(out, Finding{Path: show(change.Path), What: fmt.Sprintf("%q may only grow (%q), and is deleted or renamed; put it back", show(change.Path), p.Pattern)})
		case !change.Kept:
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
		if in.Protected(change.Path) {
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

// paths names one of the changed paths, and how many more there are.
func paths(touched []Change) string {
	first := fmt.Sprintf("%q", show(touched[0].Path))
	if more := len(touched) - 1; more > 0 {
		return fmt.Sprintf("%s and %d more", first, more)
	}
	return first
}
