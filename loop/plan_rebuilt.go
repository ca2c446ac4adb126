package loop

import (
	"encoding/json"

	"pawl/handoff"
	"pawl/loop/ledger"
)

// rebuilt tells once that this ledger took a damaged one's place.
func (p *planner) rebuilt() {
	doc, waits := p.s.Loop.Told[ledger.Rebuilt]
	if !waits {
		return
	}
	delete(p.s.Loop.Told, ledger.Rebuilt)
	var r ledger.Rebuilding
	if err := json.Unmarshal([]byte(doc), &r); err != nil {
		r.Why = doc // another pawl wrote it
	}
	orders := "kept: who was up is started again"
	if !r.Wants {
		orders = "not known: what lives is taken over, and nothing else starts until pawl up"
	}
	p.event("ledger.damaged", "", "aside", r.Aside, "why", handoff.Clean(r.Why, 500), "orders", orders, "events", r.Events)
}
