package loop

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	"pawl/loop/turn"
)

// turning says that u's program is run anew for each thing that it is told.
func (u *unit) turning() bool { return u.profile.Mode == adapter.ModeTurns }

// form is how much u can be told at once.
func (p *planner) form(u *unit) delivery.Form {
	if u.turning() {
		return delivery.Page
	}
	return delivery.Line
}

// turns takes in what the sessions that run in turns say of themselves, before it is
// decided what became of them: one that has ended has said why.
func (p *planner) turns() {
	for _, u := range p.units {
		row, known := p.session(u)
		state, told := p.w.Turns[u.Name]
		if !known || !told || state.Generation != row.Generation {
			continue
		}
		row.Talk = talkOf(row, state)
		for _, t := range state.Turns {
			if t.Ended.IsZero() && p.w.over(row) {
				t.Status, t.Ended, t.Why, t.Exit = turn.Failed, p.now, sessionOver, -1
			}
			if t.N > row.Turned && !t.Ended.IsZero() {
				row.Turned = t.N
				row.Talk.Lost = lost(row, t)
				p.turned(u, row, t)
			}
		}
		p.s.Sessions[u.Name] = row
	}
}

// sessionOver is why a turn failed whose session was ended under it.
const sessionOver = "its session ended first"

// turnsOver closes what asks for no answer once the turn that was told it is over: it
// was taken when that began, and may still be told again if nobody heard it.
func (p *planner) turnsOver() {
	for _, u := range p.units {
		state, row := p.w.Turns[u.Name], p.s.Sessions[u.Name]
		last := state.Last()
		if !u.turning() || last == nil || last.Ended.IsZero() || last.Unheard() || state.Generation != row.Generation {
			continue
		}
		for _, id := range p.handoffsOf(u.Name) {
			if h := p.s.Handoffs[id]; !last.Ended.Before(h.TakenAt) {
				p.content(h)
			}
		}
	}
}

// talkOf is a session's conversation after its newest turn.
func talkOf(row ledger.Session, s turn.State) ledger.Talk {
	t := row.Talk
	t.Adapter, t.Phase, t.Total = row.Adapter, row.Phase, s.Total
	for _, done := range s.Turns {
		if !done.Worked && done.Status != turn.Completed {
			continue // what was never heard is told again, and a conversation without an answer is none
		}
		if done.Conversation != "" {
			t.ID = done.Conversation
		}
		t.Unfinished = done.Status != turn.Completed
	}
	return t
}

// lost counts the sessions in a row that could not go on with a conversation. One may
// have failed for another reason.
func lost(row ledger.Session, t turn.Turn) int {
	if row.Resume && t.N == 1 && t.Status == turn.Failed && t.Conversation == "" {
		return row.Talk.Lost + 1
	}
	return 0
}

// turned records a turn that has ended.
func (p *planner) turned(u *unit, row ledger.Session, t turn.Turn) {
	took := t.Took
	if took == 0 {
		took = min(max(t.Ended.Sub(t.Begun), 0), u.TurnTimeout)
	}
	p.s.Turns = append(p.s.Turns, ledger.Turn{
		Took: took,
		ID:   row.Generation + "-" + strconv.Itoa(t.N), Agent: u.Name, Generation: row.Generation, Number: t.N, Wake: t.Wake,
		Adapter: row.Adapter, Account: p.account(u), Model: cmp.Or(t.Model, row.Model), Conversation: t.Conversation, Begun: t.Begun, Ended: t.Ended,
		Status: t.Status, Why: t.Why, Answer: t.Answer, Tools: t.Tools, Exit: t.Exit, Usage: t.Usage, Tree: t.Tree,
	})
	p.event(toldAs(t.Status), u.Name, "generation", row.Generation, "turn", t.N, "wake", t.Wake, "why", t.Why,
		"seconds", int(t.Ended.Sub(t.Begun)/time.Second), "tools", t.Tools, "tokens", t.Usage.Tokens(), "conversation", t.Conversation)
	if w, known := p.w.Unheard[t.Wake]; known && t.Unheard() {
		p.unheard(w)
	}
	if row.Talk.Lost > 1 { // the program does not know that conversation any more
		agent := p.row(u)
		agent.Talk, agent.Fresh = ledger.Talk{}, true
		p.put(agent)
	}
}

// brokeOff is why a handoff is open again that was told already.
const brokeOff = "the turn that it began ended before it was answered at all"

