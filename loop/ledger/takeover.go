package ledger

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"
)

// eventsTaken is how many of the newest events a new ledger takes over: those of the
// night, and those that others are still to be told.
const eventsTaken = 10_000

// salvaged is what of a damaged ledger can be read and holds: a row is only ever read
// from a page whose checksum holds.
type salvaged struct {
	wants     *wants // what the operator asked for; nil where that cannot be read
	events    []Event
	receivers []Notice
}

// takeOver writes what was salvaged of another ledger into a new one: the newest
// events, as far as each page between them and the end could be read, and how far
// others were told of them.
// Without any, the numbers go on far beyond those that the old one can have had: who
// is still telling others of one of those will write down its number here.
func (l *Ledger) takeOver(ctx context.Context, old salvaged, now time.Time) error {
	return transact(ctx, l.db, func(tx *sql.Tx) error {
		if len(old.events) == 0 {
			_, err := tx.ExecContext(ctx, "INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)", now.UnixMilli())
			return err
		}
		return errors.Join(events.upsert(ctx, tx, old.events), notices.upsert(ctx, tx, old.receivers))
	})
}

// salvage reads of a damaged ledger what it can. That the rest cannot be read is what
// it is about, and no error.
func salvage(ctx context.Context, path string) (s salvaged) {
	old, err := reach(path, forReading, func(db *sql.DB) error { return db.PingContext(ctx) })
	if err != nil {
		return salvaged{}
	}
	s.wants = old.readOrders(ctx)
	s.events, s.receivers = old.newestEvents(ctx)
	if err := old.db.now.Load().Close(); err != nil {
		return salvaged{}
	}
	return s
}

// readOrders is what the operator asked for, as the ledger itself has it; nil where a
// page of that cannot be read.
func (l *Ledger) readOrders(ctx context.Context) *wants {
	s := State{Agents: map[string]Agent{}, Runs: map[string]Run{}, Items: map[string]Item{}}
	rows, err := loops.find(ctx, l.db, "WHERE id = 1")
	if err != nil || len(rows) == 0 {
		return nil
	}
	s.Loop = rows[0]
	if each(ctx, l.db, agents, openAgents, func(a Agent) { s.Agents[a.Name] = a }) != nil {
		return nil
	}
	if each(ctx, l.db, runs, openRuns, func(r Run) { s.Runs[r.ID] = r }) != nil {
		return nil
	}
	unread := each(ctx, l.db, items, openItems, s.PutItem) != nil
	path, text, _, err := l.Config(ctx)
	if err != nil {
		path, text = "", ""
	}
	w := wantsOf(s, path, text)
	w.unread = unread
	return &w
}

// newestEvents are the events that a new ledger takes over, the oldest first.
func (l *Ledger) newestEvents(ctx context.Context) (list []Event, receivers []Notice) {
	for last := int64(1) << 62; len(list) < eventsTaken; last = list[len(list)-1].Seq {
		page, err := events.find(ctx, l.db, "WHERE seq < ? ORDER BY seq DESC LIMIT ?", last, batch)
		list = append(list, page...)
		if err != nil || len(page) < batch {
			break
		}
	}
	slices.Reverse(list)
	receivers, err := notices.find(ctx, l.db, "")
	if err != nil || len(list) == 0 {
		receivers = nil // without the events their numbers mean others
	}
	return list, receivers
}
