package loop

import (
	"slices"
	"strings"
	"testing"

	"pawl/handoff"
	"pawl/loop/ledger"
)

func TestRetry(t *testing.T) {
	tell(t, []tale{
		{"what expired is told once more, reminded of as often, and expires again", noStall, `
			up
			pass 2
			claim a
			run 125m
			expect state adversary expired a
			expect told adversary 4 claim(a)
			retry adversary a
			pass 2
			expect told adversary 1 again, as the operator asks: claim(a)
			expect told adversary 5 claim(a)
			expect state adversary taken a
			run 29m
			expect told adversary 5 claim(a)
			run 2m
			expect told adversary 2 reminder 1 of 3: claim(a)
			run 62m
			expect told adversary 2 reminder 3 of 3: claim(a)
			expect state adversary taken a
			run 31m
			expect state adversary expired a
			expect event handoff.expired 2
			expect told adversary 8 claim(a)
			run 3h
			expect told adversary 8 claim(a)`},
		{"dismissed and retried before it went out, it is told once", noStall, `
			up
			pass 2
			claim a
			crash
			dismiss adversary a
			retry adversary a
			pass 5
			expect told adversary 1 claim(a)`},
		{"killed at any point, that is told once", hasty, `
			up
			pass 2
			claim a
			run 20m
			retry adversary a
			die
			crash
			crash
			pass 3
			expect told adversary 1 again, as the operator asks
			expect state adversary taken a`},
		{"a new session is told it as a new thing", hasty, `
			up
			pass 2
			claim a
			run 20m
			expect state adversary expired a
			dies adversary
			pass 5
			expect nothing told adversary
			retry adversary a
			pass 3
			expect told adversary 1 claim(a)
			dies adversary
			pass 5
			expect told adversary 1 claim(a)
			expect told adversary 0 operator
			run 6m
			expect told adversary 1 reminder 1 of 1
			run 6m
			expect told adversary 1 reminder
			expect state adversary expired a`},
		{"what was taken is told again when somebody asks", hasty, `
			up
			pass 2
			claim a
			pass 3
			expect state adversary taken a
			retry adversary a
			pass 3
			expect told adversary 2 claim(a)
			expect state adversary taken a
			run 6m
			expect told adversary 1 reminder 1 of 1`},
		{"a second retry counts from there", hasty, `
			up
			pass 2
			claim a
			run 6m
			retry adversary a
			run 6m
			retry adversary a
			pass 3
			expect told adversary 2 again, as the operator asks
			run 6m
			expect told adversary 3 reminder 1 of 1`},
		{"what was answered meanwhile is not", hasty, `
			up
			pass 2
			claim a
			run 20m
			expect state adversary expired a
			review a pass
			pass 2
			expect state adversary expired a
			retry adversary a
			pass 3
			expect state adversary answered a
			expect told adversary 0 again`},
		{"nobody is told while the agent is down", hasty, `
			up
			pass 2
			claim a
			run 20m
			down adversary
			pass 3
			retry adversary a
			pass 3
			expect state adversary open a
			expect hold adversary down
			up adversary
			pass 4
			expect told adversary 1 claim(a)`},
	})
}

// hasty agents are left alone as well, and soon given up on.
func hasty(y *setup) {
	noStall(y)
	y.top = append(y.top, "handoff: {remind_after: 5m, give_up_after: 1}")
}

func TestDismiss(t *testing.T) {
	tell(t, []tale{
		{"nobody is reminded of what is dismissed", noStall, `
			up
			pass 2
			claim a
			pass 3
			dismiss adversary a
			run 3h
			expect told adversary 1 claim(a)
			expect event handoff.expired 0
			expect state adversary withdrawn a`},
		{"the same history, derived again, does not bring it back", noStall, `
			up
			pass 2
			claim a
			letter ADVERSARY read this
			pass 3
			dismiss adversary claim(a)
			dismiss adversary INBOX
			pass 5
			expect told adversary 1 claim(a)
			expect told adversary 1 INBOX
			expect state adversary withdrawn claim(a)
			expect state adversary withdrawn INBOX`},
		{"a wake that has not gone out does not go", noStall, `
			up
			pass 2
			claim a
			crash
			dismiss adversary a
			pass 5
			expect nothing told adversary`},
		{"one that is on its way is no telling of it any more", noStall, `
			up
			pass 2
			deaf adversary
			claim a
			pass 2
			expect state adversary sent a
			dismiss adversary a
			hears adversary
			pass 3
			expect state adversary withdrawn a`},
		{"it may be told again all the same", noStall, `
			up
			pass 2
			claim a
			pass 3
			dismiss adversary a
			pass
			retry adversary a
			pass 3
			expect told adversary 2 claim(a)
			expect state adversary taken a`},
		{"and so may one whose wake was still on its way", noStall, `
			up
			pass 2
			deaf adversary
			claim a
			pass 2
			dismiss adversary a
			pass
			retry adversary a
			pass 2
			hears adversary
			pass 4
			expect told adversary 2 claim(a)
			expect state adversary taken a`},
		{"a dismissed letter that is deleted and comes again is a new one", noStall, `
			up
			pass 2
			letter ADVERSARY read this
			pass 3
			dismiss adversary INBOX
			letter ADVERSARY
			pass 2
			letter ADVERSARY read this
			pass 3
			expect told adversary 2 INBOX`},
	})
}

// operate changes an agent's newest handoff whose label holds some text, as
// `handoffs retry` and `handoffs dismiss` do.
func (s *scene) operate(words []string, f func(handoff.Handoff) (handoff.Handoff, error)) {
	for _, id := range slices.Backward(s.shelf.Order) {
		h := s.shelf.Handoffs[id]
		if h.Agent != words[0] || !strings.Contains(h.Label(), strings.Join(words[1:], " ")) {
			continue
		}
		next, err := f(h)
		if err != nil {
			s.fail("%v", err)
		}
		s.shelf.edit(func(st *ledger.State) {
			st.Loop.Fingerprint = ""
			st.PutHandoff(next)
		})
		return
	}
	s.fail("there is no such handoff as %q", words)
}
