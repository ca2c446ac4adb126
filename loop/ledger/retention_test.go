package ledger

import (
	"fmt"
	"testing"

	"pawl/handoff"
	"pawl/internal/need"
)

// However many handoffs a day brings, the ledger does not grow with them: the oldest
// closed ones go before they are old, and what is open stays.
func TestHandoffsAreBoundedByNumberToo(t *testing.T) {
	need.Unraced(t)
	l, _ := fresh(t)
	r := few()
	r.MaxHandoffs, r.Handoffs = 1000, 100
	for round := range 4 {
		var c Changes
		for i := range 700 {
			state := handoff.Answered
			if i == 0 {
				state = handoff.Taken
			}
			c.Handoffs = append(c.Handoffs, handoff.Handoff{ID: fmt.Sprintf("%d-%03d", round, i), Agent: "a", Kind: handoff.Signal, State: state, SeenAt: noon})
		}
		put(t, l, c)
		prune(t, l, r)
	}
	kept(t, l, "count(*)", "handoffs", "1003") // and three that are open
	kept(t, l, "min(id)", "handoffs", "0-000")
	kept(t, l, "count(*)", "handoffs WHERE state = 'taken'", "4")
}
