package loop

import "testing"

type tale struct {
	name   string
	change func(*setup) // of the usual setup; nil leaves it
	script string
}

func tell(t *testing.T, tales []tale) {
	t.Helper()
	for _, c := range tales {
		t.Run(c.name, func(t *testing.T) {
			y := usualSetup()
			if c.change != nil {
				c.change(&y)
			}
			play(t, newScene(t, y), c.script)
		})
	}
}

// shy agents queue nothing: they are told when they are idle.
func shy(y *setup) {
	y.agents = []string{"builder: {kind: loop, role: builder, adapter: shy}", "adversary: {kind: loop, role: adversary, adapter: shy}"}
}

// DESIGN §5, Life, and law 2.
func TestLifeOfAHandoff(t *testing.T) {
	tell(t, []tale{
		{"a claim is told the adversary once, and a review the builder", nil, `
			up
			pass 3
			claim parser
			pass
			expect did wake adversary
			expect told adversary 1 claim(parser)
			expect state adversary queued parser
			pass
			expect state adversary taken parser
			expect event handoff.sent 1
			expect event handoff.taken 1
			pass 5
			expect told adversary 1 claim(parser)
			review parser pass
			pass 3
			expect state adversary answered parser
			expect told builder 1 review(parser) pass`},
		{"of two letters that a session was told, the next session is told the newer one", nil, `
			up
			pass 2
			letter ADVERSARY first
			pass 3
			letter ADVERSARY second
			pass 3
			expect told adversary 2 inbox machine-docs/ADVERSARY-INBOX.md
			dies adversary
			pass 4
			expect told adversary 1 inbox machine-docs/ADVERSARY-INBOX.md`},
		{"handoffs of one pass are one wake", nil, `
			up
			pass 2
			claim a
			claim b
			letter ADVERSARY read this
			pass
			expect told adversary 1 claim(a)
			expect told adversary 1 claim(b)
			expect told adversary 1 inbox machine-docs/ADVERSARY-INBOX.md
			expect did wake adversary`},
		{"what does not fit into a wake is told in the next", nil, `
			up
			pass 2
			claim g00
			claim g01
			claim g02
			claim g03
			claim g04
			claim g05
			claim g06
			claim g07
			claim g08
			claim g09
			claim g10
			claim g11
			pass
			expect told adversary 0 g10
			expect state adversary open g10
			pass
			expect told adversary 1 g10
			expect told adversary 1 g00
			expect told adversary 1 g11`},
		{"killed before the rows: told later, once", nil, `
			up
			pass 2
			claim a
			die
			expect told adversary 0 claim
			pass 4
			expect told adversary 1 claim(a)`},
		{"killed between the rows and the text: told later, once", nil, `
			up
			pass 2
			claim a
			crash
			expect state adversary queued a
			expect told adversary 0 claim
			pass 4
			expect told adversary 1 claim(a)
			expect state adversary taken a`},
		{"killed after the text, before the mark: told once", nil, `
			up
			pass 2
			claim a
			crash 1
			expect told adversary 1 claim(a)
			die
			crash
			pass 3
			expect told adversary 1 claim(a)
			expect state adversary taken a`},
		{"a generation that ends reopens what it has not answered, and the next is told once", nil, `
			up
			pass 2
			claim a
			pass 3
			expect state adversary taken a
			dies adversary
			pass
			expect state adversary open a
			expect did restart adversary
			pass 4
			expect told adversary 1 claim(a)
			expect ever adversary 2 claim(a)
			pass 5
			expect told adversary 1 claim(a)`},
		{"what it answered is not told the next", nil, `
			up
			pass 2
			claim a
			pass 3
			review a pass
			pass 2
			dies adversary
			pass 5
			expect told adversary 0 claim(a)
			expect ever adversary 1 claim(a)`},
		{"the next one is told after its start, not before it is seen", nil, `
			up
			pass 2
			claim a
			pass 2
			dies adversary
			pass
			expect did restart adversary
			expect hold adversary not ready
			pass
			expect did wake adversary`},
		{"a wake that is unread when its session ends is for the next", nil, `
			up
			pass 2
			deaf adversary
			claim a
			pass 2
			expect state adversary sent a
			dies adversary
			hears adversary
			pass 4
			expect told adversary 1 claim(a)
			expect ever adversary 2 claim(a)`},
		{"a session that reads its message and ends has had it", nil, `
			up
			pass 2
			say adversary look at the tests
			pass
			expect told adversary 1 look at the tests
			wait 2s
			dies adversary
			pass 4
			expect told adversary 0 look
			expect ever adversary 1 look`},
		{"a busy agent is told when it is idle", shy, `
			up
			pass 2
			prints adversary
			claim a
			pass
			expect hold adversary busy
			expect told adversary 0 claim
			prints adversary
			pass
			expect told adversary 0 claim
			pass
			expect told adversary 1 claim(a)`},
		{"a busy agent that queues input is told at once", nil, `
			up
			pass 2
			prints adversary
			claim a
			pass
			expect told adversary 1 claim(a)`},
		{"one wake at a time", nil, `
			up
			pass 2
			deaf adversary
			claim a
			pass
			claim b
			pass
			expect told adversary 0 claim(b)
			expect hold adversary not taken yet
			hears adversary
			pass
			expect told adversary 1 claim(b)`},
		{"deleting a letter acknowledges it", nil, `
			up
			pass 2
			letter ADVERSARY hello
			pass 2
			expect state adversary taken inbox
			letter ADVERSARY
			pass
			expect state adversary answered inbox
			letter ADVERSARY hello
			pass
			expect told adversary 2 inbox`},
		{"a claim that a rewrite takes away is withdrawn, and not told", nil, `
			up
			pass 2
			pause
			claim a
			pass
			expect state adversary open a
			rewrite 1
			pass
			expect state adversary withdrawn a
			expect event origin.rewritten 1
			resume
			pass 3
			expect told adversary 0 claim`},
		{"a wake that did not go out and has nothing to say any more is not sent", nil, `
			up
			pass 2
			claim a
			crash
			rewrite 1
			pass 3
			expect nothing told adversary
			claim b
			pass
			expect told adversary 1 claim(b)`},
		{"an answer that a rewrite takes away opens the claim, which this session was told", nil, `
			up
			pass 2
			claim a
			pass 3
			review a pass
			pass
			expect state adversary answered a
			rewrite 1
			pass 2
			expect state adversary taken a
			expect told adversary 1 claim(a)`},
	})
}
