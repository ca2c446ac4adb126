package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"pawl/handoff"
)

// Ended is a handoff that was closed, and when.
type Ended struct {
	handoff.Handoff
	At time.Time
}

// recentEvents bounds how far back in the history is looked for ends: the events
// of several busy days.
const recentEvents = 20_000

// ends are the events that say that a handoff was closed.
const ends = `'handoff.answered', 'handoff.superseded', 'handoff.withdrawn', 'handoff.expired', 'handoff.dismissed'`

// Recent returns the handoffs of an agent that were closed since a moment and
// are closed still, the last one first, at most limit.
func (l *Ledger) Recent(ctx context.Context, agent string, since time.Time, limit int) ([]Ended, error) {
	// One that was closed twice, opened again in between, counts once.
	found, err := events.find(ctx, l.db,
		"WHERE seq > (SELECT max(seq) FROM events) - ? AND time >= ? AND agent = ? AND kind IN ("+ends+") ORDER BY seq DESC LIMIT ?",
		recentEvents, millis(since), agent, 4*limit)
	if err != nil {
		return nil, err
	}
	var out []Ended
	for _, e := range found {
		id, _ := e.Data["handoff"].(string)
		if len(out) == limit || slices.ContainsFunc(out, func(x Ended) bool { return x.ID == id }) {
			continue
		}
		rows, err := handoffs.find(ctx, l.db, "WHERE id = ?", id)
		if err != nil {
			return nil, err
		}
		for _, h := range rows {
			if h.State.Closed() {
				out = append(out, Ended{Handoff: h, At: e.Time})
			}
		}
	}
	return out, nil
}

// MinID is to how many characters the id of a handoff may be shortened.
const MinID = 4

// NoHandoffError says that no handoff has an id.
type NoHandoffError struct{ ID string }

// Error names the id.
func (e *NoHandoffError) Error() string {
	text := "there is no handoff " + fmt.Sprintf("%q", handoff.Clean(e.ID, 80))
	if len(e.ID) < MinID {
		text += fmt.Sprintf("; an id may be shortened to %d characters, no further", MinID)
	}
	return text
}

// AmbiguousError says that several handoffs have ids that begin alike.
type AmbiguousError struct {
	ID    string
	Found []handoff.Handoff // some of them
}

// Error names them.
func (e *AmbiguousError) Error() string {
	var names []string
	for _, h := range e.Found {
		names = append(names, h.ID+" ("+h.Label()+", "+string(h.State)+")")
	}
	return fmt.Sprintf("%q may be %s; write more of the id", handoff.Clean(e.ID, 80), strings.Join(names, " or "))
}

// EditHandoff is Edit for what the operator does to one handoff, closed or not,
// whose id may be abbreviated. It is a *NoHandoffError or an *AmbiguousError if
// id does not name one.
func (l *Ledger) EditHandoff(ctx context.Context, id string, f func(*State, handoff.Handoff) (handoff.Handoff, error)) error {
	return l.edit(ctx, func(tx *sql.Tx) (before, after State, err error) {
		if before, err = load(ctx, tx); err != nil {
			return before, after, err
		}
		h, err := named(ctx, tx, id)
		if err != nil {
			return before, after, err
		}
		// A closed one is no part of a state that is loaded.
		before.PutHandoff(h)
		after = before.Clone()
		if h, err = f(&after, h); err != nil {
			return before, after, err
		}
		after.PutHandoff(h)
		return before, after, nil
	})
}

// named finds the handoff that an id, perhaps an abbreviated one, names.
func named(ctx context.Context, q querier, id string) (handoff.Handoff, error) {
	rows, err := handoffs.find(ctx, q, "WHERE id = ?", id)
	if err != nil {
		return handoff.Handoff{}, err
	}
	if len(rows) == 0 && len(id) >= MinID {
		// No id has a character beyond this one.
		if rows, err = handoffs.find(ctx, q, "WHERE id > ? AND id < ? ORDER BY id LIMIT 5", id, id+"\x7f"); err != nil {
			return handoff.Handoff{}, err
		}
	}
	switch len(rows) {
	case 0:
		return handoff.Handoff{}, &NoHandoffError{ID: id}
	case 1:
		return rows[0], nil
	}
	return handoff.Handoff{}, &AmbiguousError{ID: id, Found: rows}
}

// Handoff returns one handoff by its full id, closed or not. It is a
// *NoHandoffError if there is none.
func (l *Ledger) Handoff(ctx context.Context, id string) (handoff.Handoff, error) {
	rows, err := handoffs.find(ctx, l.db, "WHERE id = ?", id)
	if err == nil && len(rows) == 0 {
		err = &NoHandoffError{ID: id}
	}
	if err != nil {
		return handoff.Handoff{}, err
	}
	return rows[0], nil
}
