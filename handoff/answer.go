package handoff

// answer closes what the signal m of commit c answers, for every agent that was
// told of it.
func (d *derivation) answer(c Commit, m Mention) {
	for _, h := range d.all {
		if h.Kind == Signal && !h.State.Closed() && d.rules.AnsweredBy(*h) == m.Rule.Name && d.answers(h, c, m) {
			d.close(h, Answered, c.Hash, "")
		}
	}
}

// answers is the rule of DESIGN §5: a report is closed by any later claim, a
// failing review by a later claim of its gate, a gateless claim by any later
// review, and a claim with a gate by a later review of that gate which covers
// it. A review that names a commit beside it is concurrent with that commit's
// claims, and answers none of them.
func (d *derivation) answers(h *Handoff, c Commit, m Mention) bool {
	later := c.Hash != h.Commit && d.ancestry.contains(c.Hash, h.Commit)
	switch {
	case h.Gate == "", h.Report(m.Rule.Name):
		return later
	case !later, m.Gate != h.Gate:
		return false
	case h.Verdict == "fail", !c.Trailers.NamesCommit():
		return true
	}
	covered := d.reviewed(c)
	return covered != "" && d.ancestry.contains(covered, h.Commit)
}

// reviewed is the commit that the Reviewed trailer of c is bound to, followed
// through a rewrite; "" when it names none. Such a review answers nothing: it
// was not of what is there now, and telling again beats losing a claim.
func (d *derivation) reviewed(c Commit) string {
	full := d.w.Resolved[c.Trailers.Reviewed]
	if next, ok := d.moved[full]; ok {
		return next.Hash
	}
	return full
}

// supersede closes older signals of the same rule and gate, and for reviews of
// the same author.
func (d *derivation) supersede(c Commit, m Mention) {
	if m.Gate == "" {
		return
	}
	for _, h := range d.all {
		if h.Kind != Signal || h.State.Closed() || h.Rule != m.Rule.Name || h.Gate != m.Gate || h.Commit == c.Hash {
			continue
		}
		if m.Rule.review() && h.Author != c.Author {
			continue
		}
		if d.ancestry.contains(c.Hash, h.Commit) {
			d.close(h, Superseded, c.Hash, "")
		}
	}
}

// done closes the reports that a phase's DONE covers: those at or before the
// commit that completed it.
func (d *derivation) done(commit string) {
	for _, h := range d.all {
		if h.Kind != Signal || h.State.Closed() || !h.Report(d.rules.AnsweredBy(*h)) {
			continue
		}
		if d.rules.AnsweredBy(*h) != "" && d.ancestry.contains(commit, h.Commit) {
			d.close(h, Answered, commit, "")
		}
	}
}
