package ledger

import (
	"context"
	"database/sql"
	"sync/atomic"
)

// handle is the database of a ledger, which another one can take the place of while
// it is used.
type handle struct{ now atomic.Pointer[sql.DB] }

func newHandle(db *sql.DB) *handle {
	h := &handle{}
	h.now.Store(db)
	return h
}

// QueryContext is that of sql.DB.
func (h *handle) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return h.now.Load().QueryContext(ctx, query, args...)
}

// QueryRowContext is that of sql.DB.
func (h *handle) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return h.now.Load().QueryRowContext(ctx, query, args...)
}

// ExecContext is that of sql.DB.
func (h *handle) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return h.now.Load().ExecContext(ctx, query, args...)
}

// BeginTx is that of sql.DB.
func (h *handle) BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error) {
	return h.now.Load().BeginTx(ctx, opts)
}

// Close is that of sql.DB.
func (h *handle) Close() error { return h.now.Load().Close() }

// beginner is a database, or what stands for one.
type beginner interface {
	BeginTx(context.Context, *sql.TxOptions) (*sql.Tx, error)
}
