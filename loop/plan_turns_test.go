package loop

import "testing"

// inTurns are agents whose program is run for each thing that they are told.
func inTurns(y *setup) {
	y.agents = []string{"builder: {kind: loop, role: builder, adapter: once}", "adversary: {kind: loop, role: adversary, adapter: once}"}
}

// An agent in turns is told one thing after the other, in one conversation.
func TestTurns(t *testing.T) {
	tell(t, []tale{
		{"what comes while a turn runs waits for its end", inTurns, `
			up
			pass 2
			expect talks builder fresh
			claim a
			pass
			expect nothing told adversary
			expect hold adversary the agent is busy
			ends adversary completed
			pass
			expect told adversary 1 claim(a)
			pass
			expect state adversary taken a
			expect event turn.completed 1
			claim b
			pass
			expect told adversary 0 claim(b)
			ends adversary completed
			pass
			expect told adversary 1 claim(b)
			expect told adversary 1 claim(a)`},
		{"a session that is killed goes on with its conversation, and is told again what it had not answered", inTurns, `
			up
			pass 2
			ends adversary completed
			pass
			claim a
			pass 2
			expect told adversary 1 claim(a)
			ends adversary completed
			pass 2
			dies adversary
			pass 4
			expect generations adversary 2
			expect talks adversary talk-adversary
			expect told adversary 1 claim(a)
			expect ever adversary 2 claim(a)`},
		{"one that was at it goes on with what broke off", inTurns, `
			up
			pass 2
			ends builder completed
			pass
			say builder sweep the floor
			pass 2
			works builder
			dies builder
			pass 4
			expect talks builder talk-builder!
			ends builder completed
			pass 3
			expect ever builder 1 sweep the floor`},
		{"one that was killed before it began is told again", inTurns, `
			up
			pass 2
			ends builder completed
			pass
			say builder sweep the floor
			pass 2
			dies builder
			pass 5
			expect talks builder talk-builder
			expect told builder 1 sweep the floor
			expect ever builder 2 sweep the floor`},
		{"a conversation in which nothing was answered is none", inTurns, `
			up
			pass 2
			ends builder limited resets 6:10am
			dies builder
			run 12m
			expect talks builder fresh`},
		{"another phase begins another conversation", inTurns, `
			up
			pass 2
			ends builder completed
			ends adversary completed
			done core
			pass 4
			expect in builder cli
			expect talks builder fresh`},
		{"a restart does not", inTurns, `
			up
			pass 2
			ends builder completed
			pass
			restart builder
			pass 4
			expect talks builder talk-builder`},
		{"one that is to begin anew each time does", func(y *setup) {
			y.agents = []string{"builder: {kind: loop, role: builder, adapter: once, resume: false}"}
		}, `
			up
			pass 2
			ends builder completed
			pass
			dies builder
			pass 4
			expect talks builder fresh`},
		{"a conversation that its program has forgotten is given up", inTurns, `
			up
			pass 2
			ends builder completed
			pass
			say builder one
			pass 2
			works builder
			dies builder
			pass 4
			expect talks builder talk-builder!
			ends builder failed no such conversation
			run 30s
			expect talks builder talk-builder!
			ends builder failed no such conversation
			run 30s
			expect talks builder fresh
			expect generations builder 4`},
		{"what a turn was told that never began is told again", inTurns, `
			up
			pass 2
			ends adversary completed
			pass
			claim a
			say adversary mind the gap
			pass 2
			expect told adversary 1 claim(a)
			expect told adversary 1 mind the gap
			ends adversary limited resets 6:10am
			pass
			expect event agent.held 1
			expect event wake.repeated 1
			expect state adversary open a
			run 12m
			expect told adversary 2 claim(a)
			expect told adversary 1 again, as your last turn broke off
			expect told adversary 2 mind the gap
			expect told adversary 0 usage limit
			expect generations adversary 1`},
		{"one that had begun is told to go on", inTurns, `
			up
			pass 2
			ends adversary completed
			pass
			claim a
			pass 2
			ends adversary limited resets 6:10am worked
			run 12m
			expect told adversary 1 claim(a)
			expect told adversary 1 usage limit should be over`},
		{"one that was killed between reading what it was told and its turn is told again", inTurns, `
			up
			pass 2
			ends builder completed
			pass
			say builder sweep the floor
			pass
			kills builder before its turn
			pass 4
			ends builder completed
			pass 2
			expect generations builder 2
			expect told builder 1 sweep the floor
			expect event wake.repeated 1`},
		{"one that is refused again when the limit should be over is not told the same over and over", inTurns, `
			up
			pass 2
			ends adversary completed
			pass
			claim a
			pass 2
			swift adversary limited resets 6:02am
			ends adversary limited resets 6:02am
			run 6m
			expect event agent.held 2
			expect ever adversary 2 claim(a)
			swift adversary completed
			run 6m
			expect ever adversary 3 claim(a)
			expect event agent.held 2`},
		{"one whose turn went with the machine is told again", inTurns, `
			up
			pass 2
			ends builder completed
			ends adversary completed
			pass
			say builder sweep the floor
			pass 2
			expect told builder 1 sweep the floor
			reboot
			pass 4
			ends builder completed
			pass 2
			expect generations builder 2
			expect told builder 1 sweep the floor
			ends builder completed
			reboot
			pass 6
			expect nothing told builder`},
		{"a turn that is completed ends a limit without a known end", inTurns, `
			up
			pass 2
			ends builder completed
			ends adversary limited usage limit reached worked
			pass
			expect event agent.held 1
			swift adversary completed
			run 5m
			expect told adversary 1 usage limit should be over
			pass
			expect event agent.released 1`},
		{"a turn that fails is a crash: the next session waits a little, and is told again", inTurns, `
			up
			pass 2
			ends adversary completed
			pass
			claim a
			say adversary mind the gap
			pass 2
			ends adversary failed no such model
			pass 2
			expect event turn.failed 1
			expect event agent.exited 1
			run 1m
			expect generations adversary 2
			expect talks adversary talk-adversary
			expect told adversary 1 claim(a)
			expect told adversary 1 mind the gap`},
		{"and too many of them park it", inTurns, `
			up
			pass 2
			ends builder failed not this time
			run 30s
			ends builder failed not this time
			run 1m
			ends builder failed not this time
			run 2m
			ends builder failed not this time
			run 3m
			ends builder failed not this time
			run 3m
			ends builder failed not this time
			pass 3
			expect parked builder`},
		{"a rule that asks for no answer is content once the turn is over", func(y *setup) {
			inTurns(y)
			y.top = append(y.top, "handoff: {signals: {claim: {subject: '^claim', wakes: [adversary]}}}")
		}, `
			up
			pass 2
			ends adversary completed
			pass
			claim a
			pass 3
			expect state adversary taken a
			ends adversary limited resets 6:10am
			pass
			expect state adversary open a
			run 12m
			expect told adversary 2 claim(a)
			ends adversary completed
			pass 2
			expect state adversary answered a`},
		{"one that is adopted in the middle of a turn is told nothing before that is over", inTurns, `
			up
			pass 2
			say builder sweep the floor
			pass
			expect nothing told builder
			rebuilt
			pass 2
			expect event agent.adopted 2
			expect nothing told builder
			expect hold builder the agent is busy
			ends builder completed
			pass
			expect told builder 1 sweep the floor`},
		{"a lost ledger adopts what runs, and what it was told", inTurns, `
			up
			pass 2
			ends adversary completed
			ends builder completed
			pass
			claim a
			pass 2
			lose
			pass 3
			expect event agent.adopted 2
			expect told adversary 1 claim(a)
			expect hold adversary the agent is busy
			ends adversary completed
			claim b
			pass 3
			expect told adversary 1 claim(b)`},
		{"a dead login is for people to see to", inTurns, `
			up
			pass 2
			ends builder refused please log in
			pass
			expect event agent.unauthorised 1
			claim a
			ends adversary completed
			pass 3
			review a fail
			pass 3
			expect nothing told builder
			expect generations builder 1`},
		{"a full context begins another conversation", inTurns, `
			up
			pass 2
			ends builder completed
			pass
			say builder one more
			pass 2
			ends builder full no room left
			pass 4
			expect event agent.full 1
			expect generations builder 2
			expect talks builder fresh
			ends builder completed
			pass 3
			expect told builder 1 one more`},
	})
}
