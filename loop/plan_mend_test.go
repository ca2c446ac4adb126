package loop

import "testing"

// Programs that are not the right one, or never began.
func TestMending(t *testing.T) {
	tell(t, []tale{
		{"another agent's program in the session", drawn, `
			up
			pass 2
			screen builder active
			program builder other
			pass 2
			expect event agent.mismatch 0
			pass
			expect event agent.mismatch 1
			pass 2
			expect generations builder 2`},
		{"shells, editors, interpreters and a moment's stay are none", drawn, `
			up
			pass 2
			screen builder active
			program builder other
			pass 2
			program builder tui
			pass
			program builder bash
			run 5m
			program builder node
			run 5m
			program builder tui
			run 5m
			expect event agent.mismatch 0
			expect generations builder 1`},
		{"nor is what runs while a program starts", drawn, `
			up
			pass 2
			screen builder starting
			program builder other
			run 2m
			expect event agent.mismatch 0`},
		{"a first screen and nothing after it: asked once, and what takes that is left in peace", drawn, `
			up
			pass 2
			dull builder
			screen builder idle
			screen adversary active
			pass
			screen adversary idle
			run 4m
			expect nothing told builder
			run 2m
			expect told builder 1 have not begun
			expect nothing told adversary
			run 2h
			expect told builder 1 have not begun
			expect generations builder 1`},
		{"one that does not even take that is restarted", drawn, `
			up
			pass 2
			deaf builder
			screen builder idle
			screen adversary active
			run 9m
			expect told builder 1 have not begun
			expect generations builder 1
			run 2m
			expect generations builder 2`},
		{"a short first turn that nobody saw: in doubt it is done", drawn, `
			up
			pass 2
			screen builder idle
			screen adversary active
			wait 8s
			printed builder
			run 30m
			expect nothing told builder
			expect event agent.stalled 0`},
		{"a wake that was taken proves that it works", drawn, `
			up
			pass 2
			dull builder
			dull adversary
			mute builder
			mute adversary
			screen builder idle
			screen adversary idle
			claim a
			pass 2
			review a pass
			run 30m
			expect event agent.stalled 0`},
		{"one that begins when it is asked has begun", drawn, `
			up
			pass 2
			screen builder idle
			screen adversary active
			run 6m
			expect told builder 1 have not begun
			run 10s
			screen builder idle
			run 20m
			expect generations builder 1`},
		{"a program that never draws its input line", drawn, `
			up
			pass 2
			screen builder starting
			screen adversary active
			run 4m
			expect generations builder 1
			run 2m
			expect generations builder 2
			expect nothing told builder`},
		{"an idle screen that is drawn again and again is no sign of life", drawn, `
			up
			pass 2
			screen builder active
			screen adversary active
			claim a
			run 30s
			dull adversary
			screen adversary idle
			run 2m
			prints adversary
			run 2m
			prints adversary
			run 2m
			expect told adversary 1 unanswered handoff`},
		{"and one that works owes nothing yet", drawn, `
			up
			pass 2
			screen builder active
			screen adversary active
			claim a
			run 29m
			expect event agent.stalled 0`},
	})
}
