package ledger

import (
	"context"
	"database/sql"
	"errors"
)

// Checked is the commit up to which origin's branch was checked; "" when it never
// was.
func (l *Ledger) Checked(ctx context.Context) (string, error) {
	var commit string
	err := l.db.QueryRowContext(ctx, "SELECT tip FROM checked").Scan(&commit)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return commit, err
}

// SettleChecked writes how far the branch is checked, and what is to be told of
// it, both or neither. Where another process was faster, from is not the present
// state, nothing is written, and false returned.
func (l *Ledger) SettleChecked(ctx context.Context, from, to string, list ...Event) (kept bool, err error) {
	if from == "" {
		return l.settle(ctx, list, "INSERT INTO checked (id, tip) VALUES (1, ?) ON CONFLICT (id) DO NOTHING", to)
	}
	return l.settle(ctx, list, "UPDATE checked SET tip = ? WHERE tip = ?", to, from)
}

// settle writes a row and events, both or neither; kept is false, and nothing is
// written, where the statement changes no row.
func (l *Ledger) settle(ctx context.Context, list []Event, query string, args ...any) (kept bool, err error) {
	err = transact(ctx, l.db, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		rows, err := res.RowsAffected()
		if kept = rows > 0; err != nil || !kept {
			return err
		}
		return writeEvents(ctx, tx, list)
	})
	return kept, err
}
