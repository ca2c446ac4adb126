package ledger

import (
	"context"
	"log/slog"
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
	m.cache[key] = v
	return v, true
}

// Put remembers value under key.
func (m *Memo) Put(key, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.cache[key]; ok && v == value {
		return
	}
	m.cache[key] = value
	_, err := m.ledger.db.ExecContext(context.Background(),
		"INSERT INTO memo (key, value, used_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, used_at = excluded.used_at", key, value, millis(time.Now()))
	if err != nil {
		m.log.Warn("memo is not kept", "error", err)
	}
}
