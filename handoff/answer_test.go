package handoff

import (
	"regexp"
	"testing"
)

func TestClaimsAreAnsweredByReviews(t *testing.T) {
	check(t, usual(), []telling{
		{"Reviewed is the claim itself", `
			c1: claim(a): parses
			push
			r1: review(a): fine | Reviewed: c1
			push`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) r1`},
		{"Reviewed is a commit after the claim", `
			c1: claim(a): parses
			x: tidy
			push
			r1: review(a): fine | Reviewed: x
			push`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) r1`},
		{"Reviewed is a later claim of another gate", `
			c1: claim(a): parses
			c2: claim(b): prints
			push
			r1: review(a): fine | Reviewed: c2
			push`, `
			adversary answered claim(a) c1 by r1
			adversary open claim(b) c2
			builder open review(a) r1`},
		{"Reviewed is older than the claim", `
			base: start
			c1: claim(a): parses
			r1: review(a): fine | Reviewed: base
			push`, `
			adversary open claim(a) c1
			builder open review(a) r1`},
		{"Reviewed is the older of two claims", `
			c1: claim(a): parses
			push
			c2: claim(a): better
			r1: review(a): fine | Reviewed: c1
			push`, `
			adversary superseded claim(a) c1 by c2
			adversary open claim(a) c2
			builder open review(a) r1`},
		{"Reviewed is abbreviated", `
			c1: claim(a): parses
			push
			r1: review(a): fine | Reviewed: c1~
			push`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) r1`},
		{"Reviewed names no commit", `
			c1: claim(a): parses
			r1: review(a): fine | Reviewed: 00000000
			push`, `
			adversary open claim(a) c1
			builder open review(a) r1`},
		{"without the trailer a review answers its own ancestors", `
			base: start
			c1: claim(a): parses
			push
			c2 < base: claim(a): otherwise | by bob
			r1 < c1: review(a): fine
			m < r1 c2: merge
			push`, `
			adversary answered claim(a) c1 by r1
			adversary open claim(a) c2
			builder open review(a) r1`},
		{"another gate is not answered", `
			c1: claim(a): parses
			r1: review(b): fine
			r2: review(a/b): fine
			r3: review(A): fine
			push`, `
			adversary open claim(a) c1
			builder open review(b) r1
			builder open review(a/b) r2
			builder open review(A) r3`},
		{"a claim with a gate is not answered by a gateless review", `
			c1: claim(a): parses
			r1: review: fine | Reviewed: c1
			push`, `
			adversary open claim(a) c1
			builder open review r1`},
		{"a gateless claim is answered by any later review", `
			base: start
			c1: claim: all
			r1: review(b): fine | Reviewed: base
			push`, `
			adversary answered claim c1 by r1
			builder open review(b) r1`},
		{"a gateless claim is answered by a gateless review", `
			c1: claim: all
			push
			r1: review: fine
			push`, `
			adversary answered claim c1 by r1
			builder open review r1`},
		{"the verdict does not matter", `
			c1: claim(a): parses
			r1: review(a): broken | Verdict: fail
			push`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) fail r1`},
		{"a claim has no verdict", `
			c1: claim(a): parses | Verdict: pass
			c2: claim(b): prints | Verdict: fail
			base: start
			r1: review(c): fine
			r2: review(b): fine | Reviewed: c1
			push`, `
			adversary open claim(a) c1
			adversary open claim(b) c2
			builder open review(c) r1
			builder open review(b) r2`},
		{"an expired claim stays so", `
			c1: claim(a): parses
			push
			expired
			r1: review(a): fine
			push`, `
			adversary expired claim(a) c1
			builder open review(a) r1`},
	})
}

