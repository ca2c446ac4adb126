package loop

import (
	"pawl/loop/adapter"
	"pawl/loop/ledger"
)

// conversations notes which conversation a session's program is in, where its hooks
// say so: the agent's next session may go on with it.
func (p *planner) conversations() {
	for _, u := range p.units {
		row, running := p.session(u)
		s, told := p.w.Witness[u.Name]
		if !running || !told || s.Conversation == "" || s.Generation != row.Generation || row.Mode == adapter.ModeTurns {
			continue
		}
		row.Talk.ID, row.Talk.Adapter, row.Talk.Phase, row.Talk.Lost = s.Conversation, row.Adapter, row.Phase, 0
		row.Talk.Unfinished = s.Doing == adapter.Active || s.Doing == adapter.Waiting || s.Doing == adapter.Limited
		p.s.Sessions[u.Name] = row
	}
}

// givesUpTalk says that a session was to go on with a conversation, and ended before
// its program said or did anything: the next one begins anew.
func (p *planner) givesUpTalk(u *unit, row ledger.Session) bool {
	s, told := p.w.Witness[u.Name]
	spoke := told && s.Generation == row.Generation && s.Said
	return row.Resume && row.Mode != adapter.ModeTurns && !row.Worked && !spoke
}
