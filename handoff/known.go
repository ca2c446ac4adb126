package handoff

// Concern names the records that Derive needs to see, closed or not, to judge a
// window. Whoever keeps the records passes as Input.Known all those that it
// Includes, in the order in which they became known, and may pass more.
//
// What a rewrite took away may have closed handoffs that are open again. After a
// rewrite the commits of those (AnsweredBy is in Dropped) belong to what the
// mirror is asked about, beside the commits of all handoffs that are not closed:
// otherwise an answer that came in the same range goes unseen.
type Concern struct {
	Commits map[string]bool // of the range, and those that were dropped
	Dropped map[string]bool
	IDs     map[string]bool // of the signals in the range
	Paths   map[string]bool // of watched files
}

// Concerns returns what w is about.
func Concerns(w Window, rules Rules) Concern {
	c := Concern{Commits: map[string]bool{}, Dropped: map[string]bool{}, IDs: map[string]bool{}, Paths: map[string]bool{}}
	for _, commit := range w.Commits {
		c.Commits[commit.Hash] = true
		for _, m := range Mentions(commit, rules.Signals) {
			for _, agent := range m.Rule.Wakes {
				c.IDs[signalID(commit.Hash, agent)] = true
			}
		}
	}
	for _, commit := range w.Dropped {
		c.Commits[commit.Hash], c.Dropped[commit.Hash] = true, true
	}
	for _, f := range w.Inboxes {
		c.Paths[f.Path] = true
	}
	return c
}

// Includes says that Derive needs h.
func (c Concern) Includes(h Handoff) bool {
	switch {
	case !h.State.Closed():
		return true
	case h.Kind == Inbox:
		return h.State == Expired || c.Paths[h.Path]
	}
	return c.Commits[h.Commit] || c.Dropped[h.AnsweredBy] || c.IDs[h.ID]
}
