package handoff

import (
	"strings"
	"time"
)

// identity is what a commit keeps when its branch is rewritten.
type identity struct {
	says                    string
	pawlID, subject, author string
	date                    int64
}

// says is what a commit tells agents: a commit that tells something else is
// another one, whatever its Pawl-Id.
func says(c Commit, rules []Rule) string {
	var b strings.Builder
	for _, m := range Mentions(c, rules) {
		b.WriteString(m.Rule.Name + "\x00" + m.Gate + "\x00" + m.Verdict + "\x00")
	}
	return b.String()
}

// successors matches, one to one and in order, each commit that a rewrite took
// away with one that came: by Pawl-Id, and where one of them has none by
// subject, author and author date.
func successors(w Window, rules []Rule) map[string]Commit {
	if !w.Rewritten {
		return nil
	}
	moved, used := map[string]Commit{}, map[string]bool{}
	byID := func(c Commit) identity { return identity{says: says(c, rules), pawlID: c.Trailers.PawlID} }
	byText := func(c Commit) identity {
		return identity{says: says(c, rules), subject: c.Subject, author: c.Author, date: c.AuthorDate.Unix()}
	}
	for _, round := range []struct {
		oldID, newID bool
		key          func(Commit) identity
	}{{true, true, byID}, {false, false, byText}, {false, true, byText}, {true, false, byText}} {
		came := map[identity][]Commit{}
		for _, c := range w.Commits {
			if !used[c.Hash] && (c.Trailers.PawlID != "") == round.newID {
				key := round.key(c)
				came[key] = append(came[key], c)
			}
		}
		for _, c := range w.Dropped {
			if _, done := moved[c.Hash]; done || (c.Trailers.PawlID != "") != round.oldID {
				continue
			}
			key := round.key(c)
			if left := came[key]; len(left) > 0 {
				moved[c.Hash], came[key] = left[0], left[1:]
				used[left[0].Hash] = true
			}
		}
	}
	return moved
}

// rewrite brings the known signals in line with the history that is there now:
// those whose commit is gone, and those that a commit closed which is gone.
func (d *derivation) rewrite() {
	dropped := map[string]bool{}
	for _, c := range d.w.Dropped {
		dropped[c.Hash] = true
	}
	for _, h := range d.all {
		if h.Kind != Signal {
			continue
		}
		if dropped[h.Commit] {
			d.follow(h)
		}
		if dropped[h.AnsweredBy] {
			d.reconsider(h)
		}
	}
}

// follow moves a signal whose commit is gone to that commit's successor, a
// closed one too, so that an answered claim does not come back. Without a
// successor it is withdrawn: were its answer kept, the claim alone could come
// back later and count as answered. People hear of it if it was not closed.
func (d *derivation) follow(h *Handoff) {
	next, ok := d.moved[h.Commit]
	why := "its commit " + Short(h.Commit) + " is no longer in origin's history"
	switch {
	case ok && d.signals[signalKey{next.Hash, h.Agent}] == nil:
		d.move(h, next)
	case !h.State.Closed():
		d.close(h, Withdrawn, "", why)
	case h.Dismissed() && !h.departed():
		h.Why += departure
		d.touch(h)
	case h.State != Withdrawn:
		h.State, h.AnsweredBy, h.Why = Withdrawn, "", why
		d.touch(h)
	}
}

// move makes h about c.
func (d *derivation) move(h *Handoff, c Commit) {
	delete(d.signals, signalKey{h.Commit, h.Agent})
	d.signals[signalKey{c.Hash, h.Agent}] = h
	h.Commit, h.Subject, h.Author, h.AuthorDate, h.PawlID = c.Hash, c.Subject, c.Author, c.AuthorDate, c.Trailers.PawlID
	d.touch(h)
}

// reconsider keeps a handoff closed whose answer moved, and opens one again
// whose answer is gone: what is to be done is a function of the history alone.
func (d *derivation) reconsider(h *Handoff) {
	if next, ok := d.moved[h.AnsweredBy]; ok {
		h.AnsweredBy = next.Hash
		d.touch(h)
		return
	}
	d.reopen(h)
}

// reopen makes h as good as new: nobody was told of it since.
func (d *derivation) reopen(h *Handoff) {
	h.State, h.OpenedAt = Open, d.now
	h.AnsweredBy, h.Why, h.Generation = "", "", ""
	h.SentAt, h.TakenAt, h.RemindAt = time.Time{}, time.Time{}, time.Time{}
	h.Attempts, h.Base, h.Stuck = 0, 0, false
	d.touch(h)
}
