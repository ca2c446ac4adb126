package handoff

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Proof says whether reviews bear out that a phase is done.
type Proof struct {
	// Reviewed are the commits, of which one must be the work that was declared
	// done, but for notes (see Notes): the passing reviews name them. Empty while
	// anything is missing.
	Reviewed []string
	// Missing says what is not borne out, in sentences.
	Missing []string
}

// Prove judges a phase's DONE: at least one gate was claimed, and the newest
// verdict of each claimed gate passes and covers the gate's newest claim.
//
// w holds the phase's commits: those that origin's branch got since the
// first-parent commit w.Cursor, which completed the phase before. done is the
// first-parent commit that set the DONE. That all of it once held, at done or
// at any first-parent commit after it, is enough: a phase is left at that moment,
// and what comes later belongs to the next one.
func Prove(w Window, done string, rules []Rule) Proof {
	if done == w.Cursor {
		return Proof{Missing: []string{fmt.Sprintf("commit %s set DONE of the phase ahead of it as well, so nothing can have been claimed in between", Short(done))}}
	}
	p := newProving(w, rules)
	line := p.mainline(w.Tip, done)
	if line == nil {
		return Proof{Missing: []string{fmt.Sprintf("commit %s set DONE before the phase ahead of it was done; take DONE away, and set it again", Short(done))}}
	}
	var out Proof
	for i, commit := range line {
		if i > 0 && i < len(line)-1 && p.same(line[i-1], commit) {
			continue
		}
		var reviewed []string
		reviewed, out.Missing = p.judge(commit)
		for _, hash := range reviewed {
			if !slices.Contains(out.Reviewed, hash) {
				out.Reviewed = append(out.Reviewed, hash)
			}
		}
	}
	if len(out.Reviewed) > 0 {
		out.Missing = nil
	}
	return out
}

// proving is the phase's signals, by gate in the order in which they were claimed.
type proving struct {
	w        Window
	parents  map[string][]string
	ancestry *ancestry
	gates    []string
	claims   map[string][]string
	reviews  map[string][]judgement
}

// judgement is a review, or a commit that is one.
type judgement struct {
	commit   string
	verdict  string
	reviewed string // as written
	covers   string // the commit that it names; "" when there is none of that name
}

func newProving(w Window, rules []Rule) *proving {
	p := &proving{w: w, parents: map[string][]string{}, claims: map[string][]string{}, reviews: map[string][]judgement{}}
	var interesting []string
	for _, c := range w.Commits {
		p.parents[c.Hash] = c.Parents
		for _, m := range Mentions(c, rules) {
			if m.Gate == "" || !p.add(c, m) {
				continue
			}
			interesting = append(interesting, c.Hash)
			if covers := w.Resolved[c.Trailers.Reviewed]; covers != "" {
				interesting = append(interesting, covers)
			}
		}
	}
	p.ancestry = newAncestry(w, interesting)
	return p
}

// add takes a signal that claims or judges a gate.
func (p *proving) add(c Commit, m Mention) bool {
	switch {
	case m.Rule.Claims():
		if len(p.claims[m.Gate]) == 0 {
			p.gates = append(p.gates, m.Gate)
		}
		p.claims[m.Gate] = append(p.claims[m.Gate], c.Hash)
	case m.Rule.Judges():
		p.reviews[m.Gate] = append(p.reviews[m.Gate], judgement{c.Hash, m.Verdict, c.Trailers.Reviewed, p.w.Resolved[c.Trailers.Reviewed]})
	default:
		return false
	}
	return true
}

// mainline is the first-parent commits from one to the tip; nil when that one is
// not among them.
func (p *proving) mainline(tip, from string) []string {
	var line []string
	for hash := tip; ; {
		parents, there := p.parents[hash]
		if !there {
			return nil
		}
		line = append(line, hash)
		if hash == from {
			slices.Reverse(line)
			return line
		}
		if len(parents) == 0 {
			return nil
		}
		hash = parents[0]
	}
}

// same says that two commits hold the same signals.
func (p *proving) same(a, b string) bool {
	return slices.Equal(p.ancestry.contained(a), p.ancestry.contained(b))
}

