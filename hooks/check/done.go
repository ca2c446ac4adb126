package check

import (
	"fmt"
	"slices"
	"strings"

	"pawl/phases"
)

// done finds a DONE that is not borne out, and markers that would not be obeyed.
func done(_ Input, c Commit) []Finding {
	var out []Finding
	for _, s := range c.Status {
		if s.Sets() && len(s.Missing) > 0 {
			out = append(out, about(s, fmt.Sprintf("phase %s is declared done without proof: %s. Take the DONE out of %s, have GATE reviewed (pawl review GATE …), then set DONE again",
				s.Phase, strings.Join(s.Missing, "; "), show(s.Path))))
		}
		if s.After.Done {
			continue
		}
		for _, m := range s.After.Markers {
			if m.Obey || s.had(m) {
				continue
			}
			out = append(out, about(s, fmt.Sprintf("line %d is a marker that is not obeyed, so phase %s is not done: %s", m.Line, s.Phase, m.Why)))
		}
	}
	return out
}

// had says that a parent has the same marker: then it is not this commit's.
func (s Status) had(m phases.Marker) bool {
	return slices.ContainsFunc(s.Before, func(v phases.Verdict) bool {
		return slices.ContainsFunc(v.Markers, func(b phases.Marker) bool { return b.Text == m.Text && b.Why == m.Why })
	})
}

// phase finds a DONE that comes before its turn.
func phase(_ Input, c Commit) []Finding {
	var out []Finding
	for _, s := range c.Status {
		if s.Sets() && len(s.Open) > 0 {
			out = append(out, about(s, fmt.Sprintf("phase %s is declared done before %s; finish the phases in their order, or take this DONE away", s.Phase, strings.Join(s.Open, ", "))))
		}
	}
	return out
}

func about(s Status, what string) Finding { return Finding{Path: show(s.Path), What: what} }
