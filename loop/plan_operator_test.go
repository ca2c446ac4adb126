package loop

import "testing"

func TestOperator(t *testing.T) {
	tell(t, []tale{
		{"down beats a restart that is under way", nil, `
			up
			pass 2
			restart builder
			pass
			expect did stop builder
			down builder
			pass 5
			expect running adversary
			expect generations builder 1`},
		{"down beats one that waits for its time", even, `
			up builder
			pass 2
			dies builder
			pass 2
			dies builder
			pass
			down builder
			run 10m
			expect running`},
		{"down ends one that is just being started, though the start was slow", nil, `
			up builder
			crash
			down builder
			pass
			latestart builder
			pass 3
			expect running
			expect generations builder 1`},
		{"up again before that start is seen: it is taken back, not started beside", nil, `
			up builder
			crash
			down builder
			pass
			up builder
			crash
			latestart builder 1
			pass 3
			expect running builder
			expect in builder core
			claim a
			review a fail
			pass 3
			expect told builder 1 review`},
		{"down NAME stays down", nil, `
			up
			pass 2
			down builder
			pass 3
			expect running adversary
			up
			pass 3
			expect running adversary
			down
			pass 3
			expect running
			up
			pass 3
			expect running adversary
			up builder
			pass 3
			expect running adversary builder`},
		{"a program that ignores the polite word is waited for, and then killed", nil, `
			up
			pass 2
			slow builder
			down
			pass
			expect did stop adversary builder
			pass
			expect running builder
			pass 2
			expect running`},
		{"one that falls as it is put down is not restarted, and no crash", nil, `
			up
			pass 2
			dies builder
			down
			pass 3
			up
			pass
			expect did start adversary builder
			expect event agent.restarted 0`},
		{"restart tells the next what is open", nil, `
			up
			pass 2
			claim a
			pass 3
			restart adversary
			pass 2
			expect did restart adversary
			pass 2
			expect told adversary 1 claim(a)
			expect ever adversary 2 claim(a)`},
		{"what is paused is not told, started, restarted or ended, but put down", nil, `
			up
			pass 2
			pause
			claim a
			dies builder
			pass 5
			expect running adversary
			expect nothing told adversary
			expect hold builder the loop is paused
			done core
			restart adversary
			pass 3
			expect phase core
			expect in adversary core
			expect generations adversary 1
			down adversary
			pass 2
			expect running`},
		{"a wake that was on its way is not sent while paused", nil, `
			up
			pass 2
			claim a
			crash
			pause
			pass 5
			expect nothing told adversary
			resume
			pass
			expect told adversary 1 claim(a)`},
		{"nor to a session that is being stopped", nil, `
			up
			pass 2
			slow adversary
			claim a
			crash
			restart adversary
			pass 2
			expect nothing told adversary
			pass 4
			expect ever adversary 1 claim(a)
			expect told adversary 1 claim(a)`},
		{"an agent that the configuration drops is stopped, and what it was to be told withdrawn", nil, `
			up
			pass 2
			pause adversary
			claim a
			say adversary hello
			pass
			agents- adversary
			pass 3
			expect running builder
			expect state adversary withdrawn a
			expect pending 0
			expect idle`},
		{"several that it drops end alike, whatever the order", nil, `
			agents+ one: {adapter: script}
			agents+ two: {adapter: script}
			agents+ three: {adapter: script}
			agents+ four: {adapter: script}
			up
			pass 2
			slow one
			slow two
			slow three
			slow four
			agents- one
			agents- two
			agents- three
			agents- four
			pass
			expect did stop one two three four
			pass 4
			expect running builder adversary`},
		{"and when it is back it is up again", nil, `
			up
			pass 2
			agents- adversary
			pass 3
			expect running builder
			agents+ adversary: {kind: loop, role: adversary, adapter: script}
			pass 3
			expect running adversary builder`},
	})
}
