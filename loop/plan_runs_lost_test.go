package loop

import (
	"testing"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
)

// rebuildRuns loses the ledger but for what was asked for, as a damaged one is.
func (s *scene) rebuildRuns() {
	kept := s.shelf.Load()
	s.loseLedger()
	s.shelf.edit(func(st *ledger.State) {
		for id, r := range kept.Runs {
			st.Runs[id] = r
			st.Agents[id] = ledger.Agent{Name: id, Wanted: kept.Agents[id].Wanted, Talk: kept.Agents[id].Talk}
		}
		for _, id := range kept.Pending {
			if it := kept.Items[id]; it.Kind == delivery.Message {
				it.State = handoff.Open
				st.PutItem(it)
			}
		}
	})
}

// Workers, and what their parents are told, outlive a damaged ledger.
func TestWorkersOfALostLedger(t *testing.T) {
	tell(t, []tale{
		{"one that is not logged in has failed, also where that was seen by a ledger that is lost", withWorkers, `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			ends w refused log in
			rebuilt
			pass 4
			expect worker w failed
			expect told boss 1 log in`},
		{"its end is told although the ledger was damaged meanwhile", withWorkers, `
			up boss
			pass 2
			spawn w boss
			pass 2
			ends w completed
			pass 2
			expect worker w completed
			expect nothing told boss
			rebuilt
			pass 2
			ends boss completed
			pass 3
			expect told boss 1 <status>completed</status>
			expect ever boss 1 <task-notification>`},
		{"and again, where nobody heard it in the turn that was told", withWorkers, `
			up boss
			pass 2
			ends boss completed
			spawn w boss
			pass 2
			ends w completed
			pass
			expect told boss 1 <status>completed</status>
			rebuilt
			up boss
			pass 2
			ends boss refused log in
			pass
			restart boss
			pass 3
			expect told boss 1 <status>completed</status>
			expect ever boss 2 <status>completed</status>`},
		{"and once, where it was on its way", withWorkers, `
			up lead
			pass 2
			deaf lead
			spawn w lead
			pass 2
			ends w completed
			pass 3
			expect told lead 1 <task-id>w</task-id>
			rebuilt
			pass 3
			hears lead
			pass 3
			expect ever lead 1 <task-id>w</task-id>
			expect pending 0`},
		{"one whose session had ended its turn before the ledger was lost", withWorkers, `
			spawn w
			pass 2
			ends w completed
			rebuilt
			pass 3
			expect worker w completed
			expect running`},
	})
}
