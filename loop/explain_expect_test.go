package loop

import (
	"fmt"
	"slices"
	"strings"
)

// expectExplained looks at what explain would say now, by a preview. Of reason
// and next, " … " parts the handoff's label from the text.
func (s *scene) expectExplained(what, agent, text string) string {
	x := s.explained(agent)
	if what == "answer" {
		if !strings.Contains(x.Answer, text) {
			return fmt.Sprintf("it is %q", x.Answer)
		}
		return ""
	}
	label, text, _ := strings.Cut(text, " … ")
	for _, h := range slices.Backward(x.Handoffs) {
		got := h.Reason
		if what == "next" {
			got = fmt.Sprintf("%s %s", h.NextAt.Sub(s.now), h.Next)
		}
		switch {
		case !strings.Contains(h.Label(), label):
		case strings.Contains(got, text):
			return ""
		default:
			return fmt.Sprintf("it is %q", got)
		}
	}
	return "it has no such handoff"
}

// explained is an explanation that leaves nothing blank.
func (s *scene) explained(agent string) Explanation {
	s.t.Helper()
	w := s.world(false)
	d := Plan(w)
	x := Explain(w, d, agent)
	if !strings.HasPrefix(x.Answer, agent+" ") || len(x.Answer) < len(agent)+10 {
		s.fail("the answer about %s is %q", agent, x.Answer)
	}
	open := 0
	for id, h := range w.State.Handoffs {
		if h.Agent == agent && !h.State.Closed() {
			open++
			if !slices.ContainsFunc(x.Handoffs, func(s Standing) bool { return s.ID == id }) {
				s.fail("%s of %s is not explained", id, agent)
			}
		}
	}
	for _, h := range x.Handoffs {
		if h.Reason == "" || h.Next == "" || !h.NextAt.After(s.now) || h.State.Closed() {
			s.fail("%s of %s, %s: reason %q, next %q at %s", h.ID, agent, h.State, h.Reason, h.Next, h.NextAt)
		}
	}
	for _, it := range x.Items {
		if it.Reason == "" {
			s.fail("item %s of %s is there for no reason", it.ID, agent)
		}
	}
	if open > 0 && len(x.Handoffs) == 0 {
		s.fail("%s has %d handoffs, and none is explained", agent, open)
	}
	return x
}
