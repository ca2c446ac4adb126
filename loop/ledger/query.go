package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"pawl/handoff"
)

// Known returns the handoffs that c includes, in the order in which they became
// known.
func (l *Ledger) Known(ctx context.Context, c handoff.Concern) ([]handoff.Handoff, error) {
	found := map[int64]bool{}
	// Written out: with parameters SQLite cannot know that its partial indexes serve.
	for _, clause := range []string{"state IN ('open', 'queued', 'sent', 'taken')", "kind = 'inbox' AND state = 'expired'"} {
		if err := l.numbers(ctx, found, clause, nil); err != nil {
			return nil, err
		}
	}
	for _, part := range []struct {
		clause string
		values map[string]bool
	}{
		{`kind = 'signal' AND "commit" IN`, c.Commits},
		{`kind = 'signal' AND answered_by IN`, c.Dropped},
		{"kind = 'signal' AND id IN", c.IDs},
		{"kind = 'inbox' AND path IN", c.Paths},
	} {
		// SQLite limits the number of parameters; a batch stays far below.
		for batch := range slices.Chunk(slices.Sorted(maps.Keys(part.values)), 500) {
			if err := l.numbers(ctx, found, part.clause+" ("+marks(len(batch))+")", anys(batch)); err != nil {
				return nil, err
			}
		}
	}
	var out []handoff.Handoff
	for batch := range slices.Chunk(slices.Sorted(maps.Keys(found)), 500) {
		rows, err := handoffs.find(ctx, l.db, "WHERE n IN ("+marks(len(batch))+") ORDER BY n", anys(batch)...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// numbers adds the row numbers of the handoffs that clause selects.
func (l *Ledger) numbers(ctx context.Context, found map[int64]bool, clause string, args []any) (err error) {
	rows, err := l.db.QueryContext(ctx, "SELECT n FROM handoffs WHERE "+clause, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return err
		}
		found[n] = true
	}
	return rows.Err()
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

func anys[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// Handoffs returns the open handoffs, and if all is set the closed ones after
// them, newest first and at most limit of those.
func (l *Ledger) Handoffs(ctx context.Context, all bool, limit int) ([]handoff.Handoff, error) {
	const open = "state IN ('open', 'queued', 'sent', 'taken')"
	out, err := handoffs.find(ctx, l.db, "WHERE "+open+" ORDER BY n")
	if err != nil || !all {
		return out, err
	}
	closed, err := handoffs.find(ctx, l.db, "WHERE NOT "+open+" ORDER BY n DESC LIMIT ?", limit)
	return append(out, closed...), err
}

// Events returns the last n events after seq, oldest first.
func (l *Ledger) Events(ctx context.Context, after int64, n int) ([]Event, error) {
	rows, err := events.find(ctx, l.db, "WHERE seq > ? ORDER BY seq DESC LIMIT ?", after, n)
	slices.Reverse(rows)
	return rows, err
}

// Session returns one generation, ended or not.
func (l *Ledger) Session(ctx context.Context, generation string) (Session, bool, error) {
	rows, err := sessions.find(ctx, l.db, "WHERE generation = ?", generation)
	if err != nil || len(rows) == 0 {
		return Session{}, false, err
	}
	return rows[0], true, nil
}

// StartFailed records that a session could not be started. The next plan
// decides what follows.
func (l *Ledger) StartFailed(ctx context.Context, generation, why string) error {
	_, err := l.db.ExecContext(ctx, "UPDATE sessions SET state = ?, error = ? WHERE generation = ? AND state = ?", string(Failed), why, generation, string(Starting))
	return err
}

// LastPass records when a pass ran that had nothing else to write.
func (l *Ledger) LastPass(ctx context.Context, at time.Time) error {
	_, err := l.db.ExecContext(ctx, "UPDATE loop SET last_pass = ?", millis(at))
	return err
}

// AddEvents appends events that no plan decided.
func (l *Ledger) AddEvents(ctx context.Context, list ...Event) error {
	return transact(ctx, l.db, func(tx *sql.Tx) error { return writeEvents(ctx, tx, list) })
}

func writeEvents(ctx context.Context, q querier, list []Event) error {
	for _, e := range list {
		doc, err := json.Marshal(e.Data)
		if err != nil {
			return err
		}
		if _, err := q.ExecContext(ctx, "INSERT INTO events (time, kind, agent, data) VALUES (?, ?, ?, ?)", millis(e.Time), e.Kind, e.Agent, string(doc)); err != nil {
			return err
		}
	}
	return nil
}

// Config returns the last good configuration; ok is false when there is none.
func (l *Ledger) Config(ctx context.Context) (path, text string, ok bool, err error) {
	err = l.db.QueryRowContext(ctx, "SELECT path, text FROM config WHERE id = 1").Scan(&path, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", false, nil
	}
	return path, text, err == nil, err
}

// KeepConfig records a configuration that was read without an error.
func (l *Ledger) KeepConfig(ctx context.Context, path, text string, at time.Time) error {
	_, err := l.db.ExecContext(ctx, "INSERT INTO config (id, path, text, at) VALUES (1, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET path = excluded.path, text = excluded.text, at = excluded.at WHERE text <> excluded.text OR path <> excluded.path",
		path, text, millis(at))
	return err
}

// SetConfigError records why the configuration file is not used, "" when it
// is, and says whether that was on record already.
func (l *Ledger) SetConfigError(ctx context.Context, why string) (same bool, err error) {
	res, err := l.db.ExecContext(ctx, "UPDATE loop SET config_error = ? WHERE config_error <> ?", why, why)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 0, err
}

// LastSlots are the newest decisions of the schedules, by schedule.
func (l *Ledger) LastSlots(ctx context.Context) (map[string]Slot, error) {
	out := map[string]Slot{}
	err := each(ctx, l.db, slots, "WHERE n IN (SELECT (SELECT n FROM slots WHERE schedule = k.name ORDER BY n DESC LIMIT 1) FROM schedules AS k)",
		func(x Slot) { out[x.Schedule] = x })
	return out, err
}
