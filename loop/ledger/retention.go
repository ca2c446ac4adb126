package ledger

import "time"

// Retention says what a ledger keeps. Nothing that is open is ever removed,
// whatever it says.
type Retention struct {
	Events int // the newest of them; older ones go whatever their age

	// History is how long events, ended sessions, turns and closed handoffs are kept.
	History time.Duration
	// Delivered is how long a wake, what it carried and the slot that it came from
	// are kept once they are done.
	Delivered time.Duration

	// Recent and Handoffs are how many of the newest events and handoffs are
	// kept whatever their age: a clock that ran ahead for an hour must not
	// take the memory away. Handoffs must be more than a change of the rules
	// can derive anew: what is forgotten then would be told twice.
	Recent   int
	Handoffs int

	// MaxHandoffs is how many of the newest handoffs are kept at most: closed ones
	// before them go whatever their age.
	MaxHandoffs int

	Facts int           // about git objects, those used last
	Idle  time.Duration // how long a fact is kept that nobody learns again
}

const day = 24 * time.Hour

// slotsKept is how many of the newest slots of a schedule are kept for ever: as
// many as are loaded.
const slotsKept = 8

// Defaults suit a year with twenty agents and thousands of events a day, in
// about 300 MB at the most. The lookback is the configuration's, in commits:
// each of them may wake each of the agents.
func Defaults(lookback, agents int) Retention {
	return Retention{
		Events: 500_000, History: 400 * day, Delivered: 30 * day,
		Recent: 10_000, Handoffs: max(20_000, 2*lookback*agents), MaxHandoffs: max(200_000, 2*lookback*agents),
		Facts: 100_000, Idle: 90 * day,
	}
}

// Pruned is how many rows were removed from each table.
type Pruned struct {
	Events, Sessions, Handoffs, Wakes, Items, Slots, Turns, Runs, Facts int
}

// Total is how many rows were removed.
func (p Pruned) Total() int {
	return p.Events + p.Sessions + p.Handoffs + p.Wakes + p.Items + p.Slots + p.Turns + p.Runs + p.Facts
}
