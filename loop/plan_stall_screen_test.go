package loop

import (
	"testing"

	"pawl/internal/need"
)

// owing makes an adversary whose screen is idle although it owes an answer.
const owing = `
	up
	pass 2
	screen builder active
	screen adversary idle
	claim a
	run 30s
	dull adversary
	screen adversary idle
	pass
`

// Law 5: what nobody could tell, and what cannot be read, never ends a session.
func TestStallsOnScreens(t *testing.T) {
	need.Unraced(t)
	tell(t, []tale{
		{"a person who types into it stops the clock, and is never interrupted", drawn, owing + `
			types adversary please_have_a_look_at
			run 12m
			expect generations adversary 1
			expect event agent.stalled 0
			types adversary
			run 4m
			expect event agent.stalled 0
			run 2m
			expect told adversary 1 stand still`},
		{"so does one who types after it was asked, and before that was told", drawn, owing + `
			run 4m
			deaf adversary
			run 1m
			expect event agent.stalled 1
			lies adversary
			types adversary a_person_writes_here
			run 30m
			expect generations adversary 1
			types adversary
			run 4m
			expect generations adversary 1
			run 2m
			expect generations adversary 2`},
		{"a pause is none of the time that it has to take the question", drawn, owing + `
			deaf adversary
			run 5m
			expect event agent.stalled 1
			pause
			run 5h
			resume
			run 3m
			expect generations adversary 1
			run 3m
			expect generations adversary 2`},
		{"a question that could not be put, and that there is no reason for any more, is not put", drawn, owing + `
			deaf adversary
			bright adversary
			say adversary hello
			run 5m
			expect event agent.stalled 1
			hears adversary
			pass 2
			screen adversary idle
			run 1m
			expect told adversary 1 hello
			expect told adversary 0 stand still`},
		{"what takes nothing although nothing is in the way is restarted", drawn, owing + `
			deaf adversary
			run 9m
			expect event agent.stalled 1
			expect generations adversary 1
			run 2m
			expect generations adversary 2`},
		{"a dialog, and a screen that cannot be read now and then: doubt", drawn, owing + `
			screen adversary waiting Do you want to proceed?
			run 6m
			blank adversary
			pass
			screen adversary waiting Do you want to proceed?
			run 6m
			blank adversary
			pass
			screen adversary waiting Do you want to proceed?
			run 6m
			expect generations adversary 1
			expect event agent.stalled 0`},
		{"a screen that flickers does not begin the clock anew", drawn, owing + `
			run 2m
			blank adversary
			pass
			screen adversary idle
			run 2m
			screen adversary unknown
			pass
			screen adversary idle
			run 55s
			expect event agent.stalled 1`},
		{"one that is not known for long does", drawn, owing + `
			run 4m
			blank adversary
			run 1m
			screen adversary idle
			run 4m
			expect event agent.stalled 0
			run 2m
			expect event agent.stalled 1`},
		{"one that flickers between work and rest does too", drawn, owing + `
			run 4m
			blank adversary
			pass
			screen adversary active
			pass
			screen adversary idle
			run 4m
			expect event agent.stalled 0`},
		{"a pause stops the clock of a screen too, also after it was asked", drawn, owing + `
			run 4m
			pause
			run 5h
			resume
			run 30s
			expect event agent.stalled 0
			run 30s
			expect event agent.stalled 1
			run 1m
			pause
			run 5h
			resume
			run 3m
			expect generations adversary 1
			run 2m
			expect generations adversary 2`},
		{"an idle screen that nothing could tell from work: what prints works", bare, `
			up
			pass 2
			screen builder active
			screen adversary idle
			claim a
			pass 2
			dull adversary
			screen adversary idle
			run 3m
			prints adversary
			run 3m
			prints adversary
			run 3m
			expect event agent.stalled 0
			run 3m
			expect event agent.stalled 1`},
	})
}

// bare agents draw a screen without anything that says that they take input.
func bare(y *setup) {
	drawn(y)
	y.agents[1] = "adversary: {kind: loop, role: adversary, adapter: bare}"
}
