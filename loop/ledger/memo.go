package ledger

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Memo remembers facts about git objects by their hash, across processes. What
// it forgets is only read again.
type Memo struct {
	ledger *Ledger
	log    *slog.Logger
	mu     sync.Mutex
	cache  map[string]string
}

// cached bounds what a Memo holds in memory, in facts.
const cached = 20_000

// Memo returns the ledger's memory of objects. It may be used by
// several goroutines.
func (l *Ledger) Memo(log *slog.Logger) *Memo {
	return &Memo{ledger: l, log: log, cache: map[string]string{}}
}

// Get returns what is remembered under key.
func (m *Memo) Get(key string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.cache[key]; ok {
		return v, true
	}
	var v string
	err := m.ledger.db.QueryRowContext(context.Background(), "SELECT value FROM memo WHERE key = ?", key).Scan(&v)
	if err != nil {
		return "", false
	}
	m.keep(key, v)
	return v, true
}

// Put remembers value under key.
func (m *Memo) Put(key, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.cache[key]; ok && v == value {
		return
	}
	m.keep(key, value)
	_, err := m.ledger.db.ExecContext(context.Background(),
		"INSERT INTO memo (key, value, used_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, used_at = excluded.used_at", key, value, millis(time.Now()))
	if err != nil {
		m.log.Warn("memo is not kept", "error", err)
	}
}

func (m *Memo) keep(key, value string) {
	if len(m.cache) >= cached {
		clear(m.cache)
	}
	m.cache[key] = value
}

// pruneFacts forgets what was learnt too long ago, and of the rest the oldest
// beyond r.Facts. That a fact is read does not make it younger: what is in use
// all the time is learnt again once in r.Idle, which costs less than to write
// down each reading.
func (l *Ledger) pruneFacts(ctx context.Context, now time.Time, r Retention) (int, error) {
	oldest := millis(now.Add(-r.Idle))
	ages, err := l.factAges(ctx)
	if err != nil {
		return 0, err
	}
	if over := len(ages) - r.Facts; over > 0 {
		slices.Sort(ages)
		oldest = max(oldest, ages[over-1]+1)
	}
	return l.sweep(ctx, sweep{table: "memo", key: "key", old: "row.used_at < ?", age: oldest, dead: "?", arg: 1})
}

// factAges are when all facts were learnt. They are read a batch at a time, so
// that nobody waits for a table that is read through.
func (l *Ledger) factAges(ctx context.Context) ([]int64, error) {
	var ages []int64
	for from := ""; ; {
		next, some, err := l.agesBehind(ctx, from)
		if err != nil || len(some) == 0 {
			return ages, err
		}
		ages = append(ages, some...)
		from = next
	}
}

func (l *Ledger) agesBehind(ctx context.Context, from string) (last string, ages []int64, err error) {
	rows, err := l.db.QueryContext(ctx, "SELECT key, used_at FROM memo WHERE key > ? ORDER BY key LIMIT ?", from, batch)
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var at int64
		if err := rows.Scan(&last, &at); err != nil {
			return "", nil, err
		}
		ages = append(ages, at)
	}
	return last, ages, rows.Err()
}