func TestReviewsAreAnsweredByClaims(t *testing.T) {
	check(t, usual(), []telling{
		{"a failing review asks for a later claim of its gate", `
			r1: review(a): broken | Verdict: fail
			push
			c1: claim(b): prints
			push
			c2: claim(a): parses now
			push`, `
			builder answered review(a) fail r1 by c2
			adversary open claim(b) c1
			adversary open claim(a) c2`},
		{"a failing review without a gate is answered by any later claim", `
			r1: review: broken | Verdict: fail
			c1: claim(b): prints
			push`, `
			builder answered review fail r1 by c1
			adversary open claim(b) c1`},
		{"a failing review is not answered by a gateless claim", `
			r1: review(a): broken | Verdict: fail
			c1: claim: all
			push`, `
			builder open review(a) fail r1
			adversary open claim c1`},
		{"a passing review is answered by any later claim", `
			r1: review(a): fine | Verdict: pass
			push
			c1: claim(b): prints
			push`, `
			builder answered review(a) pass r1 by c1
			adversary open claim(b) c1`},
		{"so is one without a verdict", `
			r1: review(a): fine
			c1: claim: all
			push`, `
			builder answered review(a) r1 by c1
			adversary open claim c1`},
		{"a Reviewed trailer on a claim binds nothing", `
			base: start
			r1: review(a): broken | Verdict: fail
			c1: claim(a): parses now | Reviewed: base
			push`, `
			builder answered review(a) fail r1 by c1
			adversary open claim(a) c1`},
	})
}

func TestDone(t *testing.T) {
	check(t, usual(), []telling{
		{"a phase's DONE answers the reports before it", `
			r1: review(a): fine | Verdict: pass
			r2: review(b): fine | by bob
			push
			x: core is done
			done x
			push`, `
			builder answered review(a) pass r1 by x
			builder answered review(b) r2 by x`},
		{"and the one that is the DONE itself", `
			x: review(a): fine, and done | Verdict: pass
			done x
			push`, `builder answered review(a) pass x by x`},
		{"not a failing review, a claim or a note", `
			r1: review(a): broken | Verdict: fail
			c1: claim(b): prints
			n1: note: look | Verdict: pass
			x: core is done
			done x
			push`, `
			builder open review(a) fail r1
			adversary open claim(b) c1
			builder open note pass n1`},
		{"not a report that comes after it, or beside it", `
			base: start
			x: core is done
			done x
			r1: review(a): fine
			r2 < base: review(b): fine
			m < r1 r2: merge
			push`, `
			builder open review(a) r1
			builder open review(b) r2`},
		{"a claim in the same push as a DONE is told", `
			r1: review(a): fine
			push
			x: core is done
			done x
			c1: claim(b): prints
			push`, `
			builder answered review(a) r1 by c1
			adversary open claim(b) c1`},
		{"a claim that is the DONE commit is told", `
			x: claim(b): and done
			done x
			push`, `adversary open claim(b) x`},
	})
}

func TestRuleWithoutAnsweredBy(t *testing.T) {
	check(t, usual(), []telling{{"nothing in the history answers it", `
		n1: note(a): look
		push
		taken
		r1: review(a): fine
		c1: claim(a): parses
		push`, `
		builder taken note(a) n1
		builder answered review(a) r1 by c1
		adversary open claim(a) c1`}})
}

func TestOwnRules(t *testing.T) {
	rules := Rules{Signals: []Rule{
		{Name: "fix", Subject: regexp.MustCompile(`(?i)^fix\b`), Wakes: []string{"tester"}, AnsweredBy: "verify"},
		{Name: "verify", Subject: regexp.MustCompile(`(?i)^verify\b`), Wakes: []string{"fixer"}, AnsweredBy: "fix"},
	}}
	check(t, rules, []telling{{"a result that passes needs no answer of its gate, one that fails does", `
		f1: fix(a): done
		v1: verify(a): good | Verdict: pass
		f2: fix(b): done
		v2: verify(b): bad | Verdict: fail
		f3: fix(c): done
		push`, `
		tester answered fix(a) f1 by v1
		fixer answered verify(a) pass v1 by f2
		tester answered fix(b) f2 by v2
		fixer open verify(b) fail v2
		tester open fix(c) f3`}})
}

func TestReport(t *testing.T) {
	tests := []struct {
		answeredBy, verdict string
		want                bool
	}{
		{"claim", "", true}, {"claim", "pass", true}, {"claim", "fail", false},
		{"review", "", false}, {"review", "fail", false},
		{"fix", "", false}, {"fix", "pass", true}, {"fix", "fail", false},
	}
	for _, tt := range tests {
		if got := (Handoff{Kind: Signal, Verdict: tt.verdict}).Report(tt.answeredBy); got != tt.want {
			t.Errorf("verdict %q, answered by %q: report %v, want %v", tt.verdict, tt.answeredBy, got, tt.want)
		}
	}
	if (Handoff{Kind: Inbox}).Report("claim") {
		t.Error("an inbox is a report")
	}
}
