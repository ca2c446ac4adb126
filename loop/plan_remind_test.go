package loop

import (
	"testing"

	"pawl/internal/need"
)

func TestReminders(t *testing.T) {
	need.Unraced(t)
	tell(t, []tale{
		{"an idle agent is reminded, counted, and then people are told", noStall, `
			up
			pass 2
			claim a
			run 29m
			expect told adversary 1 claim(a)
			run 2m
			expect told adversary 1 reminder 1 of 3: claim(a)
			run 31m
			expect told adversary 1 reminder 2 of 3: claim(a)
			run 31m
			expect told adversary 1 reminder 3 of 3: claim(a)
			expect state adversary taken a
			run 31m
			expect state adversary expired a
			expect event handoff.expired 1
			expect told adversary 4 claim(a)
			run 3h
			expect told adversary 4 claim(a)`},
		{"a busy agent is not", noStall, `
			up
			pass 2
			claim a
			run 29m
			wait 2m
			prints adversary
			pass
			expect told adversary 0 reminder
			pass 2
			expect told adversary 1 reminder 1 of 3`},
		{"nor is it given up on", noStall, `
			up
			pass 2
			claim a
			run 93m
			expect told adversary 1 reminder 3 of 3
			wait 31m
			prints adversary
			pass
			expect state adversary taken a
			pass
			expect state adversary expired a`},
		{"nobody is reminded of what asks for no answer", noStall, `
			up
			pass 2
			claim a
			pass 2
			review a pass
			run 5h
			expect told builder 1 review(a)
			expect told builder 0 reminder`},
		{"a failing review asks for one", noStall, `
			up
			pass 2
			claim a
			pass 2
			review a fail
			run 31m
			expect told builder 1 reminder 1 of 3: review(a) fail`},
		{"reminders are counted here: the session's own clock may be hours behind", noStall, `
			up
			pass 2
			jump 3h
			lag 3h
			claim a
			run 29m
			expect told adversary 1 claim(a)
			run 2m
			expect told adversary 2 claim(a)
			run 28m
			expect told adversary 2 claim(a)`},
		{"the clocks stand still while the loop is paused", noStall, `
			up
			pass 2
			claim a
			run 20m
			pause
			run 5h
			expect told adversary 0 reminder
			resume
			run 9m
			expect told adversary 0 reminder
			run 2m
			expect told adversary 1 reminder 1 of 3`},
		{"and while the agent is, killed or not", noStall, `
			up
			pass 2
			claim a
			run 20m
			pause adversary
			die
			run 1h
			die
			resume adversary
			run 8m
			expect told adversary 0 reminder
			run 3m
			expect told adversary 1 reminder 1 of 3`},
		{"the next generation is reminded anew", noStall, `
			up
			pass 2
			claim a
			run 65m
			expect told adversary 1 reminder 2 of 3
			dies adversary
			run 35m
			expect told adversary 1 reminder 1 of 3
			expect told adversary 0 reminder 2 of 3`},
		{"an answer ends them", noStall, `
			up
			pass 2
			claim a
			run 31m
			review a pass
			run 5h
			expect told adversary 1 reminder`},
	})
}

// noStall leaves the sessions alone, however long they stand still.
func noStall(y *setup) {
	for i, a := range y.agents {
		y.agents[i] = a[:len(a)-1] + ", watch: heal}"
	}
}

func TestStuck(t *testing.T) {
	tell(t, []tale{
		{"people are told once of what does not get through", nil, `
			up builder
			pass 2
			claim a
			run 29m
			expect event handoff.stuck 0
			run 2m
			expect event handoff.stuck 1
			expect hold adversary down
			run 10h
			expect event handoff.stuck 1
			expect state adversary open a`},
		{"that goes for what was given to a session that reads nothing, too", noStall, `
			up
			pass 2
			deaf adversary
			claim a
			run 31m
			expect state adversary sent a
			expect event handoff.stuck 1`},
		{"an agent that is paused", nil, `
			up
			pass 2
			pause adversary
			claim a
			run 31m
			expect hold adversary the agent is paused
			expect event handoff.stuck 1`},
		{"what is held gets through when nothing holds it", nil, `
			up builder
			claim a
			run 1h
			up adversary
			pass 4
			expect told adversary 1 claim(a)
			expect state adversary taken a`},
	})
}
