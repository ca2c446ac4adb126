package loop

import "testing"

// What turns use and take is bounded, for an agent, an account and a run.
func TestBudgets(t *testing.T) {
	tell(t, []tale{
		{"a budget of turns pauses an agent, which gets another one by being resumed", watchedBy("{watch: budget, turns: 2, agents: [boss], do: pause}"), `
			up boss
			pass 2
			ends boss completed
			say boss one
			pass 3
			expect event watch.tripped 0
			ends boss completed
			say boss two
			pass 3
			expect event watch.tripped 1
			expect hold boss watcher rule: its budget is used up: 2 turns of 2 in 24 hours
			expect ever boss 0 two
			pass 5
			expect event watch.tripped 1
			resume boss
			pass 3
			expect told boss 1 two
			ends boss completed
			say boss three
			pass 3
			expect told boss 1 three
			ends boss completed
			pass 2
			expect event watch.tripped 2`},
		{"what was spent a day ago counts no more", watchedBy("{watch: budget, turns: 2, agents: [boss], do: pause}"), `
			up boss
			pass 2
			ends boss completed
			pass
			jump 25h
			say boss one
			pass 3
			ends boss completed
			pass 2
			expect event watch.tripped 0`},
		{"a turn that runs counts as well", watchedBy("{watch: budget, tokens: 1000, agents: [boss], do: notify}"), `
			up boss
			pass 2
			spends boss 999
			pass 2
			expect event watch.tripped 0
			spends boss 1000
			pass 2
			expect event watch.tripped 1
			expect running boss
			ends boss completed
			pass 3
			expect event watch.tripped 1`},
		{"an account's budget pauses all who share it", watchedBy("{watch: budget, per: account, turns: 2, do: pause}"), `
			up
			pass 2
			ends boss completed
			ends builder completed
			pass 2
			expect event watch.tripped 3
			expect hold adversary of its account in 24 hours`},
		{"a worker that is over its budget is stopped, and its parent is told why", watchedBy("{watch: budget, per: run, tokens: 100, do: stop}"), `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			spends w 100
			pass 4
			expect event watch.tripped 1
			dies w
			pass 3
			expect worker w stopped
			expect told boss 1 watcher rule: its budget is used up: 100 tokens of 100 since it was spawned`},
		{"a worker that is done with its last turn is done", watchedBy("{watch: budget, per: run, turns: 1, do: stop}"), `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			ends w completed
			pass 4
			expect worker w completed
			expect event watch.tripped 0
			expect told boss 1 <status>completed</status>`},
		{"what a worker said is told although it was stopped", watchedBy("{watch: budget, per: run, turns: 1, do: stop}"), `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			send w more
			ends w completed
			pass 2
			expect event watch.tripped 1
			dies w
			pass 4
			expect worker w stopped
			expect told boss 1 <status>stopped</status>`},
		{"a machine that slept did no work", watchedBy("{watch: budget, minutes: 60, agents: [boss]}"), `
			up boss
			pass 2
			wait 10h
			pass
			expect event watch.tripped 0
			ends boss completed
			pass 2
			expect event watch.tripped 0`},
		{"a budget of one run is none of an agent's", watchedBy("{watch: budget, per: run, turns: 1, do: stop}"), `
			up boss
			pass 2
			ends boss completed
			pass 3
			expect event watch.tripped 0`},
		{"a watcher that is switched off", watchedBy("{watch: budget, turns: 1, enabled: false}"), `
			up boss
			pass 2
			ends boss completed
			pass 3
			expect event watch.tripped 0`},
		{"an agent that is stopped stays down", watchedBy("{watch: budget, turns: 1, agents: [boss], do: stop}"), `
			up boss
			pass 2
			ends boss completed
			pass 4
			expect event watch.tripped 1
			dies boss
			pass 3
			expect running`},
	})
}
