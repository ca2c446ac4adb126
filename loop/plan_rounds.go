package loop

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"pawl/handoff"
	"pawl/loop/config"
	workers "pawl/loop/run"
)

// claimed is where it is remembered how often a gate of a phase was claimed since it
// last had a passing review.
const claimed = "rounds:"

// maxGates bounds of how many gates that is remembered: names come from strangers.
const maxGates = 64

// rounds counts the claims of each gate, and has the watchers of gates act that are
// claimed again and again.
func (p *planner) rounds(list []handoff.Handoff) {
	l := &p.s.Loop
	first := l.Cursor == "" // or the first after a ledger was lost
	if !first && l.Fingerprint != p.w.Origin.Print {
		return // other rules: the same history is told anew, to other readers
	}
	told, prefix := l.Told, claimed+l.Phase.Current+":"
	maps.DeleteFunc(told, func(key, _ string) bool {
		return strings.HasPrefix(key, claimed) && (first || !strings.HasPrefix(key, prefix))
	})
	before, open, last := map[string]int{}, map[string]bool{}, ""
	for _, h := range list {
		rule, known := p.w.Rules.Signal(h.Rule)
		key := prefix + h.Gate
		switch {
		case h.Kind != handoff.Signal || h.Gate == "" || !known || h.SeenAt != p.now:
		case rule.Judges() && h.Verdict == "pass":
			delete(told, key)
			delete(before, h.Gate)
		case rule.Claims() && h.Commit != last:
			last = h.Commit // one commit wakes several
			n := claimsOf(told, key)
			if _, seen := before[h.Gate]; !seen {
				before[h.Gate] = n
			}
			told[key] = strconv.Itoa(n + 1)
		}
		open[h.Gate] = open[h.Gate] || !h.State.Closed()
	}
	for _, gate := range slices.Sorted(maps.Keys(before)) {
		if n := claimsOf(told, prefix+gate); open[gate] && !first { // what is history on the first look is nobody's doing now
			p.claimedAgain(gate, before[gate], n)
		}
	}
	forgetGates(told)
}

// forgetGates keeps those that were claimed most often.
func forgetGates(told map[string]string) {
	var keys []string
	for key := range told {
		if strings.HasPrefix(key, claimed) {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		if d := claimsOf(told, b) - claimsOf(told, a); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, key := range keys[min(len(keys), maxGates):] {
		delete(told, key)
	}
}

// claimsOf is how often a gate was claimed; 0 where nothing is remembered.
func claimsOf(told map[string]string, key string) int {
	n, err := strconv.Atoi(told[key])
	if err != nil {
		return 0
	}
	return n
}

// claimedAgain has watchers act on those who claim and review gates.
func (p *planner) claimedAgain(gate string, before, now int) {
	var both []string
	for _, r := range p.w.Rules.Signals {
		if r.Claims() || r.Judges() {
			both = append(both, r.Wakes...)
		}
	}
	watchers := p.w.Config.Watchers
	for _, name := range slices.Sorted(maps.Keys(watchers)) {
		w := watchers[name]
		if w.Watch != config.WatchRepeat || w.Of != config.OfGate {
			continue
		}
		f := workers.Gate(w, gate, before, now)
		for _, u := range p.units {
			if f.Level > 0 && slices.Contains(both, u.Name) && w.Follows(u.Agent) {
				p.trip(w, u, f.Why, workers.Nudge(w, f.Why))
			}
		}
	}
}
