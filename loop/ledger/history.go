package ledger

import (
	"context"
	"database/sql"
	"iter"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/delivery"
)

// historyPage is how many events are read at once. Between pages others get
// their turn at the database.
const historyPage = 2000

// Span is a part of the history: the events from a moment on.
type Span struct {
	First  int64     // the sequence number from which they are read
	Since  time.Time // earlier ones among them are left out
	Oldest time.Time // the oldest event on record; zero with none
}

// Since finds where the events since t begin. They are numbered in the order of
// their times, except where a clock was set: the search goes back from the newest
// one until a whole page is older, so that it costs as much as it finds.
func (l *Ledger) Since(ctx context.Context, t time.Time) (Span, error) {
	s := Span{Since: t}
	oldest, err := events.find(ctx, l.db, "ORDER BY seq LIMIT 1")
	if err != nil || len(oldest) == 0 {
		return s, err
	}
	s.Oldest = oldest[0].Time
	newest, err := l.seq(ctx, "SELECT max(seq) FROM events")
	if err != nil {
		return s, err
	}
	s.First = newest + 1
	for last := newest; last >= oldest[0].Seq; last -= historyPage {
		first, err := l.seq(ctx, "SELECT min(seq) FROM events WHERE seq > ? AND seq <= ? AND time >= ?", last-historyPage, last, millis(t))
		if err != nil || first == 0 {
			return s, err
		}
		s.First = first
	}
	return s, nil
}

// seq is a sequence number that a query finds; 0 without one.
func (l *Ledger) seq(ctx context.Context, query string, args ...any) (int64, error) {
	var n sql.NullInt64
	err := l.db.QueryRowContext(ctx, query, args...).Scan(&n)
	return n.Int64, err
}

// History yields the events of a span in the order of their numbers. They are
// read in pages: however many there are, few are in memory. An error is the
// last thing that it yields.
func (l *Ledger) History(ctx context.Context, s Span) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for after := s.First - 1; ; {
			page, err := events.find(ctx, l.db, "WHERE seq > ? ORDER BY seq LIMIT ?", after, historyPage)
			if err != nil {
				yield(Event{}, err)
				return
			}
			for _, e := range page {
				after = e.Seq
				if !e.Time.Before(s.Since) && !yield(e, nil) {
					return
				}
			}
			if len(page) < historyPage {
				return
			}
		}
	}
}

// FirstOf returns the first event of a kind in a span; false without one.
func (l *Ledger) FirstOf(ctx context.Context, s Span, kind string) (Event, bool, error) {
	rows, err := events.find(ctx, l.db, "WHERE seq >= ? AND time >= ? AND kind = ? ORDER BY seq LIMIT 1", s.First, millis(s.Since), kind)
	if err != nil || len(rows) == 0 {
		return Event{}, false, err
	}
	return rows[0], true, nil
}

// LastBefore returns the last event before a span of one of these kinds; false
// without one.
func (l *Ledger) LastBefore(ctx context.Context, s Span, kinds ...string) (Event, bool, error) {
	args := append([]any{s.First}, anys(kinds)...)
	rows, err := events.find(ctx, l.db, "WHERE seq < ? AND kind IN ("+marks(len(kinds))+") ORDER BY seq DESC LIMIT 1", args...)
	if err != nil || len(rows) == 0 {
		return Event{}, false, err
	}
	return rows[0], true, nil
}

// LastOther returns the last event before a span whose kind is like none of the
// patterns, in which * stands for any text; false without one.
func (l *Ledger) LastOther(ctx context.Context, s Span, patterns ...string) (Event, bool, error) {
	args := append([]any{s.First}, anys(patterns)...)
	rows, err := events.find(ctx, l.db, "WHERE seq < ?"+strings.Repeat(" AND kind NOT GLOB ?", len(patterns))+" ORDER BY seq DESC LIMIT 1", args...)
	if err != nil || len(rows) == 0 {
		return Event{}, false, err
	}
	return rows[0], true, nil
}

