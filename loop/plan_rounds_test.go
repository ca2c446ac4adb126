package loop

import "testing"

// A gate that is claimed in vain is told to both sides.
func TestRounds(t *testing.T) {
	tell(t, []tale{
		{"a gate that is claimed again and again", watchedBy("{watch: repeat, of: gate, times: 3, do: pause}"), `
			up builder adversary
			pass 2
			ends builder completed
			ends adversary completed
			claim parser
			pass 2
			review parser fail
			pass 2
			claim parser
			pass 2
			review parser pass
			pass
			claim parser
			pass
			claim parser
			pass
			expect event watch.tripped 0
			claim other
			claim parser
			pass
			expect event watch.tripped 2
			expect hold adversary watcher rule: gate parser was claimed 3 times without a passing review
			expect hold builder is paused
			pass 3
			expect event watch.tripped 2`},
		{"both are told, also while neither has a session", watchedBy("{watch: repeat, of: gate, times: 2, do: nudge, text: Think.}"), `
			pass
			claim parser
			pass
			claim parser
			pass
			expect event watch.tripped 2
			expect pending 2`},
		{"other readers of claims do not make old ones new", watchedBy("{watch: repeat, of: gate, times: 2, do: pause}"), `
			up builder adversary
			pass 2
			claim parser
			pass
			review parser pass
			pass
			claim parser
			pass
			agents+ second: {kind: loop, role: adversary, adapter: once}
			pass 2
			expect event watch.tripped 0`},
		{"after a lost ledger rounds are counted anew", watchedBy("{watch: repeat, of: gate, times: 3, do: pause}"), `
			up builder adversary
			pass 2
			claim parser
			pass
			claim parser
			pass
			lose
			up builder adversary
			pass 3
			expect event watch.tripped 0`},
		{"a gate of the next phase is another one", watchedBy("{watch: repeat, of: gate, times: 2, do: pause}"), `
			up builder adversary
			pass 2
			claim parser
			pass
			done core
			pass 2
			claim parser
			pass
			expect event watch.tripped 0`},
	})
}
