package handoff

import (
	"strings"
	"testing"
)

// proof is one case: a phase's history from base on, its DONE set by the commit
// done, and what follows: the reviewed commits, or what is missing.
type proof struct{ name, history, want string }

func TestProve(t *testing.T) {
	for _, c := range []proof{
		{"a claim that was reviewed and passed", `
			c1: claim(a): parses
			r1: review(a): fine | Verdict: pass | Reviewed: c1
			done: the phase is done`, `reviewed c1`},
		{"the review itself sets DONE", `
			c1: claim(a): parses
			done: review(a): fine | Verdict: pass | Reviewed: c1`, `reviewed c1`},
		{"nothing was claimed", `
			x: work
			done: the phase is done`, `no gate was claimed`},
		{"only a gateless claim", `
			c1: claim: parses
			r1: review: fine | Verdict: pass | Reviewed: c1
			done: the phase is done`, `no gate was claimed`},
		{"a claim without a review", `
			c1: claim(a): parses
			done: the phase is done`, `gate "a" is claimed by c1 and has no review`},
		{"one of two gates is not reviewed", `
			c1: claim(a): parses
			c2: claim(b): prints
			r1: review(a): fine | Verdict: pass | Reviewed: c2
			done: the phase is done`, `gate "b" is claimed by c2 and has no review`},
		{"both are", `
			c1: claim(a): parses
			c2: claim(b): prints
			r1: review(a): fine | Verdict: pass | Reviewed: c1
			r2: review(b): fine | Verdict: pass | Reviewed: r1
			done: the phase is done`, `reviewed c1 r1`},
		{"the newest verdict is fail", `
			c1: claim(a): parses
			r1: review(a): fine | Verdict: pass | Reviewed: c1
			r2: review(a): no | Verdict: fail | Reviewed: c1
			done: the phase is done`, `the newest verdict of gate "a", in r2, is fail`},
		{"a failing one that was answered", `
			c1: claim(a): parses
			r1: review(a): no | Verdict: fail | Reviewed: c1
			c2: claim(a): better
			r2: review(a): fine | Verdict: pass | Reviewed: c2
			done: the phase is done`, `reviewed c2`},
		{"the newest claim is newer than what was reviewed", `
			c1: claim(a): parses
			c2: claim(a): better
			r1: review(a): fine | Verdict: pass | Reviewed: c1
			done: the phase is done`, `the newest claim of gate "a", c2, is not in what its newest review covers, c1`},
		{"claimed again after the review", `
			c1: claim(a): parses
			r1: review(a): fine | Verdict: pass | Reviewed: c1
			c2: claim(a): better
			done: the phase is done`, `the newest claim of gate "a", c2, is not in what its newest review covers, c1`},
		{"reviewed after DONE: the phase was left then", `
			c1: claim(a): parses
			done: the phase is done
			r1: review(a): fine | Verdict: pass | Reviewed: c1`, `reviewed c1`},
		{"what comes after that belongs to the next phase", `
			c1: claim(a): parses
			r1: review(a): fine | Verdict: pass | Reviewed: c1
			done: the phase is done
			c2: claim(a): more
			c3: claim(b): prints`, `reviewed c1`},
		{"a review without a verdict", `
			c1: claim(a): parses
			r1: review(a): fine | Reviewed: c1
			done: the phase is done`, `the newest review of gate "a", r1, has no Verdict trailer`},
		{"a verdict that is no word", `
			c1: claim(a): parses
			r1: review(a): fine | Verdict: maybe | Reviewed: c1
			done: the phase is done`, `the newest review of gate "a", r1, has no Verdict trailer`},
		{"a verdict that is bound to nothing", `
			c1: claim(a): parses
			r1: review(a): fine | Verdict: pass
			done: the phase is done`, `the newest review of gate "a", r1, has no Reviewed trailer`},
		{"a verdict on a commit that is not there", `
			c1: claim(a): parses
			r1: review(a): fine | Verdict: pass | Reviewed: 0123456789
			done: the phase is done`, `the newest review of gate "a", r1, names a commit that is not in origin's branch: 0123456789`},
		{"a verdict on what was there before", `
			c1: claim(a): parses
			r1: review(a): fine | Verdict: pass | Reviewed: base
			done: the phase is done`, `the newest claim of gate "a", c1, is not in what its newest review covers, base`},
		{"a verdict on a commit beside it", `
			c1: claim(a): parses
			c2: claim(a): better
			r1 < c1: review(a): fine | Verdict: pass | Reviewed: c2
			m < c2 r1: merge
			done: the phase is done`, `the newest review of gate "a", r1, names a commit beside it, c2, that it cannot have seen`},
		{"concurrent reviews, one of them failing", `
			c1: claim(a): parses
			r1 < c1: review(a): fine | Verdict: pass | Reviewed: c1
			r2 < c1: review(a): no | Verdict: fail | Reviewed: c1
			m < r1 r2: merge
			done: the phase is done`, `the newest verdict of gate "a", in r2, is fail`},
		{"concurrent claims, one of them not covered", `
			c1: claim(a): parses
			c2 < base: claim(a): otherwise
			m < c1 c2: merge
			r1: review(a): fine | Verdict: pass | Reviewed: c1
			done: the phase is done`, `the newest claim of gate "a", c2, is not in what its newest review covers, c1`},
		{"concurrent claims, the merge reviewed", `
			c1: claim(a): parses
			c2 < base: claim(a): otherwise
			m < c1 c2: merge
			r1: review(a): fine | Verdict: pass | Reviewed: m
			done: the phase is done`, `reviewed m`},
		{"a claim on a side branch that is merged after DONE", `
			c1: claim(a): parses
			r1: review(a): fine | Verdict: pass | Reviewed: c1
			done: the phase is done
			side < c1: claim(b): prints
			m < done side: merge`, `reviewed c1`},
		{"the same commit ended the phase before", `
			c1 < base: claim(a): parses | is base`, `commit base set DONE of the phase ahead of it as well`},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHistory()
			h.add(t, "old: claim(old): of the phase before")
			h.add(t, "base: DONE of the phase before")
			done := hashOf("done")
			for line := range strings.Lines(c.history) {
				if line = strings.TrimSpace(line); line == "" {
					continue
				}
				if before, same := strings.CutSuffix(line, " | is base"); same {
					line, done = before, hashOf("base")
				}
				h.add(t, line)
			}
			w := h.window(look{cursor: hashOf("base"), tip: h.tip(), known: h.reach[h.tip()]})
			if got := h.named(Prove(w, done, usual().Signals)); !strings.HasPrefix(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// named writes a proof with the commits' names in place of their hashes.
func (h *history) named(p Proof) string {
	var names []string
	for hash, name := range h.names {
		names = append(names, Short(hash), name)
	}
	var reviewed []string
	for _, hash := range p.Reviewed {
		reviewed = append(reviewed, h.names[hash])
	}
	out := "reviewed " + strings.Join(reviewed, " ")
	if len(p.Missing) > 0 {
		out = strings.Join(p.Missing, "; ")
	}
	return strings.NewReplacer(names...).Replace(out)
}

// A DONE that lies beside the phase's commits, or before them, proves nothing.
func TestProveWithoutTheCommit(t *testing.T) {
	h := newHistory()
	for _, line := range []string{"first: DONE of a later phase", "base: DONE of the phase before", "c1: claim(a): parses", "r1: review(a): fine | Verdict: pass | Reviewed: c1"} {
		h.add(t, line)
	}
	w := h.window(look{cursor: hashOf("base"), tip: h.tip(), known: h.reach[h.tip()]})
	if got := h.named(Prove(w, hashOf("first"), usual().Signals)); !strings.HasPrefix(got, "commit first set DONE before the phase ahead of it was done") {
		t.Error(got)
	}
}

func TestNotes(t *testing.T) {
	note := Notes("machine-docs", []string{"STATUS-core.md", "BUILDER-INBOX.md"})
	for file, want := range map[string]bool{
		"machine-docs/anything/at/all.md": true, "STATUS-core.md": true, "BUILDER-INBOX.md": true, "REVIEW.md": true, "REVIEW-core.md": true,
		"src/REVIEW.md": false, "STATUS-other.md": false, "machine-docs": false, "machine-docs2/x": false, "main.go": false,
	} {
		if note(file) != want {
			t.Errorf("%s: %v", file, !want)
		}
	}
	if Notes("", nil)("main.go") {
		t.Error("with docs in the root, every file is a note")
	}
}
