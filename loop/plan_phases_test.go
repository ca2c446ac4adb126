package loop

import "testing"

// DESIGN §6, its last paragraph.
func TestPhases(t *testing.T) {
	reporter := func(y *setup) {
		task(y)
		y.rules = append(y.rules, "on_complete: reporter")
	}
	tell(t, []tale{
		{"a done phase stops the loop's sessions and replaces them", nil, `
			up
			pass 3
			expect in builder core
			done core
			pass
			expect did advance -
			expect did stop adversary builder
			expect phase cli
			pass
			expect did start adversary builder
			pass
			expect running adversary builder
			expect in builder cli
			expect in adversary cli
			expect event phase.done 1
			expect event agent.restarted 0
			expect generations builder 2`},
		{"a DONE that is not borne out is told once for each reason, and not obeyed", nil, `
			up
			pass 3
			status core ## DONE: lacks a review
			pass 4
			expect phase core
			expect event phase.unproven 1
			expect event phase.done 0
			expect running adversary builder
			status core ## DONE: lacks a verdict
			pass 2
			expect event phase.unproven 2
			done core
			pass
			expect did advance -
			expect event phase.done 1
			expect phase cli`},
		{"a later phase's DONE that is not borne out is not skipped", nil, `
			up
			pass 3
			status cli ## DONE: lacks a review
			pass
			expect event phase.unproven 0
			done core
			pass
			expect phase cli
			expect event phase.unproven 1`},
		{"killed in the middle it heals itself", nil, `
			up
			pass 3
			done core
			crash
			expect running adversary builder
			crash 1
			die
			pass 2
			crash
			pass 3
			expect running adversary builder
			expect in builder cli
			expect in adversary cli
			expect phase cli
			expect generations builder 2
			expect event phase.advanced 1`},
		{"a start that was lost is ordered again for the same generation", nil, `
			up
			crash
			expect running
			crash
			expect running
			pass
			expect running adversary builder
			expect generations builder 1`},
		{"what is open is told the next phase's sessions once", nil, `
			up
			pass 3
			claim a
			pass 2
			done core
			pass 5
			expect in adversary cli
			expect told adversary 1 claim(a)
			expect ever adversary 2 claim(a)`},
		{"phases that are done already are skipped", func(y *setup) { y.phases = []string{"core", "cli", "docs"} }, `
			done cli
			up
			pass 3
			done core
			pass 4
			expect phase docs
			expect in builder docs
			expect generations builder 2`},
		{"with nothing known it begins at the first that is not done", nil, `
			done core
			up
			pass 2
			expect in builder cli
			expect phase cli`},
		{"nothing starts before origin was seen", nil, `
			dark
			up
			run 2m
			expect running
			expect hold builder the phase is not known
			light
			pass 2
			expect running adversary builder`},
		{"origin was seen while the loop was paused, and is away now", nil, `
			done core
			pause
			up
			pass 2
			dark
			resume
			pass 2
			expect running adversary builder
			expect in builder cli`},
		{"with a lost ledger and origin away, a session goes on in its phase", nil, `
			done core
			up
			pass 3
			expect in builder cli
			lose
			dark
			up
			pass 5
			expect generations builder 1
			light
			pass 3
			expect generations builder 1
			expect in builder cli`},
		{"a marker that vanishes is an event, and the index stays", nil, `
			up
			pass 3
			done core
			pass 4
			status core not yet
			pass 3
			expect phase cli
			expect event phase.reopened 1
			expect generations builder 2`},
		{"a marker that is not obeyed is told once", nil, `
			up
			pass 2
			status core ## DONE WHEN it works
			pass 2
			commit more
			pass 5
			expect phase core
			expect event phase.unclear 1
			status core ## DONE: not yet
			pass 2
			commit more
			pass 2
			expect event phase.unclear 2`},
		{"after the last phase the loop is stopped, and on_complete runs, once", reporter, `
			up
			pass 3
			done core
			pass 4
			done cli
			pass
			expect did complete -
			expect phase complete
			pass 3
			expect running reporter
			expect event sequence.complete 1
			dies reporter 0
			run 1h
			expect running
			expect generations reporter 1
			set cli
			pass 4
			expect running adversary builder
			release
			pass 4
			expect running
			expect event sequence.complete 1
			expect generations reporter 1`},
		{"on_complete survives a crash", reporter, `
			up
			pass 3
			done core
			pass 4
			done cli
			crash
			die
			pass 4
			expect running reporter
			expect event sequence.complete 1`},
		{"a sequence found complete at first sight is an event only", reporter, `
			done core
			done cli
			up
			pass 5
			expect running
			expect phase complete
			expect event sequence.complete 1
			expect generations reporter 0`},
		{"with everything down, a sequence that completes starts nothing until up", reporter, `
			up
			pass 3
			done core
			pass 4
			down
			pass 3
			done cli
			pass 5
			expect phase complete
			expect running
			up
			pass 3
			expect running reporter
			run 1h
			expect generations reporter 1`},
		{"a task that was put down by name is not run", reporter, `
			up
			down reporter
			pass 3
			done core
			pass 4
			done cli
			run 1h
			expect running`},
		{"a complete loop is told nothing, and its last agents are let be while paused", nil, `
			up
			pass 3
			done core
			done cli
			pass 2
			claim a
			run 31m
			expect running
			expect hold adversary complete
			expect event handoff.stuck 1`},
		{"phases appended later resume the loop", nil, `
			up
			pass 3
			done core
			done cli
			pass 3
			expect running
			phases+ docs
			pass 3
			expect running adversary builder
			expect in builder docs
			done docs
			pass 3
			expect running
			expect event sequence.complete 2`},
		{"set goes anywhere and holds it there until release", nil, `
			up
			pass 3
			done core
			pass 4
			set core
			pass 4
			expect phase core
			expect in builder core
			expect generations builder 3
			run 30m
			expect phase core
			release
			pass 4
			expect phase cli
			expect in builder cli`},
		{"auto_advance: false is one event, and the sessions stay", func(y *setup) { y.rules = append(y.rules, "auto_advance: false") }, `
			up
			pass 3
			done core
			run 1h
			expect phase core
			expect event phase.done 1
			expect generations builder 1
			expect in builder core`},
		{"a persistent agent has nothing to do with phases", func(y *setup) { y.agents = append(y.agents, "boss: {kind: persistent, adapter: script}") }, `
			up
			pass 3
			done core
			pass 4
			done cli
			pass 4
			expect running boss
			expect generations boss 1`},
	})
}
