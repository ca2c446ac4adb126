package loop

import "testing"

// Another model is asked about what an agent did.
func TestJudges(t *testing.T) {
	tell(t, []tale{
		{"another model says that all is well, and is heard no more", watchedBy("{watch: llm, judge: judge, agents: [boss]}"), `
			up boss
			pass 2
			does boss runs make
			ends boss completed
			pass 3
			expect judges 1
			answers ok.
			pass 5
			expect judges 0
			expect nothing told boss
			expect event watch.tripped 0`},
		{"what comes while another model is asked is asked about after that", watchedBy("{watch: llm, judge: judge, agents: [boss]}"), `
			up boss
			pass 2
			ends boss completed
			pass 3
			say boss one
			pass 3
			ends boss completed
			pass 3
			expect judges 1
			answers ok
			pass 4
			expect judges 1
			answers Not that way.
			pass 4
			expect judges 0
			expect told boss 1 Not that way.`},
		{"another model has something to say", watchedBy("{watch: llm, judge: judge, agents: [boss]}"), `
			up boss
			pass 2
			ends boss completed
			pass 3
			answers You go in circles.
			pass 4
			expect event watch.tripped 1
			expect told boss 1 You go in circles.`},
	})
}
