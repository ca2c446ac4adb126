package loop

import (
	"cmp"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
)

// reading is what the screen of u's session says; false without one.
func (p *planner) reading(u *unit) (adapter.Reading, bool) {
	r, ok := p.w.Readings[u.Name]
	return r, ok && u.obs != nil
}

// screens follows what the screens say beyond usage limits.
func (p *planner) screens() {
	p.muzzle()
	for _, u := range p.units {
		row, running := p.session(u)
		if !running {
			p.withdraw(u, delivery.Probe) // it was a question to that session
			continue
		}
		if row.State != ledger.Live || u.obs == nil {
			continue
		}
		r, screen := p.reading(u)
		if screen {
			p.person(u, r)
			row.Worked = row.Worked || p.shownAtWork(u, row, r)
		}
		row = p.follow(u, row, r)
		p.s.Sessions[u.Name] = row
		p.mend(u, row, r)
	}
}

// person tells people, once for each time, that a screen waits for one.
func (p *planner) person(u *unit, r adapter.Reading) {
	key := "screen:" + u.Name
	var kind string
	switch r.State {
	case adapter.Waiting:
		kind = "agent.waiting"
	case adapter.Auth:
		kind = "agent.unauthorised"
	case adapter.Active, adapter.Idle, adapter.Limited:
		delete(p.s.Loop.Told, key)
		return
	default:
		return // what is not understood may be the same dialog
	}
	evidence := handoff.Clean(r.Evidence, 200)
	// Of one question a program's hook and its screen tell in words of their own.
	same := strings.HasPrefix(p.s.Loop.Told[key], kind+" "+u.obs.Generation+" ") && p.w.Witness[u.Name].Doing == adapter.Waiting
	if !same && p.once(key, kind+" "+u.obs.Generation+" "+evidence) {
		p.event(kind, u.Name, "generation", u.obs.Generation, "evidence", evidence)
		p.act(Action{Kind: Notify, Agent: u.Name, Reason: p.blocked(u, r)})
	}
}

// blocked says what on the screen must be seen to before anything is typed; ""
// when nothing.
func (p *planner) blocked(u *unit, r adapter.Reading) string {
	switch r.State {
	case adapter.Waiting:
		return "a dialog waits for a person; pawl attach " + u.Name + " shows it"
	case adapter.Auth:
		why := "it is not logged in: " + cmp.Or(handoff.Clean(r.Evidence, 120), "its screen asks for it")
		if u.turning() { // there is no screen to log in on
			return why + "; log its program in, then pawl restart " + u.Name
		}
		return why + "; pawl attach " + u.Name + " shows it"
	case adapter.Unknown:
		return "its screen shows nothing that is known; pawl attach " + u.Name + " shows it"
	}
	if p.typed(u, r) {
		return typed + "; send or delete that text"
	}
	return ""
}

// idle says that u may be told something without interrupting it. One that
// stopped at a usage limit waits for input like any other.
func (p *planner) idle(u *unit) bool {
	if r, screen := p.reading(u); screen {
		return r.State == adapter.Idle || r.State == adapter.Limited
	}
	row, _ := p.session(u)
	return row.Doing == "idle"
}

// standsStill says that a session waits for input, and could be told something.
// Only a screen that says so counts where there is one.
func (p *planner) standsStill(u *unit, row ledger.Session) bool {
	if r, screen := p.reading(u); screen {
		return r.State == adapter.Idle && !p.typed(u, r)
	}
	return row.Doing == "idle"
}

// stillSince is when a session last gave a sign of life. A screen that is only
// drawn again gives none, but where nothing on it can say that the program is
// idle or at work.
func (p *planner) stillSince(u *unit, row ledger.Session) time.Time {
	r, screen := p.reading(u)
	d := u.profile.Detect
	switch {
	case !screen:
		return u.obs.Output
	case u.profile.NeedsTerminal() && !r.Composer.Found && d.Ready == "" && u.obs.Output.After(row.DoingSince):
		return u.obs.Output
	}
	return row.DoingSince
}

// firstScreen is how long a program may take to draw its first screen, counted
// from when its start was decided. What it prints later is work.
const firstScreen = 10 * time.Second

// shownAtWork says that a screen proves that its session has begun to work, or
// leaves that in doubt: a first turn may be over between two looks.
func (p *planner) shownAtWork(u *unit, row ledger.Session, r adapter.Reading) bool {
	return r.State == adapter.Active || r.State == adapter.Idle && u.obs.Output.Sub(row.CreatedAt) > firstScreen
}

// kickoffOwed says that a session has a prompt that it never began to work on,
// as far as its screen and the wakes that it took tell.
func (p *planner) kickoffOwed(u *unit, row ledger.Session) bool {
	_, screen := p.reading(u)
	prompted := u.profile.Prompt == adapter.PromptArg || u.profile.Prompt == adapter.PromptType
	return screen && prompted && u.Kind == "loop" && !row.Worked && !row.Resume && row.Reason != "adopted"
}

// neverCameUp says that a session owes its kickoff and its program has not even
// drawn its input line, so that it cannot be asked.
func (p *planner) neverCameUp(u *unit, row ledger.Session) bool {
	r, _ := p.reading(u)
	if r.State != adapter.Starting || !p.kickoffOwed(u, row) || u.Watch != "heal+stall" {
		return false
	}
	since := row.LiveAt
	if row.DoingSince.After(since) {
		since = row.DoingSince
	}
	return p.now.Sub(since) >= stallAfter(p.w.Config, row.Adapter)
}

// question is what a session that stands still is asked.
func (p *planner) question(u *unit) string {
	const way = " and stand still; go on, or print WAITING-UNTIL: <RFC 3339 time>"
	for _, id := range p.handoffsOf(u.Name) {
		if h := p.s.Handoffs[id]; h.State == handoff.Taken && p.owed(h) {
			return "you have an unanswered handoff" + way
		}
	}
	return "you have not begun on your first instructions" + way
}
