package ledger

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memo remembers facts about git objects by their hash, across processes. What
// it forgets is only read again, which is why they wait for a transaction that is
// written anyway: each of their own would wait for the disk.
type Memo struct {
	ledger *Ledger
	mu     sync.Mutex
	cache  map[string]string
}

// Bounds of what is held in memory, in facts: in a Memo's cache, and of those that
// wait to be written.
const (
	cached  = 20_000
	waiting = 500
)

// Memo returns the ledger's memory of objects. It may be used by
// several goroutines.
func (l *Ledger) Memo(log *slog.Logger) *Memo {
	l.facts.mu.Lock()
	l.facts.log = log
	l.facts.mu.Unlock()
	return &Memo{ledger: l, cache: map[string]string{}}
}

// Get returns what is remembered under key.
func (m *Memo) Get(key string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.cache[key]; ok {
		return v, true
	}
	v, ok := m.ledger.facts.get(key)
	if !ok {
		err := m.ledger.db.QueryRowContext(context.Background(), "SELECT value FROM memo WHERE key = ?", key).Scan(&v)
		if err != nil {
			return "", false
		}
	}
	m.keep(key, v)
	return v, true
}

// Put remembers value under key: at once in this process, and on the disk with the
// next commit, or when the ledger is closed.
func (m *Memo) Put(key, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.cache[key]; ok && v == value {
		return
	}
	m.keep(key, value)
	if m.ledger.facts.add(key, value) < waiting {
		return
	}
	m.ledger.facts.complain(m.ledger.writeFacts(context.Background()))
}

func (m *Memo) keep(key, value string) {
	if len(m.cache) >= cached {
		clear(m.cache)
	}
	m.cache[key] = value
}

// facts are those that are not written yet.
type facts struct {
	mu   sync.Mutex
	log  *slog.Logger // of the Memo that was made last; nil before the first
	news map[string]string
}

// complain logs why facts are not written.
func (f *facts) complain(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil && f.log != nil {
		f.log.Warn("memo is not kept", "error", err)
	}
}

func (f *facts) get(key string) (string, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	v, ok := f.news[key]
	return v, ok
}

// add returns how many wait.
func (f *facts) add(key, value string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.news == nil {
		f.news = map[string]string{}
	}
	f.news[key] = value
	return len(f.news)
}

func (f *facts) all() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.news)
}

// written forgets those that did not change since.
func (f *facts) written(these map[string]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key, value := range these {
		if f.news[key] == value {
			delete(f.news, key)
		}
	}
}

// writeFacts writes those that wait in a transaction of their own.
func (l *Ledger) writeFacts(ctx context.Context) error {
	these := l.facts.all()
	if len(these) == 0 {
		return nil
	}
	err := transact(ctx, l.db, func(tx *sql.Tx) error { return putFacts(ctx, tx, these) })
	if err == nil {
		l.facts.written(these)
	}
	return err
}

func putFacts(ctx context.Context, tx *sql.Tx, these map[string]string) error {
	for key, value := range these {
		_, err := tx.ExecContext(ctx,
			"INSERT INTO memo (key, value, used_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, used_at = excluded.used_at", key, value, millis(time.Now()))
		if err != nil {
			return err
		}
	}
	return nil
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
