package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"pawl/handoff"
)

// shownNeeds is how many needs of one kind are told one by one.
const shownNeeds = 10

// needs are what waits for a person now, the most urgent kinds first. Nobody has
// looked after the agents since idle, unless that is zero.
func needs(f Facts, idle time.Time, stuck func(id string) string) []Need {
	out := []Need{}
	if f.OriginError != "" {
		out = append(out, Need{"origin", "", "origin cannot be seen: " + handoff.Clean(f.OriginError, maxText), "pawl doctor"})
	}
	if f.ConfigError != "" {
		out = append(out, Need{"config", "", "pawl.yaml is not valid, and the last good one is used", "pawl config validate"})
	}
	if f.ConfigHeld != "" {
		text := "a change of pawl.yaml that agent " + handoff.Clean(f.ConfigHeld, maxText) + " could have made is not used yet; read it, and apply it if it is yours"
		out = append(out, Need{"config", "", text, "pawl up"})
	}
	if !idle.IsZero() {
		text := fmt.Sprintf("agents are to be up, and no pass ran since %s", idle.In(f.Until.Location()).Format("2006-01-02 15:04"))
		out = append(out, Need{"coordinator", "", text, "pawl up"})
	}
	for _, m := range f.Agents {
		out = append(out, memberNeeds(m)...)
	}
	out = append(out, handoffNeeds(f, stuck)...)
	out = append(out, workerNeeds(f.Failed)...)
	for _, w := range f.Held {
		text := fmt.Sprintf("worker %s (%s) is paused", w.ID, handoff.Clean(w.Title, maxText))
		if w.Why != "" {
			text += ": " + handoff.Clean(w.Why, 2*maxText)
		}
		out = append(out, Need{"paused", w.ID, text, "pawl resume " + w.ID})
	}
	if !f.Phase.Done && !f.Phase.Complete {
		for _, why := range f.Phase.Unclear {
			out = append(out, Need{"phase", "", "phase " + f.Phase.Current + ": " + handoff.Clean(why, maxText), "pawl phase show"})
		}
	}
	for _, why := range f.Phase.Missing {
		out = append(out, Need{"phase", "", "phase " + f.Phase.Current + " says done, and that is not proven: " + handoff.Clean(why, 2*maxText), "pawl phase show"})
	}
	if f.Paused {
		out = append(out, Need{"paused", "", "the loop is paused", "pawl resume"})
	}
	return out
}

func memberNeeds(m Member) (out []Need) {
	if m.Parked && m.Wanted {
		out = append(out, Need{"parked", m.Name, m.Name + " is parked: it ended too often, and is not started again", "pawl up " + m.Name})
	}
	if m.Waiting {
		why := cmp.Or(handoff.Clean(m.Evidence, 120), "its screen waits for a person")
		out = append(out, Need{"dialog", m.Name, m.Name + " waits for a person: " + why, "pawl attach " + m.Name})
	}
	if m.Paused {
		text := m.Name + " is paused"
		if m.Why != "" {
			text += ": " + handoff.Clean(m.Why, 2*maxText)
		}
		out = append(out, Need{"paused", m.Name, text, "pawl resume " + m.Name})
	}
	return out
}

// workerNeeds are the workers that failed, the newest of many.
func workerNeeds(list []Worker) (out []Need) {
	if more := len(list) - shownNeeds; more > 0 {
		out = append(out, Need{"worker", "", fmt.Sprintf("%d workers more failed", more), "pawl ls --needs-attention"})
		list = list[more:]
	}
	for _, w := range list {
		text := fmt.Sprintf("worker %s (%s) failed: %s", w.ID, handoff.Clean(w.Title, maxText), handoff.Clean(w.Why, maxText))
		out = append(out, Need{"worker", w.ID, text, "pawl show " + w.ID})
	}
	return out
}

// shownFlaws is how many commits that could not be read are told one by one.
const shownFlaws = 3

// flawedNeeds are the newest signals that say another thing than they were meant
// to: whoever writes such, writes the next one so too.
func flawedNeeds(list []Event) []Need {
	return newest(list, "malformed", "malformed signals", func(e Event) Need {
		commit := handoff.Short(e.text("commit"))
		return Need{"malformed", "", "commit " + commit + " is malformed: " + handoff.Clean(e.text("text"), maxText), "git show " + commit}
	})
}

// failedNeeds are the newest findings in what came to origin around the hooks.
func failedNeeds(list []Event) []Need {
	return newest(list, "check", "findings of pawl check", func(e Event) Need {
		what := handoff.Clean(e.text("what"), 2*maxText)
		if e.text("commit") == "" {
			return Need{"check", "", what, "pawl events -n 500"}
		}
		commit := handoff.Short(e.text("commit"))
		return Need{"check", "", "commit " + commit + ": " + e.text("rule") + ": " + what, "pawl check " + commit}
	})
}

// newest makes needs of the last few events of a list, and counts the others.
func newest(list []Event, kind, plural string, need func(Event) Need) (out []Need) {
	for i := len(list) - 1; i >= 0; i-- {
		if len(out) == shownFlaws {
			return append(out, Need{kind, "", fmt.Sprintf("%d %s more", i+1, plural), "pawl events -n 500"})
		}
		out = append(out, need(list[i]))
	}
	return out
}

// configured leaves out what is about agents that pawl.yaml does not have.
func configured(f Facts, list []handoff.Handoff) []handoff.Handoff {
	return slices.DeleteFunc(slices.Clone(list), func(h handoff.Handoff) bool {
		return !slices.ContainsFunc(f.Agents, func(m Member) bool { return m.Name == h.Agent })
	})
}

func handoffNeeds(f Facts, stuck func(id string) string) (out []Need) {
	expired := configured(f, f.Expired)
	for i, h := range expired {
		if i == shownNeeds {
			text := fmt.Sprintf("%d handoffs more were not answered", len(expired)-i)
			out = append(out, Need{"expired", "", text, "pawl handoffs --all"})
			break
		}
		out = append(out, Need{"expired", h.Agent, h.Agent + " did not answer " + h.Label(), "pawl handoffs retry " + h.ID})
	}
	n := 0
	for _, h := range configured(f, f.Handoffs) {
		if !h.Stuck || h.State.Closed() || h.State == handoff.Taken {
			continue
		}
		if n++; n > shownNeeds {
			out = append(out, Need{"stuck", "", "more handoffs do not get through", "pawl handoffs"})
			break
		}
		text := h.Label() + " does not get through to " + h.Agent
		if why := stuck(h.ID); why != "" {
			text += ": " + why
		}
		out = append(out, Need{"stuck", h.Agent, text, "pawl explain " + h.Agent})
	}
	return out
}
