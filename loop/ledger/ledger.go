package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver, without cgo

	"pawl/handoff"
	"pawl/loop/delivery"
)

// File is the ledger's name in the state directory.
const File = "state.db"

// ErrStale says that the operator edited the ledger after a plan was made: the
// plan must be made again from what is there now.
var ErrStale = errors.New("the ledger was edited meanwhile")

var (
	loops    = tableOf[Loop]("loop", "id")
	agents   = tableOf[Agent]("agents", "name")
	sessions = tableOf[Session]("sessions", "generation")
	handoffs = tableOf[handoff.Handoff]("handoffs", "id")
	wakes    = tableOf[delivery.Wake]("wakes", "id")
	items    = tableOf[Item]("items", "id")
	events   = tableOf[Event]("events", "seq")
)

// Ledger is an open state.db. It may be used from several goroutines, and
// several processes may have it open.
type Ledger struct{ db *sql.DB }

// Open opens the ledger in dir and creates both where they are missing.
func Open(ctx context.Context, dir string) (*Ledger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	return open(ctx, filepath.Join(dir, File))
}

// OpenExisting opens the ledger in dir for a command that only reads: where
// there is none, the error is fs.ErrNotExist and nothing is created.
func OpenExisting(ctx context.Context, dir string) (*Ledger, error) {
	path := filepath.Join(dir, File)
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	return open(ctx, path)
}

// Missing says that err means that there is no ledger yet.
func Missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func open(ctx context.Context, path string) (*Ledger, error) {
	// FULL: a wake's row is on the disk before its text goes out.
	// immediate: a transaction that reads, then writes, never finds the
	// database changed in between.
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	// One connection: SQLite has one writer anyway, and each connection costs memory.
	db.SetMaxOpenConns(1)
	if err := prepare(ctx, db, path); err != nil {
		return nil, errors.Join(fmt.Errorf("ledger %s: %w", path, err), db.Close())
	}
	return &Ledger{db: db}, nil
}

func prepare(ctx context.Context, db *sql.DB, path string) error {
	epoch := make([]byte, 8)
	if _, err := rand.Read(epoch); err != nil {
		return err
	}
	if err := migrate(ctx, db, hex.EncodeToString(epoch)); err != nil {
		return err
	}
	return os.Chmod(path, 0o600)
}

// Close closes the ledger.
func (l *Ledger) Close() error { return l.db.Close() }

// Commit writes the rows of a plan that was made from revision, all of them or
// none, and returns when they are on the disk. It is ErrStale if the operator
// has edited the ledger since.
func (l *Ledger) Commit(ctx context.Context, revision int64, c Changes) error {
	if c.Empty() {
		return nil
	}
	return transact(ctx, l.db, func(tx *sql.Tx) error {
		var now int64
		if err := tx.QueryRowContext(ctx, "SELECT revision FROM loop").Scan(&now); err != nil {
			return err
		}
		if now != revision {
			return ErrStale
		}
		return write(ctx, tx, c)
	})
}

// Edit is how a command changes what the operator wants: it loads the state,
// lets f change it, and writes what f changed, with nobody in between. A
// coordinator that is planning plans again.
func (l *Ledger) Edit(ctx context.Context, f func(*State) error) error {
	return transact(ctx, l.db, func(tx *sql.Tx) error {
		before, err := load(ctx, tx)
		if err != nil {
			return err
		}
		after := before.Clone()
		if err := f(&after); err != nil {
			return err
		}
		after.Loop.Revision++
		return write(ctx, tx, Diff(before, after))
	})
}

func transact(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		if rerr := tx.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
			return errors.Join(err, rerr)
		}
		return err
	}
	return tx.Commit()
}

func write(ctx context.Context, tx *sql.Tx, c Changes) error {
	if c.Loop != nil {
		if err := loops.upsert(ctx, tx, []Loop{*c.Loop}); err != nil {
			return err
		}
	}
	return errors.Join(
		agents.upsert(ctx, tx, c.Agents),
		sessions.upsert(ctx, tx, c.Sessions),
		handoffs.upsert(ctx, tx, c.Handoffs),
		wakes.upsert(ctx, tx, c.Wakes),
		items.upsert(ctx, tx, c.Items),
		writeEvents(ctx, tx, c.Events),
	)
}
