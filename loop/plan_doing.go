package loop

import (
	"strings"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/delivery"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

const (
	unknown = "unknown"
	// typed is the evidence of a session in whose input line a person writes.
	typed = "someone has typed into its input line"
	// flicker is how long a state that is not known may last until the one after
	// it counts as new, however often is looked.
	flicker = 15 * time.Second
)

// look tells what a live session's program does. One that draws a screen is not
// judged by its output: without a screen nothing is known.
func (p *planner) look(u *unit, row ledger.Session, seen launcher.Observation) Reading {
	shown, read := p.w.Readings[u.Name]
	switch {
	case read:
		r := ReadScreen(shown, seen.Output, u.profile.Detect.LogGrace, p.now)
		if shown.State == adapter.Idle && p.typed(u, shown) {
			r.Evidence = typed
		}
		return r
	case p.draws(u, row):
		return Reading{Doing: unknown, Evidence: "its screen could not be read", Since: p.now}
	}
	return Read(seen, p.now)
}

// draws says that only a screen can tell what a session does.
func (p *planner) draws(u *unit, row ledger.Session) bool {
	return u.profile.NeedsTerminal() && p.w.Terminals[row.Launcher]
}

// typed says that the input line holds what is not ours: neither the wake that
// is on its way, nor one that was typed before the ledger was lost.
func (p *planner) typed(u *unit, r adapter.Reading) bool {
	c := r.Composer
	return (c.Text != "" || c.Folded) && !isOurs(c, p.s.Wakes[p.inFlight(u)].Text) && !isOurs(c, u.obs.Lying)
}

func isOurs(c adapter.Composer, text string) bool {
	if text == "" {
		return false
	}
	switch delivery.InputOf(c.Text, c.Folded, text) {
	case delivery.Ours, delivery.Cut, delivery.Folded:
		return true
	}
	return false
}

// doing records what a session's program does, with the moment of the change. A
// person who begins or ends to write is a change too: the clock of a session
// that stands still begins anew after that.
func (p *planner) doing(u *unit, doing, evidence string, since time.Time) {
	row, ok := p.session(u)
	if !ok || row.Doing == doing && (row.Evidence == typed) == (evidence == typed) {
		return
	}
	switch unknown {
	case doing:
		p.keepInMind(row)
	case row.Doing:
		since = p.wasBefore(row, doing, evidence, since)
	}
	row.Doing, row.Evidence, row.DoingSince = doing, evidence, since
	p.s.Sessions[u.Name] = row
}

// keepInMind notes what a session did before that was not known any more.
func (p *planner) keepInMind(row ledger.Session) {
	key := "before:" + row.Agent
	if row.Doing == "" || row.Evidence == typed {
		delete(p.s.Loop.Told, key)
		return
	}
	p.s.Loop.Told[key] = row.Doing + " " + row.DoingSince.UTC().Format(time.RFC3339Nano)
}

// wasBefore is since when a session does what it does again after a moment in
// which that was not known: a screen that flickers starts no clock anew.
func (p *planner) wasBefore(row ledger.Session, doing, evidence string, since time.Time) time.Time {
	key := "before:" + row.Agent
	was, at, _ := strings.Cut(p.s.Loop.Told[key], " ")
	delete(p.s.Loop.Told, key)
	begun, err := time.Parse(time.RFC3339Nano, at)
	lasted := p.now.Sub(row.DoingSince)
	if err != nil || was != doing || evidence == typed || lasted > max(flicker, 2*p.w.Config.Supervise.Interval) {
		return since
	}
	return begun
}
