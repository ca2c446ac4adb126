package loop

import "testing"

// What follows from a screen, and what must not.
func TestScreens(t *testing.T) {
	tell(t, []tale{
		{"a dialog: nothing is told, people are, and once for each", nil, `
			up
			pass 2
			screen adversary waiting Do you want to proceed?
			claim a
			pass
			expect did notify adversary
			run 10m
			expect nothing told adversary
			expect event agent.waiting 1
			expect hold adversary a dialog waits for a person; pawl attach adversary shows it
			screen adversary unknown
			pass
			screen adversary waiting Do you want to proceed?
			pass
			expect event agent.waiting 1
			screen adversary active
			pass 2
			screen adversary waiting Do you want to proceed?
			pass
			expect event agent.waiting 2
			screen adversary idle
			pass 2
			expect told adversary 1 claim(a)
			expect generations adversary 1
			expect event agent.stalled 0`},
		{"not logged in: likewise", nil, `
			up
			pass 2
			screen adversary auth Please run /login
			claim a
			run 10m
			expect nothing told adversary
			expect event agent.unauthorised 1
			expect hold adversary it is not logged in: Please run /login
			expect generations adversary 1`},
		{"somebody's text in the input line", nil, `
			up
			pass 2
			screen adversary idle
			types adversary have a look at
			claim a
			pass 2
			expect nothing told adversary
			expect hold adversary someone has typed into its input line
			run 31m
			expect event handoff.stuck 1
			types adversary
			pass 2
			expect told adversary 1 claim(a)`},
		{"a folded paste with nothing on its way is somebody's", nil, `
			up
			pass 2
			screen adversary idle
			folds adversary
			claim a
			pass 2
			expect nothing told adversary
			expect hold adversary someone has typed`},
		{"our own text in the input line is no reason", nil, `
			up
			pass 2
			deaf adversary
			screen adversary idle
			claim a
			pass
			typing adversary 30
			pass
			expect hold adversary is not taken yet
			types adversary and more
			pass
			expect hold adversary someone has typed`},
		{"a busy screen waits, if its program does not queue", shy, `
			up
			pass 2
			screen adversary active
			claim a
			run 10m
			expect nothing told adversary
			expect hold adversary busy
			screen adversary idle
			pass
			expect told adversary 1 claim(a)`},
		{"one that does not queue is nudged at its limit", shy, `
			up
			pass 2
			screen adversary limited resets 6:10am
			run 12m
			expect told adversary 1 usage limit`},
		{"a screen that starts is not told", nil, `
			up
			pass 2
			screen adversary starting
			claim a
			pass 5
			expect nothing told adversary
			expect hold adversary not ready
			screen adversary idle
			pass
			expect told adversary 1 claim(a)`},
		{"a screen that nothing is known about: nothing follows", nil, `
			up
			pass 2
			claim a
			pass 3
			screen adversary unknown
			run 2h
			expect generations adversary 1
			expect event agent.stalled 0
			expect told adversary 0 reminder`},
		{"nothing is typed into it either", nil, `
			up
			pass 2
			screen adversary unknown
			claim a
			run 1m
			expect nothing told adversary
			expect hold adversary nothing that is known
			screen adversary idle
			pass
			expect told adversary 1 claim(a)`},
		{"fatal: restarted under the curve", even, `
			up
			pass 2
			screen builder fatal Unable to connect
			pass
			expect did stop builder
			expect event agent.fatal 1
			pass
			expect running adversary builder
			screen builder fatal Unable to connect
			pass 2
			expect running adversary
			expect hold builder its program cannot go on: Unable to connect
			run 15s
			expect generations builder 3`},
		{"fatal with watch: none is left", func(y *setup) { y.agents[0] = "builder: {kind: loop, role: builder, adapter: script, watch: none}" }, `
			up
			pass 2
			screen builder fatal Unable to connect
			run 5m
			expect generations builder 1`},
		{"a full context: a fresh session that is told again", even, `
			up
			pass 2
			claim a
			pass 2
			screen adversary full Context low
			pass
			expect event agent.full 1
			expect did stop adversary
			pass 3
			expect generations adversary 2
			expect told adversary 1 claim(a)`},
		{"a full context now and then is no crash", drawn, `
			up
			pass 2
			screen adversary active
			screen builder active
			pass
			screen builder full Context limit reached
			run 11m
			screen builder full Context limit reached
			run 11m
			screen builder full Context limit reached
			run 11m
			screen builder full Context limit reached
			pass 2
			expect did restart builder
			run 11m
			screen builder full Context limit reached
			run 11m
			screen builder full Context limit reached
			run 11m
			expect event agent.full 6
			expect generations builder 7
			expect event agent.parked 0`},
		{"one that is full at once again and again is", drawn, `
			up
			pass 2
			screen adversary active
			screen builder full Context limit reached
			pass 2
			expect generations builder 2
			pass
			screen builder full Context limit reached
			run 1m
			screen builder full Context limit reached
			run 1m
			screen builder full Context limit reached
			run 2m
			screen builder full Context limit reached
			run 3m
			screen builder full Context limit reached
			run 4m
			screen builder full Context limit reached
			run 1m
			expect parked builder
			expect event agent.full 7`},
		{"a screen that cannot be read: nothing is told that waits for an idle agent, nobody is asked", coy, `
			up
			pass 2
			screen builder active
			screen adversary idle
			pass
			blank adversary
			claim a
			run 2h
			expect nothing told adversary
			expect event agent.stalled 0
			expect event loop.quiet 0
			expect generations adversary 1
			screen adversary idle
			pass
			expect told adversary 1 claim(a)`},
	})
}

// A program that draws a screen and does not keep what it is told while it works.
func coy(y *setup) {
	drawn(y)
	y.agents[1] = "adversary: {kind: loop, role: adversary, adapter: coy}"
}
