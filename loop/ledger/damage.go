package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"pawl/loop/atomicfile"
)

// DamagedError says that a ledger is not what was written. Nothing that it holds is
// to be used; Rebuild begins a new one.
type DamagedError struct {
	Path string
	Err  error // what is wrong
}

// Error names the file and what is wrong with it.
func (e *DamagedError) Error() string { return fmt.Sprintf("ledger %s is damaged: %v", e.Path, e.Err) }

// Unwrap is what is wrong.
func (e *DamagedError) Unwrap() error { return e.Err }

// ErrReplaced says that another ledger has taken the place of the one that is open.
var ErrReplaced = errors.New("another ledger took the place of the one that was open; run the command again")

// errNoLoop says that the one row that every ledger has is missing.
var errNoLoop = errors.New("it has no row about the loop")

// Damaged says that err comes from a damaged ledger. A full disk, a lock or a
// disk that cannot be read is not damage: it may be over in a moment.
func Damaged(err error) bool {
	var damaged *DamagedError
	var fault *sqlite.Error
	switch {
	case errors.As(err, &damaged), errors.Is(err, errNoLoop):
		return true
	case !errors.As(err, &fault):
		return false
	case fault.Code() == sqlite3.SQLITE_IOERR_DATA: // a checksum does not hold
		return true
	}
	code := fault.Code() & 0xff // the rest is detail
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}

// explain names the ledger that an error is about.
func explain(path string, err error) error {
	var damaged *DamagedError
	switch {
	case err == nil, errors.As(err, &damaged):
		return err
	case Damaged(err):
		return &DamagedError{Path: path, Err: plainly(path, err)}
	}
	return fmt.Errorf("ledger %s: %w", path, err)
}

// plainly says which page is wrong, where SQLite only tells of an input or output error.
func plainly(path string, err error) error {
	if found := foundDamaged(resolved(path)); found != nil {
		return found
	}
	return err
}

// Damage is what this process found wrong with the ledger since it was opened,
// whoever it was that read; a *DamagedError, or nil.
func (l *Ledger) Damage() error {
	if found := foundDamaged(l.db.now.Load().full); found != nil {
		return &DamagedError{Path: l.path, Err: found}
	}
	return nil
}

// Doubt leaves word beside the ledger in dir that somebody found it damaged: a
// coordinator has in memory what it read before, and may not notice.
func Doubt(dir string) error {
	return atomicfile.Write(filepath.Join(dir, File+doubtSuffix), nil)
}

// Settle reads all of the ledger where somebody doubts it. What is wrong is a
// *DamagedError, as is what this process has found before, and that a file beside it
// was deleted or replaced under it.
func (l *Ledger) Settle(ctx context.Context) error {
	if err := l.db.now.Load().parted(); err != nil {
		return &DamagedError{Path: l.path, Err: err}
	}
	if !exists(l.path + doubtSuffix) {
		return l.Damage()
	}
	if err := l.Scrub(ctx); err != nil {
		return err // and the doubt remains
	}
	return remove(l.path + doubtSuffix)
}

// Check finds out whether what a pass starts from can be read, and whether it is the
// newest that was written: a ledger that lost the end of its log is in order, and
// knows less than the operator asked for. The error is a *DamagedError then.
// Other pages are checked when they are read, and by Scrub, which is part of this
// where somebody doubts the ledger.
func (l *Ledger) Check(ctx context.Context) error {
	if err := l.Settle(ctx); err != nil {
		return err
	}
	s, err := l.Load(ctx)
	if err == nil {
		err = explain(l.path, l.readEdges(ctx))
	}
	if err != nil {
		return err
	}
	kept, err := readWants(l.path)
	if err != nil {
		return err
	}
	if kept != nil && kept.Epoch == s.Loop.Epoch && kept.Revision > s.Loop.Revision {
		lost := fmt.Errorf("it lost what was written last: it knows of %d orders, and %d were given", s.Loop.Revision, kept.Revision)
		return &DamagedError{Path: l.path, Err: lost}
	}
	return l.Damage()
}

// readEdges reads what commands need beside the state, and the pages that the next
// event is written to: who finds them damaged later has begun already.
func (l *Ledger) readEdges(ctx context.Context) error {
	if _, _, _, err := l.Config(ctx); err != nil {
		return err
	}
	if _, err := notices.find(ctx, l.db, ""); err != nil {
		return err
	}
	for _, query := range []string{"SELECT max(seq) FROM events", "SELECT max(seq) FROM sqlite_sequence", "SELECT max(n) FROM handoffs"} {
		if _, err := l.newest(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// Scrub reads every page, a batch at a time, between which others get their turn. What is
// read seldom would otherwise be found damaged when it is needed. A page that does
// not hold is a *DamagedError.
func (l *Ledger) Scrub(ctx context.Context) error {
	// What is in memory says nothing about the disk.
	if _, err := l.db.ExecContext(ctx, "PRAGMA shrink_memory"); err != nil {
		return explain(l.path, err)
	}
	var pages int64
	if err := l.db.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		return explain(l.path, err)
	}
	for first := int64(1); first <= pages; first += batch {
		var bytes int64
		err := l.db.QueryRowContext(ctx, "SELECT coalesce(sum(length(data)), 0) FROM sqlite_dbpage WHERE pgno BETWEEN ? AND ?", first, first+batch-1).Scan(&bytes)
		if err != nil {
			return explain(l.path, err)
		}
	}
	return l.Damage()
}
