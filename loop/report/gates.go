package report

import (
	"slices"
	"time"

	"pawl/handoff"
)

// The rules that the design gives a meaning by name.
const (
	claimRule  = "claim"
	reviewRule = "review"
)

// States of a gate.
const (
	claimed   = "claimed"
	failed    = "failed"
	passed    = "passed"
	reviewed  = "reviewed"
	expired   = "expired"
	withdrawn = "withdrawn"
)

// trip is one round trip of a gate while it is put together.
type trip struct {
	Gate
	claims  []handoff.Handoff
	reviews []handoff.Handoff // those of the newest review
	seen    map[string]bool   // commits: each wakes perhaps several agents
	newest  time.Time
}

// gates are the round trips to which something happened in the time, in the
// order in which they began.
func gates(f Facts) []Gate {
	var trips []*trip
	current := map[string]*trip{}
	for _, h := range f.Handoffs {
		isReview := h.Verdict != "" || h.Rule == reviewRule
		if h.Kind != handoff.Signal || h.Gate == "" || !isReview && h.Rule != claimRule {
			continue
		}
		t := current[h.Gate]
		if t == nil || !isReview && t.passed() && !t.seen[h.Commit] {
			t = &trip{Gate: Gate{Gate: handoff.Clean(h.Gate, maxText), Claimed: Moment{h.SeenAt}}, seen: map[string]bool{}}
			current[h.Gate] = t
			trips = append(trips, t)
		}
		t.add(h, isReview)
	}
	out := []Gate{}
	for _, t := range trips {
		if !t.newest.Before(f.Since) {
			out = append(out, t.finish(f.Until))
		}
	}
	return out
}

func (t *trip) passed() bool {
	return len(t.Verdicts) > 0 && t.Verdicts[len(t.Verdicts)-1] == "pass"
}

func (t *trip) add(h handoff.Handoff, isReview bool) {
	first := !t.seen[h.Commit]
	t.seen[h.Commit] = true
	t.newest = later(t.newest, h.SeenAt)
	t.Commit = h.Commit
	if !isReview {
		t.claims = append(t.claims, h)
		if first {
			t.Rounds++
		}
		return
	}
	if first {
		t.Verdicts = append(t.Verdicts, verdict(h))
		t.reviews = nil
		t.Passed = Moment{}
		if h.Verdict == "pass" {
			t.Passed = Moment{h.SeenAt}
		}
	}
	t.reviews = append(t.reviews, h)
}

// verdict is a review's, in one of three words.
func verdict(h handoff.Handoff) string {
	if h.Verdict == "pass" || h.Verdict == "fail" {
		return h.Verdict
	}
	return "none"
}

// finish says how the round trip stands: a claim that is open counts before
// any verdict, which is then about an older one.
func (t *trip) finish(until time.Time) Gate {
	g := t.Gate
	if g.Verdicts == nil {
		g.Verdicts = []string{}
	}
	g.State, g.WaitsFor = t.stand()
	end := until
	if g.State == passed {
		end = g.Passed.Time
	} else {
		g.Passed = Moment{}
	}
	g.Took = between(g.Claimed.Time, end)
	return g
}

func (t *trip) stand() (string, []string) {
	if open := waiting(t.claims); len(open) > 0 {
		return claimed, open
	}
	last := handoff.Handoff{}
	if len(t.claims) > 0 {
		last = t.claims[len(t.claims)-1]
	}
	switch {
	case t.passed():
		return passed, []string{}
	case last.State == handoff.Expired:
		return expired, []string{last.Agent}
	case last.State == handoff.Withdrawn:
		return withdrawn, []string{}
	case len(t.Verdicts) > 0 && t.Verdicts[len(t.Verdicts)-1] == "fail":
		return failed, waiting(t.reviews)
	}
	return reviewed, []string{}
}

// waiting are the agents that have not answered yet, each once.
func waiting(list []handoff.Handoff) []string {
	out := []string{}
	for _, h := range list {
		if !h.State.Closed() && !slices.Contains(out, h.Agent) {
			out = append(out, h.Agent)
		}
	}
	return out
}
