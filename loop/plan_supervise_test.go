package loop

import "testing"

// DESIGN §8, and law 5.
func TestRestarts(t *testing.T) {
	tell(t, []tale{
		{"gone: restarted at once, then later and later", even, `
			up builder
			pass 2
			vanishes builder
			pass
			expect did restart builder
			pass
			dies builder
			pass
			expect did restart
			expect hold builder exited with code 1
			pass
			expect running
			pass
			expect did restart builder
			pass
			dies builder
			pass 4
			expect running
			pass
			expect running builder
			expect generations builder 4`},
		{"five restarts in 30 minutes park it, until up NAME", even, `
			up builder
			run 1m
			dies builder
			run 1m
			dies builder
			run 1m
			dies builder
			run 1m
			dies builder
			run 2m
			dies builder
			run 3m
			expect running builder
			expect event agent.parked 0
			dies builder
			pass
			expect did park builder
			expect parked builder
			run 2h
			expect running
			expect generations builder 6
			up
			pass 2
			expect running adversary
			up builder
			pass 2
			expect running adversary builder`},
		{"ten healthy minutes begin the curve again", even, `
			up builder
			pass 2
			dies builder
			pass 2
			dies builder
			run 11m
			dies builder
			pass
			expect did restart builder`},
		{"a program that cannot be started is tried again as one that fell", even, `
			broken
			up builder
			pass
			expect did start builder
			pass
			expect did restart builder
			pass
			expect running
			expect hold builder it does not start
			mended
			pass 3
			expect running builder`},
		{"a start that was said to have failed, and runs, has started", nil, `
			broken
			up builder
			pass
			mended
			expect running
			latestart builder
			pass 3
			expect running builder
			expect generations builder 1
			expect event agent.started 1`},
		{"an exit with code 0 is no reason for a loop agent to stay out", even, `
			up builder
			pass 2
			dies builder 0
			pass
			expect did restart builder`},
		{"watch: none is left as it ended", func(y *setup) { y.agents[0] = "builder: {kind: loop, role: builder, adapter: script, watch: none}" }, `
			up
			pass 2
			dies builder
			run 1h
			expect running adversary
			claim a
			pass 2
			review a fail
			run 1h
			expect running adversary
			down
			pass 2
			up
			pass 2
			expect running adversary builder`},
		{"a task runs once", task, `
			up reporter
			pass 2
			expect running reporter
			dies reporter 0
			run 1h
			expect running
			up
			pass 2
			expect running adversary builder
			up reporter
			pass 2
			expect running adversary builder reporter`},
		{"a task that fails is tried again", task, `
			up reporter
			pass 2
			dies reporter 3
			pass 2
			expect running reporter`},
		{"a service is kept running and told nothing", func(y *setup) { y.top = append(y.top, "services: {web: {command: [serve]}}") }, `
			up
			pass 2
			expect running adversary builder web
			dies web 0
			pass 2
			expect running adversary builder web
			run 3h
			expect nothing told web`},
		{"doubt never kills: a launcher that cannot be looked at", nil, `
			up
			pass 2
			claim a
			pass 3
			blind
			review a pass
			run 1h
			expect running adversary builder
			expect generations builder 1
			expect hold builder could not be looked at
			expect nothing told builder
			sighted
			pass 2
			expect told builder 1 review(a)
			expect generations builder 1`},
		{"nothing is started where nothing can be seen", nil, `
			blind
			up
			pass 5
			expect running
			expect generations builder 0
			sighted
			pass 2
			expect running adversary builder`},
		{"a session whose name the configuration changed is still the one", nil, `
			up
			pass 2
			agents- builder
			agents+ builder: {kind: loop, role: builder, adapter: script, session: other}
			pass 3
			expect running adversary builder
			expect generations builder 1`},
	})
}

func even(y *setup) {
	y.top = append(y.top, "supervise: {backoff: {jitter: 0}}")
}

func task(y *setup) {
	y.agents = append(y.agents, "reporter: {kind: task, adapter: script, prompt: report}")
}
