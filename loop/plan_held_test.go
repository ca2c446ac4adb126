package loop

import "testing"

// What happens to the sessions, clocks and wakes of an account that is held.
func TestHeldAgents(t *testing.T) {
	tell(t, []tale{
		{"a session that ends meanwhile waits, and nothing is counted", even, `
			up
			pass 2
			screen builder limited resets 6:30am
			pass
			dies adversary
			pass
			expect did restart
			expect hold adversary the usage limit
			run 25m
			expect running builder
			run 8m
			expect running adversary builder
			dies adversary
			pass
			expect did restart adversary
			expect event agent.parked 0`},
		{"deaths under limits never park", even, `
			up
			pass 2
			screen adversary limited resets 6:01am
			pass
			dies builder
			run 2m
			screen adversary limited resets 6:04am
			pass
			dies builder
			run 3m
			screen adversary limited resets 6:07am
			pass
			dies builder
			run 3m
			screen adversary limited resets 6:10am
			pass
			dies builder
			run 3m
			screen adversary limited resets 6:13am
			pass
			dies builder
			run 3m
			screen adversary limited resets 6:16am
			pass
			dies builder
			run 3m
			screen adversary limited resets 6:19am
			pass
			dies builder
			run 3m
			expect event agent.held 7
			expect event agent.parked 0
			expect running adversary builder`},
		{"clocks stand still", func(y *setup) { y.top = append(y.top, "handoff: {remind_after: 4m}") }, `
			up
			pass 2
			claim a
			pass 3
			screen builder limited resets 9am
			run 170m
			expect event agent.stalled 0
			expect told adversary 0 reminder
			expect told adversary 1 claim(a)
			run 15m
			expect told adversary 1 reminder 1`},
		{"a phase does not change under a limit, and does after it", nil, `
			up
			pass 2
			screen builder limited resets 6:10am
			pass
			done core
			run 5m
			expect generations adversary 1
			run 8m
			expect in adversary cli
			expect in builder cli`},
		{"the operator's word goes before it", nil, `
			up
			pass 2
			screen builder limited resets 6:30am
			pass
			down adversary
			pass 3
			expect running builder`},
		{"a lost ledger finds the limit again on the screen", nil, `
			up
			pass 2
			screen builder limited resets 6:30am
			pass
			lose
			pass
			expect held adversary 06:30:45`},
		{"killed at the moment of the nudge, it is told once", nil, `
			up
			pass 2
			screen builder limited resets 6:10am
			run 10m
			run 45s
			crash 0
			crash 0
			crash 0
			crash 0
			crash 0
			crash 0
			crash 0
			crash 0
			expect nothing told builder
			pass 3
			expect told builder 1 usage limit
			run 5m
			expect told builder 1 usage limit`},
		{"a wake that was on its way waits, and goes on after the limit", nil, `
			up
			pass 2
			claim a
			crash 0
			screen builder limited resets 6:10am
			run 9m
			expect nothing told adversary
			run 3m
			expect told adversary 1 claim(a)`},
		{"a start that was interrupted waits too", nil, `
			up
			crash 1
			screen builder limited resets 6:10am
			pass 3
			expect running builder
			run 12m
			expect running adversary builder`},
		{"a nudge is for the session that it was made for", even, `
			up
			pass 2
			screen builder limited resets 6:10am
			pause builder
			run 15m
			dies builder
			pass
			expect pending 0
			resume builder
			pass 3
			expect running adversary builder
			expect nothing told builder`},
		{"a held account costs nothing", nil, `
			up
			pass 2
			commit work
			screen builder limited resets 11am
			run 30m
			pass 2
			expect idle`},
		{"one that was paused when it was released is told when it is resumed", nil, `
			up
			pass 2
			screen builder limited resets 6:10am
			pause builder
			run 15m
			expect nothing told builder
			expect event agent.held 1
			resume builder
			pass 2
			expect told builder 1 usage limit`},
	})
}