// judge looks at what one commit holds.
func (p *proving) judge(at string) (reviewed, missing []string) {
	claimed := false
	for _, gate := range p.gates {
		claims := p.newest(at, p.claims[gate])
		if len(claims) == 0 {
			continue // it came later
		}
		claimed = true
		covering, why := p.gate(at, gate, claims)
		reviewed = append(reviewed, covering...)
		missing = append(missing, why...)
	}
	if !claimed {
		missing = []string{"no gate was claimed since the phase began; push claim(gate): … and have it reviewed"}
	}
	if len(missing) > 0 {
		return nil, missing
	}
	return reviewed, nil
}

// gate judges one gate by its newest claims and reviews: several, where they are
// concurrent.
func (p *proving) gate(at, gate string, claims []string) (covering, missing []string) {
	var reviews []judgement
	for _, hash := range p.newest(at, commitsOf(p.reviews[gate])) {
		i := slices.IndexFunc(p.reviews[gate], func(j judgement) bool { return j.commit == hash })
		reviews = append(reviews, p.reviews[gate][i])
	}
	if len(reviews) == 0 {
		return nil, []string{fmt.Sprintf("gate %q is claimed by %s and has no review", gate, Short(claims[0]))}
	}
	for _, r := range reviews {
		why := r.fault(gate)
		if why == "" && !p.ancestry.contains(r.commit, r.covers) {
			why = fmt.Sprintf("the newest review of gate %q, %s, names a commit beside it, %s, that it cannot have seen", gate, Short(r.commit), Short(r.covers))
		}
		if why != "" {
			missing = append(missing, why)
		}
	}
	for _, claim := range claims {
		i := slices.IndexFunc(reviews, func(r judgement) bool { return r.covers != "" && p.ancestry.contains(r.covers, claim) })
		if i >= 0 {
			covering = append(covering, reviews[i].covers)
		} else if len(missing) == 0 {
			missing = append(missing, fmt.Sprintf("the newest claim of gate %q, %s, is not in what its newest review covers, %s", gate, Short(claim), Short(reviews[0].covers)))
		}
	}
	return covering, missing
}

// fault says why a review proves nothing; "" when it may.
func (r judgement) fault(gate string) string {
	switch {
	case r.verdict == "fail":
		return fmt.Sprintf("the newest verdict of gate %q, in %s, is fail", gate, Short(r.commit))
	case r.verdict == "":
		return fmt.Sprintf("the newest review of gate %q, %s, has no Verdict trailer", gate, Short(r.commit))
	case r.reviewed == "":
		return fmt.Sprintf("the newest review of gate %q, %s, has no Reviewed trailer; review it again with Reviewed: and the claim's full hash, as pawl review writes it", gate, Short(r.commit))
	case r.covers == "":
		return fmt.Sprintf("the newest review of gate %q, %s, names a commit that is not in origin's branch: %s", gate, Short(r.commit), Short(r.reviewed))
	}
	return ""
}

func commitsOf(reviews []judgement) []string {
	var out []string
	for _, r := range reviews {
		out = append(out, r.commit)
	}
	return out
}

// newest are those of some commits that one commit holds, without the ancestors
// of others among them.
func (p *proving) newest(at string, commits []string) []string {
	var out []string
	for _, hash := range commits {
		if !p.ancestry.contains(at, hash) {
			continue
		}
		// The range has a parent before its child: only what is kept already
		// can be an ancestor.
		out = slices.DeleteFunc(out, func(older string) bool { return p.ancestry.contains(hash, older) })
		out = append(out, hash)
	}
	return out
}

// Notes says which files may differ between what was reviewed and what was
// declared done: those in docs, and STATUS, REVIEW and inbox files in the root.
func Notes(docs string, names []string) func(file string) bool {
	return func(file string) bool {
		if docs != "" && strings.HasPrefix(file, docs+"/") || slices.Contains(names, file) {
			return true
		}
		return path.Dir(file) == "." && strings.HasPrefix(file, "REVIEW")
	}
}
