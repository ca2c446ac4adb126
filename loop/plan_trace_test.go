package loop

import "testing"

// What a session was told goes by another name once origin is rewritten, and the
// ledger that knows both may be lost after that.
func TestALedgerIsLostAfterARewrite(t *testing.T) {
	tell(t, []tale{
		{"what was told by its old name is not told again", nil, `
			up
			pass 3
			claim a
			pass 3
			rebase 1
			pass 2
			lose
			pass 5
			expect told adversary 1 claim(a)
			expect state adversary taken a`},
		{"and neither is it when both happen unseen", nil, `
			up
			pass 3
			claim a
			pass 3
			rebase 1
			lose
			pass 5
			expect told adversary 1 claim(a)`},
		{"nor when the clock was set back before the ledger was lost", nil, `
			up
			pass 3
			claim a
			pass 3
			jump -3h
			rebase 1
			lose
			pass 5
			expect told adversary 1 claim(a)`},
		{"the next session is told, under the new name", nil, `
			up
			pass 3
			claim a
			pass 3
			rebase 1
			lose
			up
			pass 3
			dies adversary
			run 1m
			expect ever adversary 2 claim(a)`},
		{"another claim is another claim", nil, `
			up
			pass 3
			claim a
			pass 3
			rebase 1
			lose
			claim b
			pass 5
			expect told adversary 1 claim(a)
			expect told adversary 1 claim(b)`},
	})
}
