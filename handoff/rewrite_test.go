package handoff

import "testing"

func TestRewriteMatches(t *testing.T) {
	check(t, usual(), []telling{
		{"by subject, author and author date", `
			base: start
			c1: claim(a): parses | at 1
			push
			taken
			new < base: rebased onto this
			c1b: claim(a): parses | at 1
			push`, `adversary taken claim(a) c1b`},
		{"another subject is another signal", `
			base: start
			c1: claim(a): parses | at 1
			push
			c1b < base: claim(a): parses well | at 1
			push`, `
			adversary withdrawn claim(a) c1
			adversary open claim(a) c1b`},
		{"another author is another signal", `
			base: start
			c1: claim(a): parses | at 1
			push
			c1b < base: claim(a): parses | at 1 | by bob
			push`, `
			adversary withdrawn claim(a) c1
			adversary open claim(a) c1b`},
		{"another author date is another signal", `
			base: start
			c1: claim(a): parses | at 1
			push
			c1b < base: claim(a): parses | at 2
			push`, `
			adversary withdrawn claim(a) c1
			adversary open claim(a) c1b`},
		{"by Pawl-Id, whatever else changed", `
			base: start
			c1: claim(a): parses | Pawl-Id: 7
			push
			taken
			c1b < base: claim(a): parses well | Pawl-Id: 7 | by bob
			push`, `adversary taken claim(a) c1b`},
		{"two Pawl-Ids are two signals", `
			base: start
			c1: claim(a): parses | Pawl-Id: 7 | at 1
			push
			c1b < base: claim(a): parses | Pawl-Id: 8 | at 1
			push`, `
			adversary withdrawn claim(a) c1
			adversary open claim(a) c1b`},
		{"a Pawl-Id with another gate or verdict is another signal", `
			base: start
			c1: claim(a): parses | Pawl-Id: 7
			r1: review(b): fine | Pawl-Id: 8 | Verdict: pass
			push
			taken
			c1b < base: claim(c): parses | Pawl-Id: 7
			r1b: review(b): broken | Pawl-Id: 8 | Verdict: fail
			push`, `
			adversary withdrawn claim(a) c1
			builder withdrawn review(b) pass r1
			adversary open claim(c) c1b
			builder open review(b) fail r1b`},
		{"else by the rest, where a hook added the Pawl-Id", `
			base: start
			c1: claim(a): parses | at 1
			push
			taken
			c1b < base: claim(a): parses | Pawl-Id: 7 | at 1
			push`, `adversary taken claim(a) c1b`},
		{"else by the rest, where the Pawl-Id got lost", `
			base: start
			c1: claim(a): parses | Pawl-Id: 7 | at 1
			push
			taken
			c1b < base: claim(a): parses | at 1
			push`, `adversary taken claim(a) c1b`},
		{"one to one: of two alike one is left", `
			base: start
			c1: claim: all | at 1
			c2: claim: all | at 1
			push
			taken
			c1b < base: claim: all | at 1
			push`, `
			adversary taken claim c1b
			adversary withdrawn claim c2`},
		{"one to one: of two alike one is new", `
			base: start
			c1: claim: all | at 1
			push
			taken
			c1b < base: claim: all | at 1
			c2: claim: all | at 1
			push`, `
			adversary taken claim c1b
			adversary open claim c2`},
		{"in order", `
			base: start
			c1: claim: all | at 1
			r1: review: fine
			c2: claim: all | at 1
			push
			taken
			new < base: rebased onto this
			c1b: claim: all | at 1
			r1b: review: fine | at 3
			c2b: claim: all | at 1
			push`, `
			adversary answered claim c1b by r1b
			builder withdrawn review r1
			adversary taken claim c2b
			builder answered review r1b by c2b`},
	})
}

func TestRewriteKeepsWhatIsClosed(t *testing.T) {
	check(t, usual(), []telling{
		{"an answered claim does not come back", `
			base: start
			c1: claim(a): parses | at 1
			r1: review(a): fine | at 2
			push
			new < base: rebased onto this
			c1b: claim(a): parses | at 1
			r1b: review(a): fine | at 2
			push`, `
			adversary answered claim(a) c1b by r1b
			builder open review(a) r1b`},
		{"nor one that expired", `
			base: start
			c1: claim(a): parses | at 1
			push
			expired
			c1b < base: claim(a): parses | at 1
			push`, `adversary expired claim(a) c1b`},
		{"Reviewed is followed to the successor", `
			base: start
			c1: claim(a): parses | at 1
			push
			c1b < base: claim(a): parses | at 1
			r1: review(a): fine | Reviewed: c1
			push`, `
			adversary answered claim(a) c1b by r1
			builder open review(a) r1`},
		{"Reviewed may name what has none", `
			c1: claim(a): parses
			x: more
			push
			y < c1: instead
			r1: review(a): fine | Reviewed: x
			push`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) r1`},
		{"what the rewrite did not touch stays", `
			c1: claim(a): parses
			x: more
			push
			taken
			y < c1: instead
			push
			r1: review(a): fine
			push`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) r1`},
		{"there and back again", `
			base: start
			c1: claim(a): parses | at 1
			push
			taken
			c1b < base: claim(a): parses | at 1
			push
			push c1`, `adversary taken claim(a) c1`},
		{"every agent's handoff moves", `
			base: start
			r1: review(a): fine | at 1
			push
			r1b < base: review(a): fine | at 1
			push
			c1: claim(a): parses
			push`, `
			builder answered review(a) r1b by c1
			adversary open claim(a) c1`},
	})
}
