package ledger

import (
	"context"
	"database/sql"
	"errors"
	"slices"
)

// eventsTaken is how many of the newest events a new ledger takes over: those of the
// night, and those that others are still to be told.
const eventsTaken = 10_000

// takeOver copies the newest events of a damaged ledger, as far as each page between
// them and the end can be read, and how far others were told of them. That the rest
// cannot be read is what it is about; only what cannot be written is an error.
func (l *Ledger) takeOver(ctx context.Context, path string) (int, error) {
	list, receivers := salvage(ctx, path)
	err := transact(ctx, l.db, func(tx *sql.Tx) error {
		return errors.Join(events.upsert(ctx, tx, list), notices.upsert(ctx, tx, receivers))
	})
	if err != nil {
		return 0, err
	}
	return len(list), nil
}

// salvage reads what of a damaged ledger can be read and holds: a row is only ever
// read from a page whose checksum holds.
func salvage(ctx context.Context, path string) (list []Event, receivers []Notice) {
	old, err := reach(path, "mode=ro&_pragma=busy_timeout(100)&_pragma=query_only(true)", func(db *sql.DB) error { return db.PingContext(ctx) })
	if err != nil {
		return nil, nil
	}
	for last := int64(1) << 62; len(list) < eventsTaken; last = list[len(list)-1].Seq {
		page, err := events.find(ctx, old.db, "WHERE seq < ? ORDER BY seq DESC LIMIT ?", last, batch)
		list = append(list, page...)
		if err != nil || len(page) < batch {
			break
		}
	}
	slices.Reverse(list)
	if receivers, err = notices.find(ctx, old.db, ""); err != nil || len(list) == 0 {
		receivers = nil // without the events their numbers mean others
	}
	if err := old.Close(); err != nil {
		return nil, nil
	}
	return list, receivers
}
