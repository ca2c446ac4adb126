package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
)

// handle is the database of a ledger, which another one can take the place of while
// it is used.
type handle struct{ now atomic.Pointer[database] }

// database is one that is open.
type database struct {
	*sql.DB
	path   string   // as it was opened
	full   string   // without links: SQLite's name for it
	beside []beside // what belongs to it and must stay where it is
}

// beside is a file beside a database as it was when that was opened.
type beside struct {
	suffix, what string
	file         os.FileInfo
}

// newHandle is called once the database was read from: by then its log and its index
// are there.
func newHandle(db *sql.DB, path string, k kind) *handle {
	d := &database{DB: db, path: path, full: resolved(path)}
	if k == sealed { // of others SQLite itself removes them
		for _, b := range []beside{{suffix: logSuffix, what: "write-ahead log"}, {suffix: indexSuffix, what: "log's index"}} {
			if info, err := os.Stat(d.full + b.suffix); err == nil {
				b.file = info
				d.beside = append(d.beside, b)
			}
		}
	}
	h := &handle{}
	h.now.Store(d)
	return h
}

// parted says that who opens the database now gets another log, or another index of
// it, than who has it open: neither sees what the other writes, and both write. None
// of ours removes them.
func (d *database) parted() error {
	for _, b := range d.beside {
		now, err := os.Stat(d.full + b.suffix)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(now, b.file) {
			return fmt.Errorf("its %s was deleted or replaced while it was open", b.what)
		}
	}
	return nil
}

// end closes the database once nobody uses it: what is read from it later would count
// against the one that has its name by then.
func (d *database) end(ctx context.Context) error {
	conn, err := d.Conn(ctx) // the only one
	if err != nil {
		return errors.Join(err, d.Close())
	}
	return errors.Join(d.Close(), conn.Close())
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

// Close is that of sql.DB. Who found damage leaves word of it: a command stumbles over
// what a coordinator, or the next command, need not read before it is too late.
func (h *handle) Close() error {
	d := h.now.Load()
	err := d.Close()
	if foundDamaged(d.full) != nil {
		err = errors.Join(err, Doubt(filepath.Dir(d.path)))
	}
	return err
}

// beginner is a database, or what stands for one.
type beginner interface {
	BeginTx(context.Context, *sql.TxOptions) (*sql.Tx, error)
}