// unheard opens again what a turn was told that ended before its agent began to
// answer: at a usage limit, or because its program could not run. That it was handed
// over is no sign that anybody has heard it.
func (p *planner) unheard(w delivery.Wake) {
	w.State, w.TakenAt = delivery.Taken, p.now
	p.s.Wakes[w.ID] = w
	ends := p.w.over(p.s.Sessions[w.Agent]) // and opens its handoffs again itself
	for _, it := range w.Items {
		if h, open := p.s.Handoffs[it.ID]; open && !ends && !h.State.Closed() && h.Generation == w.Generation {
			h.State, h.Generation, h.Base, h.OpenedAt, h.RemindAt, h.Why = handoff.Open, "", h.Attempts, p.now, time.Time{}, brokeOff
			p.s.Handoffs[h.ID] = h
		}
		if was, waits := p.s.Items[it.ID]; waits {
			was.State = handoff.Withdrawn
			p.s.Items[was.ID] = was
		}
		if it.Kind != delivery.Slot && it.Kind != delivery.Message {
			continue // a probe was a question about that moment
		}
		p.s.PutItem(ledger.Item{ID: nextTelling(it.ID), Agent: w.Agent, Kind: it.Kind, Text: it.Text, State: handoff.Open, CreatedAt: p.now})
	}
	p.event("wake.repeated", w.Agent, "wake", w.ID, "why", brokeOff)
}

// neverBegun tells again what a session that has ended was told last, and began no turn
// of.
func (p *planner) neverBegun(u *unit, row ledger.Session) {
	state := p.w.Turns[u.Name]
	for _, id := range slices.Sorted(maps.Keys(p.w.Unheard)) {
		w := p.w.Unheard[id]
		begun := state.Generation == row.Generation && slices.ContainsFunc(state.Turns, func(t turn.Turn) bool { return t.Wake == id })
		if w.Generation == row.Generation && !begun { // else that turn's end tells it again
			p.unheard(w)
		}
	}
}

// nextTelling names an item that is told once more: its wake must have another name.
func nextTelling(id string) string {
	const mark = "-again"
	base, n := id, 1
	if at := strings.LastIndex(id, mark); at >= 0 {
		if times, err := strconv.Atoi(id[at+len(mark):]); err == nil {
			base, n = id[:at], times+1
		}
	}
	return base + mark + strconv.Itoa(n)
}

// neverHeard says that a wake began a turn that ended before its agent began to answer.
func (p *planner) neverHeard(u *unit, wake string) bool {
	return u.turning() && slices.ContainsFunc(p.w.Turns[u.Name].Turns, func(t turn.Turn) bool { return t.Wake == wake && t.Unheard() })
}

// toldAs is the kind of event of a turn that has ended so.
func toldAs(s turn.Status) string {
	switch s {
	case turn.Completed:
		return "turn.completed"
	case turn.Stopped:
		return "turn.stopped"
	}
	return "turn.failed"
}

// resumes is the conversation that u's next session goes on with; false where it
// begins a new one.
func (p *planner) resumes(u *unit, agent ledger.Agent, phase string) (ledger.Talk, bool) {
	t := agent.Talk
	profile := p.profile(u)
	if !u.Resume || agent.Fresh || len(profile.Resume) == 0 || t.ID == "" || t.Adapter != p.adapter(u) || t.Phase != phase {
		return ledger.Talk{}, false
	}
	return t, true
}

// lastTurn says why a session that runs in turns has ended by itself; "" where it did
// not say.
func (p *planner) lastTurn(u *unit, row ledger.Session) string {
	state, told := p.w.Turns[u.Name]
	if last := state.Last(); told && state.Generation == row.Generation && last != nil && last.Status == turn.Failed {
		return "turn " + strconv.Itoa(last.N) + " failed: " + handoff.Clean(last.Why, 300)
	}
	return ""
}

// adoptTurns adds to a session that is adopted what it says of itself.
func (p *planner) adoptTurns(u *unit, row ledger.Session) ledger.Session {
	state, told := p.w.Turns[u.Name]
	if !told || state.Generation != row.Generation {
		return row
	}
	row.Mode = adapter.ModeTurns
	row.Talk = talkOf(row, state)
	for _, t := range state.Turns {
		if !t.Ended.IsZero() {
			row.Turned = t.N // what it cost is on the record that was lost
		}
	}
	u.profile, _ = p.w.Config.Profile(row.Adapter, row.Mode)
	return row
}
