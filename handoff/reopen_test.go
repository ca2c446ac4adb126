package handoff

import "testing"

func TestRewriteOpensAgain(t *testing.T) {
	check(t, usual(), []telling{
		{"a withdrawn claim that is back is told again", `
			base: start
			c1: claim(a): parses
			push
			taken
			x < base: instead
			push
			push c1`, `adversary open claim(a) c1`},
		{"a claim whose answer is gone is open again", `
			c1: claim(a): parses
			r1: review(a): fine
			push
			x < c1: over it
			push`, `
			adversary open claim(a) c1
			builder withdrawn review(a) r1`},
		{"so it is when the branch only went back", `
			c1: claim(a): parses
			r1: review(a): fine
			push
			push c1`, `
			adversary open claim(a) c1
			builder withdrawn review(a) r1`},
		{"and answered when the answer is back", `
			c1: claim(a): parses
			r1: review(a): fine
			push
			x < c1: over it
			push
			m < x r1: merge
			push`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) r1`},
		{"a claim and its answer that went and came stay answered", `
			base: start
			c1: claim(a): parses
			r1: review(a): fine
			push
			x < base: instead
			push
			push r1`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) r1`},
		{"an answer in other words answers still", `
			c1: claim(a): parses
			x: more
			r1: review(a): fine
			push
			r2 < x: review(a): fine, indeed
			push`, `
			adversary answered claim(a) c1 by r2
			builder withdrawn review(a) r1
			builder open review(a) r2`},
		{"a claim whose successor in the gate is gone is open again", `
			c1: claim(a): parses
			c2: claim(a): better
			push
			x < c1: over it
			push`, `
			adversary open claim(a) c1
			adversary withdrawn claim(a) c2`},
		{"a report whose DONE is gone", `
			r1: review(a): fine
			x: done
			done x
			push
			y < r1: not done after all
			push`, `builder open review(a) r1`},
		{"the old commit beside its successor is the same signal", `
			base: start
			c1: claim(a): parses | at 1
			push
			taken
			c1b < base: claim(a): parses | at 1
			push
			m < c1b c1: merge of an old clone
			push`, `adversary taken claim(a) c1b`},
		{"even when it was answered", `
			base: start
			c1: claim(a): parses | at 1
			push
			c1b < base: claim(a): parses | at 1
			r1: review(a): fine
			push
			m < r1 c1: merge of an old clone
			push`, `
			adversary answered claim(a) c1b by r1
			builder open review(a) r1`},
	})
}

func TestRewriteOfInboxes(t *testing.T) {
	check(t, usual(), []telling{
		{"a letter that a rewrite brings back is read again", `
			w: a letter | +BUILDER-INBOX.md=hello
			push
			d: read | -BUILDER-INBOX.md
			push
			x < w: over it
			push
			y: more
			push`, `
			builder answered BUILDER-INBOX.md=hello by d
			builder open BUILDER-INBOX.md=hello`},
		{"whichever way the branch goes, and however often", `
			w: a letter | +BUILDER-INBOX.md=hello
			d: read | -BUILDER-INBOX.md
			v: again | +BUILDER-INBOX.md=hello
			push
			push d
			push v
			x < w: over it | +BUILDER-INBOX.md=other
			push x
			push d
			push v
			push x
			push v`, `
			builder open BUILDER-INBOX.md=hello
			builder superseded BUILDER-INBOX.md=other`},
		{"a letter that a rewrite takes away is none", `
			base: start
			w: a letter | +BUILDER-INBOX.md=hello
			push
			x < base: over it
			push`, `builder answered BUILDER-INBOX.md=hello by x`},
		{"a letter that a rewrite leaves alone is told once", `
			w: a letter | +BUILDER-INBOX.md=hello
			x: more
			push
			taken
			y < w: over it
			push`, `builder taken BUILDER-INBOX.md=hello`},
	})
}
