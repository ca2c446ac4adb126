package handoff

import (
	"regexp"
	"testing"
)

func TestMalformed(t *testing.T) {
	tests := []struct {
		telling
		noted string
	}{
		{telling{"an empty gate is told as gateless", `
			c1: claim(): parses
			push`, `adversary open claim c1`}, "c1"},
		{telling{"another gate than the grammar allows is told as gateless", `
			c1: claim(two words): parses
			push`, `adversary open claim c1`}, "c1"},
		{telling{"no brackets are no flaw", `
			c1: claim: parses
			push`, `adversary open claim c1`}, ""},
		{telling{"a malformed claim still answers a review", `
			r1: review(a): fine
			push
			c1: claim(): more
			push`, `
			builder answered review(a) r1 by c1
			adversary open claim c1`}, "c1"},
		{telling{"a malformed review still answers a gateless claim, and no other", `
			c1: claim: all
			c2: claim(a): parses
			r1: review(): fine
			push`, `
			adversary answered claim c1 by r1
			adversary open claim(a) c2
			builder open review r1`}, "r1"},
		{telling{"a verdict that is none is a flaw, the review a report", `
			r1: review(a): well | Verdict: perhaps
			c1: claim(b): prints
			push`, `
			builder answered review(a) r1 by c1
			adversary open claim(b) c1`}, "r1"},
		{telling{"a Reviewed that is no hash is a flaw and binds to nothing", `
			c1: claim(a): parses
			r1: review(a): well | Reviewed: HEAD
			push`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) r1`}, "r1"},
		{telling{"it is noted once, whoever is woken", `
			r1: note(): odd
			push
			x: more
			push
			lose
			push`, `builder open note r1`}, "r1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStory(t, usual())
			s.tell(tt.story)
			if got, want := s.list(s.records), unindent(tt.want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if got := s.noted("signal.malformed"); got != tt.noted {
				t.Errorf("malformed: %q, want %q", got, tt.noted)
			}
		})
	}
}

func TestOneFlawIsNotedOnceForTwoRules(t *testing.T) {
	rules := usual()
	rules.Signals = append(rules.Signals, Rule{Name: "any", Subject: regexp.MustCompile(`.`), Wakes: []string{"supervisor"}})
	s := newStory(t, rules)
	s.tell("c1: claim(): parses\npush")
	if got := s.noted("signal.malformed"); got != "c1" {
		t.Errorf("malformed: %q, want c1 once", got)
	}
}
