package handoff

import "testing"

func TestConcurrentCommits(t *testing.T) {
	check(t, usual(), []telling{
		{"a concurrent review does not answer", `
			base: start
			c1: claim(a): parses
			push
			r1 < base: review(a): fine
			m < c1 r1: merge
			push`, `
			adversary open claim(a) c1
			builder open review(a) r1`},
		{"nor a gateless claim", `
			base: start
			c1: claim: all
			r1 < base: review: fine
			m < c1 r1: merge
			push`, `
			adversary open claim c1
			builder open review r1`},
		{"not even one that names the claim, whichever is seen first", `
			base: start
			c1: claim(a): parses
			push
			r1 < base: review(a): fine | Reviewed: c1
			m < c1 r1: merge
			push`, `
			adversary open claim(a) c1
			builder open review(a) r1`},
		{"a review on a side branch answers once it is merged", `
			base: start
			c1: claim(a): parses
			r1: review(a): fine
			x < c1: more work
			push
			m < x r1: merge
			push`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) r1`},
		{"a concurrent claim does not supersede", `
			base: start
			c1: claim(a): parses
			c2 < base: claim(a): otherwise
			m < c1 c2: merge
			push`, `
			adversary open claim(a) c1
			adversary open claim(a) c2`},
		{"a claim after the merge supersedes both", `
			base: start
			c1: claim(a): parses
			push
			c2 < base: claim(a): otherwise
			m < c1 c2: merge
			push
			c3: claim(a): both
			push`, `
			adversary superseded claim(a) c1 by c3
			adversary superseded claim(a) c2 by c3
			adversary open claim(a) c3`},
		{"a concurrent claim does not answer a report", `
			base: start
			r1: review(a): fine
			c1 < base: claim(b): prints
			m < r1 c1: merge
			push`, `
			builder open review(a) r1
			adversary open claim(b) c1`},
	})
}

func TestSupersede(t *testing.T) {
	check(t, usual(), []telling{
		{"a newer claim of the gate, whoever wrote it", `
			c1: claim(a): parses
			push
			taken
			c2: claim(a): better | by bob
			push`, `
			adversary superseded claim(a) c1 by c2
			adversary open claim(a) c2`},
		{"another gate does not", `
			c1: claim(a): parses
			c2: claim(b): prints
			push`, `
			adversary open claim(a) c1
			adversary open claim(b) c2`},
		{"a newer review of the gate by the same author", `
			r1: review(a): broken | Verdict: fail | by ada
			r2: review(a): fine | Verdict: pass | by ada
			push`, `
			builder superseded review(a) fail r1 by r2
			builder open review(a) pass r2`},
		{"not one by another author", `
			r1: review(a): broken | Verdict: fail | by ada
			r2: review(a): fine | Verdict: pass | by bob
			push`, `
			builder open review(a) fail r1
			builder open review(a) pass r2`},
		{"gateless ones never", `
			c1: claim: all
			c2: claim: more
			c3: claim(): yet more
			push`, `
			adversary open claim c1
			adversary open claim c2
			adversary open claim c3`},
		{"a signal of another rule does not", `
			c1: claim(a): parses
			n1: note(a): look
			n2: note(a): look again | by bob
			push`, `
			adversary open claim(a) c1
			builder superseded note(a) n1 by n2
			builder open note(a) n2`},
	})
}

func TestReviewsWithoutAnAnswerSupersedeByAuthorToo(t *testing.T) {
	rules := usual()
	rules.Signals[1].AnsweredBy = ""
	check(t, rules, []telling{{"by author", `
		r1: review(a): fine | by ada
		r2: review(a): fine | by bob
		r3: review(a): finer | by ada
		push`, `
		builder superseded review(a) r1 by r3
		builder open review(a) r2
		builder open review(a) r3`}})
}
