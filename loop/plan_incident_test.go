package loop

import "testing"

// DESIGN §7: a dead server is one incident, and nobody's crash.
func TestLostLaunchers(t *testing.T) {
	tell(t, []tale{
		{"all are back within ten seconds, and nothing is counted", even, `
			up
			pass 2
			fall
			pass
			expect event launcher.lost 1
			expect running builder
			run 10s
			expect running adversary builder
			fall
			run 15s
			fall
			run 15s
			fall
			run 15s
			fall
			run 15s
			fall
			run 15s
			fall
			run 15s
			expect event launcher.lost 7
			expect event agent.parked 0
			expect running adversary builder
			claim a
			pass 2
			expect told adversary 1 claim(a)`},
		{"one session alone is a crash", even, `
			up builder
			pass 2
			fall
			pass 2
			expect event launcher.lost 0
			expect generations builder 2`},
		{"so are programs that exited", even, `
			up
			pass 2
			dies builder
			dies adversary
			pass 2
			expect event launcher.lost 0`},
		{"and one that is left alive", even, `
			up
			pass 2
			vanishes builder
			pass 2
			expect event launcher.lost 0`},
		{"where ended programs stay on view, one session that left nothing tells", alone, `
			up
			pass 2
			fall
			pass
			expect event launcher.lost 1
			run 3m
			fall
			run 3m
			fall
			run 3m
			fall
			run 3m
			fall
			run 3m
			fall
			run 3m
			fall
			run 3m
			expect event launcher.lost 7
			expect event agent.parked 0
			expect running builder`},
		{"one of several that left nothing was ended by somebody: the server lives", drawn, `
			up
			pass 2
			vanishes builder
			pass 2
			expect event launcher.lost 0
			expect generations builder 2`},
		{"so it does where all that is left has ended", drawn, `
			up
			pass 2
			down adversary
			pass 3
			expect running builder
			vanishes builder
			pass
			expect event launcher.lost 0`},
		{"another project's session on the same server says nothing about ours", nil, `
			up
			pass 2
			fall
			neighbour
			pass
			expect event launcher.lost 1`},
		{"while processes of lost sessions run nothing is started, and it is one incident", drawn, `
			up
			pass 2
			vanishes builder
			astray adversary
			run 30s
			expect running
			expect event launcher.lost 0
			expect event agent.exited 0
			expect hold builder could not be looked at
			found adversary
			pass 2
			expect event launcher.lost 1
			expect event agent.exited 2
			run 10s
			expect running adversary builder`},
		{"one that runs on for ever does not keep the others from being started", drawn, `
			up
			pass 2
			vanishes builder
			astray adversary
			run 70s
			expect running builder
			expect event launcher.lost 1
			expect generations adversary 1`},
		{"sessions that all run out of reach: nothing follows", drawn, `
			up
			pass 2
			astray builder
			astray adversary
			run 2h
			expect running
			expect event launcher.lost 0
			expect event agent.exited 0`},
	})
}

func alone(y *setup) {
	drawn(y)
	y.agents = y.agents[:1]
}