// touched selects the handoffs that a report about a span is made from.
const touched = `WHERE n IN (
  SELECT n FROM handoffs WHERE state IN ('open', 'queued', 'sent', 'taken') OR max(seen_at, opened_at, sent_at, taken_at) >= ?1
  UNION SELECT n FROM handoffs WHERE id IN (
    SELECT data ->> 'handoff' FROM events WHERE seq >= ?2 AND kind LIKE 'handoff.%')
  UNION SELECT n FROM handoffs WHERE kind = 'signal' AND gate <> '' AND gate IN (
    SELECT gate FROM handoffs WHERE kind = 'signal' AND gate <> '' AND seen_at >= ?1)
) ORDER BY n`

// Touched returns the handoffs that are open, those that something happened to in
// a span, and all others of the gates that a signal came about in it, in the
// order in which they became known.
func (l *Ledger) Touched(ctx context.Context, s Span) ([]handoff.Handoff, error) {
	return handoffs.find(ctx, l.db, touched, millis(s.Since), s.First)
}

// unanswered selects the expired handoffs after which no other about the same came,
// and that nothing settled. Only what came after the oldest one that may be told is
// looked at.
const unanswered = `WHERE state = 'expired' AND n IN (
  SELECT max(n) FROM handoffs WHERE n >= ` + oldestExpired + `
  GROUP BY agent, kind, rule, gate, path, CASE WHEN kind = 'signal' AND gate = '' THEN id END
) AND n NOT IN (
  SELECT it.n FROM handoffs AS it JOIN (
    SELECT gate, max(CASE WHEN verdict = 'pass' THEN n END) AS passed, max(CASE WHEN rule = 'claim' THEN n END) AS claimed
    FROM handoffs WHERE kind = 'signal' AND gate <> '' AND n >= ` + oldestExpired + ` GROUP BY gate
  ) AS now ON now.gate = it.gate
  WHERE it.kind = 'signal' AND it.n >= ` + oldestExpired + `
    AND (it.rule = 'claim' AND now.passed > it.n OR it.rule = 'review' AND now.claimed > it.n)
) ORDER BY n DESC LIMIT ?1`

// oldestExpired is the number of the oldest expired handoff that may be told.
const oldestExpired = "(SELECT min(n) FROM (SELECT n FROM handoffs WHERE state = 'expired' ORDER BY n DESC LIMIT ?1))"

// Unanswered returns those of the newest limit expired handoffs after which none
// about the same gate or file came, the newest first. A gateless one is about
// nothing else. A claim whose gate passed after it, and a review after which its
// gate was claimed, ask for nothing any more.
func (l *Ledger) Unanswered(ctx context.Context, limit int) ([]handoff.Handoff, error) {
	return handoffs.find(ctx, l.db, unanswered, limit)
}

// Wake is a wake by its id, whatever became of it; false where there is none.
func (l *Ledger) Wake(ctx context.Context, id string) (delivery.Wake, bool, error) {
	list, err := wakes.find(ctx, l.db, "WHERE id = ?", id)
	if err != nil || len(list) == 0 {
		return delivery.Wake{}, false, err
	}
	return list[0], true, nil
}

// LastTaken is the wake that an agent's session took last, if no turn that it began is on record;
// false if there is none.
func (l *Ledger) LastTaken(ctx context.Context, agent, generation string) (delivery.Wake, bool, error) {
	list, err := wakes.find(ctx, l.db, `WHERE n = (SELECT max(n) FROM wakes WHERE generation = ? AND state = 'taken')
		AND id NOT IN (SELECT wake FROM turns WHERE agent = ? AND generation = ?)`, generation, agent, generation)
	if err != nil || len(list) == 0 {
		return delivery.Wake{}, false, err
	}
	return list[0], true, nil
}

// TurnsAfter are the turns that ended since a moment and were recorded after the n-th, in
// their order, and the number of the last of all; that is less than n in another ledger.
func (l *Ledger) TurnsAfter(ctx context.Context, n int64, since time.Time) (list []Turn, last int64, err error) {
	if err := l.db.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM turns").Scan(&last); err != nil || last <= n {
		return nil, last, err
	}
	list, err = turns.find(ctx, l.db, "WHERE n > ? AND n <= ? AND ended >= ? ORDER BY n", n, last, millis(since))
	return list, last, err
}

// Turns are those that ended since a moment, in the order in which they were recorded.
func (l *Ledger) Turns(ctx context.Context, since time.Time) ([]Turn, error) {
	return turns.find(ctx, l.db, "WHERE ended >= ? ORDER BY n", millis(since))
}
