package loop

import "testing"

// typedTo is an agent whose program takes its prompt typed.
func typedTo(y *setup) {
	y.agents, y.launcher = []string{"builder: {kind: loop, role: builder, adapter: typed}"}, "tmux"
}

// Laws 1 and 5, and DESIGN §7.
func TestAdoption(t *testing.T) {
	tell(t, []tale{
		{"an empty ledger adopts what runs, and starts and stops nothing", nil, `
			up
			pass 3
			vanishes builder
			lose
			run 1h
			expect running adversary
			expect event agent.adopted 1
			expect generations builder 0`},
		{"what was told is known from the sessions", nil, `
			up
			pass 3
			claim a
			letter ADVERSARY read
			pass 3
			lose
			pass 5
			expect told adversary 1 claim(a)
			expect told adversary 1 inbox
			expect state adversary taken a
			expect state adversary taken inbox`},
		{"what was given and not read is followed to its end", nil, `
			up
			pass 3
			deaf adversary
			claim a
			pass 2
			lose
			pass 3
			expect state adversary sent a
			hears adversary
			pass 2
			expect state adversary taken a
			expect told adversary 1 claim(a)`},
		{"reminders are counted on", noStall, `
			up
			pass 3
			claim a
			run 65m
			expect told adversary 1 reminder 2 of 3
			lose
			up
			run 28m
			expect told adversary 1 reminder 3 of 3
			expect told adversary 4 claim(a)
			run 31m
			expect state adversary expired a
			expect told adversary 4 claim(a)`},
		{"the row of a wake that never went out is lost, and the handoff told", nil, `
			up
			pass 3
			claim a
			crash
			lose
			pass 3
			expect told adversary 1 claim(a)`},
		{"an adopted session that nobody asked for is told things", nil, `
			up
			pass 3
			lose
			claim a
			pass 3
			expect told adversary 1 claim(a)`},
		{"a message that lies in an input line is told once", drawn, `
			up
			pass 2
			screen builder idle
			say builder sweep the floor
			pass
			expect told builder 1 sweep the floor
			lies builder
			rebuilt
			say builder mind the gap
			pass 3
			screen builder idle
			pass 3
			expect told builder 1 mind the gap
			expect ever builder 1 sweep the floor
			expect pending 0`},
		{"a prompt that is still to be typed is typed after a rebuild", typedTo, `
			up
			pass 2
			screen builder starting
			rebuilt
			pass 3
			expect nothing told builder
			screen builder idle
			pass 2
			expect told builder 1 your instructions are in the file`},
		{"one whose session is gone is not typed into the next", typedTo, `
			up
			pass 2
			screen builder starting
			rebuilt
			vanishes builder
			pass
			up
			pass 2
			screen builder idle
			pass 3
			expect generations builder 1
			expect told builder 1 your instructions are in the file
			expect ever builder 1 your instructions are in the file
			expect pending 0`},
		{"even when the phase is over, or all are, it is not ended", nil, `
			up
			pass 3
			lose
			done core
			pass 5
			expect running adversary builder
			done cli
			pass 5
			expect running adversary builder
			expect in builder core
			expect phase complete
			down
			pass 3
			expect running`},
		{"when it ends nothing starts; up starts it", nil, `
			up
			pass 3
			lose
			pass 2
			dies builder
			run 20m
			expect running adversary
			up
			pass 3
			expect running adversary builder`},
		{"up at once takes over what runs", nil, `
			up
			pass 3
			lose
			up
			pass 5
			expect running adversary builder
			expect generations builder 1
			expect event agent.started 0`},
		{"a session of somebody else is neither told, nor ended, nor started over", nil, `
			stranger builder
			up
			pass 3
			claim a
			review a fail
			run 1h
			expect running adversary builder
			expect nothing told builder
			expect event agent.conflict 1
			expect generations builder 0
			expect hold builder not ours
			down
			pass 4
			expect running builder
			up
			dies builder
			pass 4
			expect told builder 1 review(a)`},
		{"nor one that took the place of ours", nil, `
			up
			pass 3
			vanishes builder
			stranger builder
			run 10m
			expect running adversary builder
			expect nothing told builder
			expect hold builder not ours
			expect generations builder 1`},
	})
}
