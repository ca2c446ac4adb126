package ledger

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/supervise"
)

// File is the ledger's name in the state directory.
const File = "state.db"

// ErrStale says that the operator edited the ledger after a plan was made: the
// plan must be made again from what is there now.
var ErrStale = errors.New("the ledger was edited meanwhile")

var (
	loops     = tableOf[Loop]("loop", "id")
	agents    = tableOf[Agent]("agents", "name")
	sessions  = tableOf[Session]("sessions", "generation")
	handoffs  = tableOf[handoff.Handoff]("handoffs", "id")
	wakes     = tableOf[delivery.Wake]("wakes", "id")
	items     = tableOf[Item]("items", "id")
	limits    = tableOf[supervise.Limit]("limits", "account")
	schedules = tableOf[Schedule]("schedules", "name")
	slots     = tableOf[Slot]("slots", "id")
	turns     = tableOf[Turn]("turns", "id")
	runs      = tableOf[Run]("runs", "id")
	events    = tableOf[Event]("events", "seq")
)

// Ledger is an open state.db. It may be used from several goroutines, and
// several processes may have it open.
type Ledger struct {
	db   *handle
	path string // as it was opened

	kept  []byte // what KeepWants wrote last
	facts facts

	mu   sync.Mutex
	file os.FileInfo // that is open
}

// Close closes the ledger. Facts that could not be written are read again by the
// next process, and are no error.
func (l *Ledger) Close() error {
	l.facts.complain(l.writeFacts(context.Background()))
	return l.db.Close()
}

// Lost says that the file that is open does not have the ledger's name any more:
// what is written to it nobody will read.
func (l *Ledger) Lost() bool {
	l.mu.Lock() // not while Rebuild moves files
	defer l.mu.Unlock()
	now, err := os.Stat(l.path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return !os.SameFile(now, l.file)
}

// Commit writes the rows of a plan that was made from revision, all of them or
// none, and returns when they are on the disk. It is ErrStale if the operator
// has edited the ledger since, even if the plan writes nothing: what it would
// touch may be unwanted by now.
func (l *Ledger) Commit(ctx context.Context, revision int64, c Changes) error {
	if c.Empty() {
		return current(l.db.QueryRowContext(ctx, "SELECT revision FROM loop"), revision)
	}
	learnt := l.facts.all()
	err := transact(ctx, l.db, func(tx *sql.Tx) error {
		if err := current(tx.QueryRowContext(ctx, "SELECT revision FROM loop"), revision); err != nil {
			return err
		}
		return errors.Join(write(ctx, tx, c), putFacts(ctx, tx, learnt))
	})
	if err == nil {
		l.facts.written(learnt)
	}
	return err
}

func current(row *sql.Row, revision int64) error {
	var now int64
	if err := row.Scan(&now); err != nil {
		return err
	}
	if now != revision {
		return ErrStale
	}
	return nil
}

// Edit is how a command changes what the operator wants: it loads the state,
// lets f change it, and writes what f changed, with nobody in between. A
// coordinator that is planning plans again. It is ErrReplaced if another ledger took
// this one's place meanwhile, which may not know of the change.
func (l *Ledger) Edit(ctx context.Context, f func(*State) error) error {
	return l.edit(ctx, func(tx *sql.Tx) (before, after State, err error) {
		if before, err = load(ctx, tx); err != nil {
			return before, after, err
		}
		after = before.Clone()
		return before, after, f(&after)
	})
}

func (l *Ledger) edit(ctx context.Context, change func(*sql.Tx) (before, after State, err error)) error {
	err := transact(ctx, l.db, func(tx *sql.Tx) error {
		before, after, err := change(tx)
		if err != nil {
			return err
		}
		after.Loop.Revision++
		return write(ctx, tx, Diff(before, after))
	})
	switch {
	case Damaged(err):
		return explain(l.path, err)
	case err == nil && l.Lost():
		return ErrReplaced
	}
	return err
}

func transact(ctx context.Context, db beginner, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		if rerr := tx.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) && !rolledBack(err) {
			return errors.Join(err, rerr)
		}
		return err
	}
	return tx.Commit()
}

// rolledBack says that SQLite may have ended the transaction itself when err came up
// (https://www.sqlite.org/lang_transaction.html, "Response To Errors Within A
// Transaction"): then there is nothing left to roll back.
func rolledBack(err error) bool {
	var fault *sqlite.Error
	if !errors.As(err, &fault) {
		return false
	}
	switch fault.Code() & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT:
		return true
	}
	return false
}

// writeLoop leaves alone what others write beside the plans: why the
// configuration is not used, and when a pass ran.
func writeLoop(ctx context.Context, tx *sql.Tx, l Loop) error {
	now, err := loops.find(ctx, tx, "WHERE id = 1")
	if err != nil {
		return err
	}
	for _, row := range now {
		l.ConfigError, l.LastPass = row.ConfigError, row.LastPass
	}
	return loops.upsert(ctx, tx, []Loop{l})
}

func write(ctx context.Context, tx *sql.Tx, c Changes) error {
	if c.Loop != nil {
		if err := writeLoop(ctx, tx, *c.Loop); err != nil {
			return err
		}
	}
	if !c.Pass.IsZero() {
		if _, err := tx.ExecContext(ctx, "UPDATE loop SET last_pass = ?", millis(c.Pass)); err != nil {
			return err
		}
	}
	return errors.Join(
		agents.upsert(ctx, tx, c.Agents),
		sessions.upsert(ctx, tx, c.Sessions),
		handoffs.upsert(ctx, tx, c.Handoffs),
		wakes.upsert(ctx, tx, c.Wakes),
		items.upsert(ctx, tx, c.Items),
		limits.upsert(ctx, tx, c.Limits),
		schedules.upsert(ctx, tx, c.Schedules),
		slots.upsert(ctx, tx, c.Slots),
		turns.upsert(ctx, tx, c.Turns),
		runs.upsert(ctx, tx, c.Runs),
		writeEvents(ctx, tx, c.Events),
	)
}
