package loop

import (
	"testing"

	"pawl/internal/need"
)

func TestStalls(t *testing.T) {
	need.Unraced(t)
	tell(t, []tale{
		{"one that owes something is asked once, then restarted, then told again", nil, `
			up
			pass 2
			claim a
			pass 2
			run 4m
			expect told adversary 0 stand still
			run 90s
			expect told adversary 1 stand still
			expect event agent.stalled 1
			run 4m
			expect told adversary 1 stand still
			expect generations adversary 1
			run 90s
			expect generations adversary 2
			pass 2
			expect told adversary 1 claim(a)`},
		{"the time for an answer is counted here: the session's own clock may be hours behind", nil, `
			up
			pass 2
			claim a
			pass 2
			jump 3h
			lag 3h
			pass 3
			expect told adversary 1 stand still
			expect generations adversary 1`},
		{"one that owes nothing idles for ever", nil, `
			up
			pass 2
			claim a
			pass 2
			review a pass
			run 6h
			expect event agent.stalled 0
			expect generations adversary 1
			expect generations builder 1`},
		{"one that says until when it waits is believed", nil, `
			up
			pass 2
			claim a
			pass 3
			waits adversary 20m
			run 22m
			expect told adversary 0 stand still
			run 2m
			expect told adversary 1 stand still`},
		{"one that prints is alive", nil, `
			up
			pass 2
			claim a
			pass 2
			run 4m
			prints adversary
			run 4m
			prints adversary
			run 4m
			expect event agent.stalled 0
			run 2m
			expect event agent.stalled 1`},
		{"watch: heal is never asked", noStall, `
			up
			pass 2
			claim a
			run 29m
			expect event agent.stalled 0`},
		{"a reminder is no sign of life, and a letter is owed too", nil, `
			up
			pass 2
			letter BUILDER do it
			pass 3
			run 11m
			expect generations builder 2`},
		{"nobody is asked, or restarted, while paused; what was left of the time is left then", nil, `
			up
			pass 2
			claim a
			run 6m
			expect told adversary 1 stand still
			pause
			run 5h
			expect generations adversary 1
			resume
			run 3m
			expect generations adversary 1
			run 3m
			expect generations adversary 2`},
		{"an adopted one that nobody asked for is not restarted", nil, `
			up
			pass 2
			claim a
			pass 2
			lose
			run 2h
			expect generations adversary 1
			expect running adversary builder`},
		{"a loop with nothing to do and the phase not done: one event and one probe for each tip", nil, `
			up
			pass 2
			commit work
			run 4m
			expect event loop.quiet 0
			run 2m
			expect event loop.quiet 1
			expect told builder 1 is not done
			expect told adversary 0 is not done
			run 4h
			expect event loop.quiet 1
			commit more work
			run 6m
			expect event loop.quiet 2
			expect generations builder 1
			expect generations adversary 1`},
		{"it is not quiet while one of them prints now and then", nil, `
			up
			pass 2
			commit work
			run 3m
			prints builder
			run 3m
			prints builder
			run 3m
			expect event loop.quiet 0`},
		{"nor if that was between two looks", nil, `
			up
			pass 2
			commit work
			run 3m
			printed builder
			run 3m
			printed builder
			run 3m
			expect event loop.quiet 0`},
		{"reminders do not put off a restart", func(y *setup) { y.top = append(y.top, "handoff: {remind_after: 4m}") }, `
			up
			pass 2
			mute adversary
			claim a
			run 9m
			expect told adversary 2 reminder
			expect told adversary 1 stand still
			run 2m
			expect generations adversary 2`},
		{"nor while something is owed", noStall, `
			up
			pass 2
			claim a
			run 29m
			expect event loop.quiet 0`},
		{"nothing costs nothing", nil, `
			up
			commit work
			run 7m
			expect event loop.quiet 1
			pass 3
			expect idle`},
	})
}
