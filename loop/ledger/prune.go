package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"
)

// batch is how many rows of a table are looked at, and at most removed, in one
// statement. Each is a transaction of its own, of some milliseconds.
const batch = 500

// sweep walks a table in the order of its key, a batch at a time, and removes
// what is old and dead.
type sweep struct {
	table, key string
	old        string // a condition on row, with one argument
	age        int64
	dead       string // another one, with one argument
	arg        int64
	ordered    bool // the key grows with time: behind a batch without anything old nothing is
}

// Prune removes what r does not keep as of now, in batches between which others
// get their turn. Cut off by ctx, it has removed what it says, and the next one
// goes on.
func (l *Ledger) Prune(ctx context.Context, now time.Time, r Retention) (Pruned, error) {
	var p Pruned
	seq, err := l.newest(ctx, "SELECT max(seq) FROM events")
	if err != nil {
		return p, fmt.Errorf("prune events: %w", err)
	}
	told, err := l.told(ctx, seq)
	if err != nil {
		return p, fmt.Errorf("prune events: %w", err)
	}
	n, err := l.newest(ctx, "SELECT max(n) FROM handoffs")
	if err != nil {
		return p, fmt.Errorf("prune handoffs: %w", err)
	}
	history, delivered := millis(now.Add(-r.History)), millis(now.Add(-r.Delivered))
	for _, step := range []struct {
		sweep
		count *int
	}{
		{sweep{events.name, "seq", "row.seq <= ?", seq - int64(r.Events), "?", 1, true}, &p.Events},
		{sweep{events.name, "seq", "row.time < ?", history, "row.seq <= ?", min(told, seq-int64(r.Recent)), true}, &p.Events},
		{sweep{handoffs.name, "n", "row.n <= ?", n - int64(r.MaxHandoffs), deadHandoff, n - int64(r.MaxHandoffs), true}, &p.Handoffs},
		{sweep{handoffs.name, "n", "max(row.seen_at, row.opened_at, row.sent_at, row.taken_at) < ?", history, deadHandoff, n - int64(r.Handoffs), true}, &p.Handoffs},
		{sweep{wakes.name, "n", "max(row.created_at, row.sent_at, row.taken_at) < ?", delivered, "row.state NOT IN ('queued', 'sent') AND ?", 1, true}, &p.Wakes},
		{sweep{items.name, "n", "row.created_at < ?", delivered, "row.state NOT IN ('open', 'queued') AND ?", 1, true}, &p.Items},
		{sweep{slots.name, "n", "row.decided_at < ?", delivered, deadSlot, slotsKept, true}, &p.Slots},
		{sweep{turns.name, "n", "row.ended < ?", history, "?", 1, true}, &p.Turns},
		{sweep{agents.name, "name", deadRun, history, "?", 1, false}, &p.Runs},
		{sweep{runs.name, "id", "row.id IN (SELECT id FROM runs AS gone WHERE " + goneRun + ")", history, "?", 1, false}, &p.Runs},
		{sweep{sessions.name, "generation", "row.ended_at < ?", history, deadSession, 0, false}, &p.Sessions},
	} {
		removed, err := l.sweep(ctx, step.sweep)
		*step.count += removed
		if err != nil {
			return p, fmt.Errorf("prune %s: %w", step.table, err)
		}
	}
	if p.Facts, err = l.pruneFacts(ctx, now, r); err != nil {
		return p, fmt.Errorf("prune memo: %w", err)
	}
	return p, nil
}

// deadHandoff spares, beside what is open, the letters that may lie at the tip
// still and must not be told again: those that expired or were dismissed. It
// also spares the newest of each path and reader, which says in which appearance
// of the file the next one comes. Any other letter that comes back is told again
// whether it is known or not.
const deadHandoff = `row.n <= ? AND row.state IN ('answered', 'superseded', 'withdrawn', 'expired')
  AND (row.kind = 'signal' OR row.state <> 'expired' AND (row.state <> 'withdrawn' OR row.why NOT LIKE 'dismissed:%')
    AND EXISTS (SELECT 1 FROM handoffs AS later WHERE later.kind = 'inbox' AND later.path = row.path
      AND later.agent = row.agent AND later.n > row.n AND later.seen_at >= row.seen_at))`

// deadSlot spares the newest slots of each schedule, from which the next one follows.
const deadSlot = `row.n NOT IN (SELECT n FROM slots WHERE schedule = row.schedule ORDER BY n DESC LIMIT ?)`

// deadSession spares the newest session of each agent.
const deadSession = `row.ended_at <> ? AND row.generation NOT IN (SELECT generation FROM agents)`

// goneRun is a run that was cleared away, or that ended and left no worktree behind.
const goneRun = `(gone.removed <> 0 OR gone.repo = '' AND gone.status <> 'running') AND max(gone.removed, gone.ended_at) < ?`

// deadRun is what is known of such a one as an agent.
const deadRun = `row.name IN (SELECT id FROM runs AS gone WHERE ` + goneRun + `)`

func (l *Ledger) newest(ctx context.Context, query string) (int64, error) {
	var n sql.NullInt64
	err := l.db.QueryRowContext(ctx, query).Scan(&n)
	return n.Int64, err
}

// sweep returns how many rows it removed.
func (l *Ledger) sweep(ctx context.Context, s sweep) (int, error) {
	removed, from := 0, any(math.MinInt64)
	if !s.ordered {
		from = "" // its key is a text
	}
	for {
		to, old, dead, err := l.survey(ctx, s, from)
		if err != nil || to == nil || old == 0 && s.ordered {
			return removed, err
		}
		if dead > 0 {
			n, err := l.remove(ctx, s, from, to)
			removed += n
			if err != nil {
				return removed, err
			}
		}
		from = to
	}
}

// survey looks at the batch behind from: where it ends, which is nil if there is
// none, and how many of its rows are old, and how many of those are dead.
func (l *Ledger) survey(ctx context.Context, s sweep, from any) (to any, old, dead int, err error) {
	err = l.db.QueryRowContext(ctx, fmt.Sprintf(`SELECT max(k), coalesce(sum(o), 0), coalesce(sum(d), 0) FROM (
		SELECT row.%[1]s AS k, (%[2]s) AS o, (%[2]s) AND (%[3]s) AS d
		FROM %[4]s AS row WHERE row.%[1]s > ? ORDER BY row.%[1]s LIMIT %[5]d)`,
		s.key, s.old, s.dead, s.table, batch), s.age, s.age, s.arg, from).Scan(&to, &old, &dead)
	return to, old, dead, err
}

// remove removes a batch's dead rows, and then leaves the ledger alone for as
// long: another process that waits for it asks only now and then.
func (l *Ledger) remove(ctx context.Context, s sweep, from, to any) (int, error) {
	begin := time.Now()
	res, err := l.db.ExecContext(ctx, fmt.Sprintf("DELETE FROM %[4]s AS row WHERE row.%[1]s > ? AND row.%[1]s <= ? AND (%[2]s) AND (%[3]s)",
		s.key, s.old, s.dead, s.table), from, to, s.age, s.arg)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), errors.Join(err, pause(ctx, time.Since(begin)))
}
