package loop

import "testing"

// A wake that was typed into an input line and not submitted, when whoever typed
// it fell.
func TestHalfTypedWakes(t *testing.T) {
	tell(t, []tale{
		{"what was typed and not submitted is ours, and goes on", drawn, `
			up
			pass 2
			screen adversary idle
			deaf adversary
			claim a
			pass
			lies adversary
			pass
			expect hold adversary is not taken yet
			hears adversary
			pass 2
			expect told adversary 1 claim(a)
			expect state adversary taken a`},
		{"also when there is nothing to say any more: it would lie there for ever", drawn, `
			up
			pass 2
			screen adversary idle
			deaf adversary
			claim a
			crash 0
			pass
			lies adversary
			claim a
			crash 0
			expect hold adversary is not taken yet
			pass
			hears adversary
			pass 3
			expect told adversary 2 claim(a)
			expect state adversary taken a`},
		{"also when the ledger is lost: it was not told, and is told once", drawn, `
			up
			pass 2
			screen builder active
			screen adversary idle
			deaf adversary
			claim a
			pass
			lies adversary
			lose
			pass
			expect hold adversary
			expect did wake adversary
			hears adversary
			pass 3
			expect told adversary 1 claim(a)
			expect state adversary taken a`},
		{"what a person wrote behind it is not ours", drawn, `
			up
			pass 2
			screen adversary idle
			deaf adversary
			claim a
			pass
			lies adversary
			types adversary and something else
			lose
			pass 2
			expect hold adversary someone has typed`},
	})
}
