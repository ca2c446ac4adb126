package loop

import "testing"

// DESIGN §8: a usage limit is the account's, never a crash, and its end is
// looked for without a restart.
func TestUsageLimits(t *testing.T) {
	tell(t, []tale{
		{"one screen holds all agents of the account until the reset, and the slack", nil, `
			up
			pass 2
			screen builder limited You've hit your limit · resets 6:30am (UTC)
			pass
			expect did hold builder
			expect did notify builder
			expect event agent.held 1
			expect held builder 06:30:45
			expect held adversary 06:30:45
			claim a
			run 10m
			expect nothing told adversary
			expect hold adversary the usage limit of account script holds it until 06:30:45
			run 19m
			expect event agent.held 1
			expect nothing told builder
			expect event agent.released 0
			run 2m
			expect event agent.released 2
			expect held builder -
			expect held adversary -
			expect told builder 1 the usage limit should be over
			expect told adversary 1 claim(a)
			expect told adversary 0 usage limit
			expect event agent.held 1`},
		{"one that cannot be asked whether it stands keeps nobody waiting", nil, `
			up
			pass 2
			screen builder limited usage limit reached
			pass
			expect event agent.held 1
			pause builder
			claim a
			run 4m
			expect nothing told adversary
			run 2m
			expect told adversary 1 claim(a)
			expect nothing told builder`},
		{"nor one at whose screen a person must look", nil, `
			up
			pass 2
			screen builder limited usage limit reached
			pass
			screen builder waiting may I
			claim a
			run 6m
			expect nothing told adversary
			run 6m
			expect told adversary 1 claim(a)
			expect nothing told builder`},
		{"what was on its way when it began asks whether it stands", nil, `
			up
			pass 2
			claim a
			crash
			screen adversary limited usage limit reached
			pass
			expect event agent.held 1
			run 4m
			expect nothing told adversary
			run 2m
			expect told adversary 1 claim(a)`},
		{"what waits to be told is the nudge", nil, `
			up
			pass 2
			screen builder limited resets 6:10am
			claim a
			pass
			review a fail
			run 12m
			expect told builder 1 review(a)
			expect told builder 0 usage limit`},
		{"the agents are released one after another", nil, `
			up
			pass 2
			screen builder limited resets 6:10am
			screen adversary limited resets 6:10am
			run 10m
			expect event agent.released 0
			run 30s
			expect event agent.released 0
			run 10s
			expect event agent.released 1
			run 30s
			expect event agent.released 2
			expect event agent.held 1
			expect told builder 1 usage limit
			expect told adversary 1 usage limit
			run 5m
			expect told builder 1 usage limit
			expect told adversary 1 usage limit`},
		{"an account of its own is not touched", func(y *setup) {
			y.agents[1] = "adversary: {kind: loop, role: adversary, adapter: script, account: mine}"
		}, `
			up
			pass 2
			screen builder limited resets 6:30am
			claim a
			pass 3
			expect held adversary -
			expect told adversary 1 claim(a)`},
		{"without a reset, one agent is asked now and then until it goes on", nil, `
			up
			pass 2
			screen adversary limited usage limit reached
			dull adversary
			claim a
			run 4m
			expect hold builder when that ends is not known
			expect nothing told adversary
			run 70s
			expect told adversary 1 claim(a)
			expect nothing told builder
			run 5m
			expect told adversary 1 usage limit
			run 5m
			expect told adversary 2 usage limit
			expect generations adversary 1
			expect event agent.stalled 0
			expect event agent.released 0
			bright adversary
			run 5m
			run 50s
			expect told adversary 3 usage limit
			expect event agent.released 2
			expect event agent.held 1
			expect nothing told builder`},
		{"one that was asked and is done in a moment got through", nil, `
			up
			pass 2
			dull builder
			dull adversary
			screen builder limited usage limit reached
			screen adversary limited usage limit reached
			run 5m
			run 10s
			expect told builder 1 usage limit
			screen builder idle
			run 40s
			expect event agent.released 2
			run 20s
			expect told adversary 1 usage limit
			expect told builder 1 usage limit
			run 3m
			expect event agent.held 2`},
		{"one that was asked and refused did not, though its banner scrolled away later", nil, `
			up
			pass 2
			dull builder
			screen builder limited usage limit reached
			run 5m
			run 40s
			expect told builder 1 usage limit
			screen builder idle
			run 2m
			expect event agent.released 0`},
		{"the clock set back while an agent gets through", nil, `
			up
			pass 2
			dull builder
			screen builder limited usage limit reached
			run 5m
			run 10s
			screen builder idle
			pass
			jump -3h
			run 1m
			expect event agent.released 2
			expect told builder 1 usage limit`},
		{"a reset beyond max_wait is as good as none", nil, `
			up
			pass 2
			screen builder limited You've hit your weekly limit · resets Jan 9, 5am
			pass
			expect held builder 06:05:15
			run 6m
			expect told builder 1 usage limit`},
		{"the other one that shows the limit is asked when the first is gone", nil, `
			up
			pass 2
			dull adversary
			screen builder limited usage limit reached
			screen adversary limited usage limit reached
			pass
			dies builder
			run 6m
			expect told adversary 1 usage limit
			expect running adversary`},
		{"when nobody is left to ask, the limit is tried by starting", nil, `
			up
			pass 2
			screen builder limited usage limit reached
			pass
			dies builder
			run 4m
			expect running adversary
			run 2m
			expect running adversary builder
			expect event agent.released 2`},
		{"work that a refused probe pretends to lifts nothing", nil, `
			up
			pass 2
			screen builder limited usage limit reached
			pass
			screen builder active
			pass 2
			screen builder limited usage limit reached
			run 2m
			expect event agent.released 0
			expect event agent.held 1`},
		{"an agent that works again lifts it early, and is not nudged", nil, `
			up
			pass 2
			screen builder limited resets 9am
			screen adversary limited resets 9am
			run 10m
			screen builder active
			pass 3
			expect held builder -
			run 40s
			expect event agent.released 2
			expect nothing told builder
			expect told adversary 1 usage limit`},
		{"a banner that scrolled away lifts nothing", nil, `
			up
			pass 2
			screen builder limited resets 9am
			pass
			screen builder idle
			run 1h
			expect event agent.released 0
			expect held adversary 09:00:45`},
		{"the old banner right after the nudge is no new limit, later it is", nil, `
			up
			pass 2
			dull builder
			screen builder limited resets 6:10am
			run 11m
			run 10s
			expect told builder 1 usage limit
			expect event agent.held 1
			run 20s
			expect event agent.held 2
			expect held builder 06:16:25
			run 4m
			expect told builder 1 usage limit
			run 2m
			expect told builder 2 usage limit`},
	})
}
