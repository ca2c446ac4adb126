package ledger

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

// Notice is how far one receiver of notifications has got. The events are the
// outbox: those behind Seq are still to be told to it.
type Notice struct {
	Name     string    // of the receiver: a hash of whom it reaches
	Seq      int64     // events up to this number are told, given up, or none of its business
	Attempts int       // to tell the event behind Seq that failed in a row
	NextAt   time.Time // none before this
	WindowAt time.Time // since when attempts are counted
	Told     int       // attempts since then
}

var notices = tableOf[Notice]("notices", "name")

// KeepNotices makes the receivers with these names the only ones. One that is new
// begins at the end: it is told of nothing that happened before.
func (l *Ledger) KeepNotices(ctx context.Context, names []string) error {
	have, err := notices.find(ctx, l.db, "ORDER BY name")
	if err != nil || sameNames(have, names) {
		return err
	}
	return transact(ctx, l.db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM notices WHERE name NOT IN ("+marks(len(names))+")", anys(names)...); err != nil {
			return err
		}
		for _, name := range names {
			// A row that was never written to has no Seq: not even where all events were pruned may it begin at the oldest.
			if _, err := tx.ExecContext(ctx, `INSERT INTO notices (name, seq, attempts, next_at, window_at, told)
				VALUES (?, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0), 0, 0, 0, 0) ON CONFLICT (name) DO NOTHING`, name); err != nil {
				return err
			}
		}
		return nil
	})
}

func sameNames(have []Notice, names []string) bool {
	sorted := slices.Compact(slices.Sorted(slices.Values(names)))
	return slices.EqualFunc(have, sorted, func(n Notice, name string) bool { return n.Name == name })
}

// Behind returns the receivers for which there are events still to be looked at.
func (l *Ledger) Behind(ctx context.Context) ([]Notice, error) {
	return notices.find(ctx, l.db, "WHERE seq < (SELECT max(seq) FROM events) ORDER BY name")
}

// SettleNotice writes how far a receiver has got, and what is to be told of that,
// both or neither. A receiver that is no longer kept stays away, and false is
// returned.
func (l *Ledger) SettleNotice(ctx context.Context, n Notice, list ...Event) (kept bool, err error) {
	return l.settle(ctx, list, "UPDATE notices SET seq = ?, attempts = ?, next_at = ?, window_at = ?, told = ? WHERE name = ?",
		n.Seq, n.Attempts, millis(n.NextAt), millis(n.WindowAt), n.Told, n.Name)
}

// Epoch is the ledger's own name, which was made with it.
func (l *Ledger) Epoch(ctx context.Context) (epoch string, err error) {
	err = l.db.QueryRowContext(ctx, "SELECT epoch FROM loop").Scan(&epoch)
	return epoch, err
}

// told is the number up to which all receivers were told of the events; that of
// the newest event where there is none.
func (l *Ledger) told(ctx context.Context, newest int64) (int64, error) {
	var seq sql.NullInt64
	if err := l.db.QueryRowContext(ctx, "SELECT min(seq) FROM notices").Scan(&seq); err != nil || !seq.Valid {
		return newest, err
	}
	return min(seq.Int64, newest), nil
}
