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
	"time"

	"modernc.org/sqlite" // the driver, without cgo
	sqlite3 "modernc.org/sqlite/lib"
)

// Open opens the ledger in dir and creates both where they are missing.
func Open(ctx context.Context, dir string) (*Ledger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	path := filepath.Join(dir, File)
	// SQLite gives its write-ahead log the mode of the database, which is why
	// that must be right from the first moment.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	return open(ctx, path)
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

// OpenReadOnly opens the ledger in dir for a moment's look: it waits for nobody,
// and changes nothing. A ledger of another version is an error.
func OpenReadOnly(ctx context.Context, dir string) (*Ledger, error) {
	path := filepath.Join(dir, File)
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&_pragma=busy_timeout(100)&_pragma=query_only(true)")
	if err != nil {
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	var version int
	err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	if err == nil && version != len(migrations) {
		err = fmt.Errorf("it has version %d, not %d", version, len(migrations))
	}
	if err != nil {
		return nil, errors.Join(explain(path, err), db.Close())
	}
	return &Ledger{db: db, path: path}, nil
}

// Missing says that err means that there is no ledger yet.
func Missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func open(ctx context.Context, path string) (*Ledger, error) {
	// FULL: a wake's row is on the disk before its text goes out.
	// immediate: a transaction that reads, then writes, never finds the
	// database changed in between.
	// journal_size_limit: after a burst the log is cut short when it begins anew.
	// The database keeps its size and fills its free pages again.
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate" +
		"&_pragma=journal_size_limit(8388608)"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	// One connection: SQLite has one writer anyway, and each connection costs memory.
	db.SetMaxOpenConns(1)
	err = prepare(ctx, db, path)
	for end := time.Now().Add(busyPatience); isBusy(err) && time.Now().Before(end); err = prepare(ctx, db, path) {
		if err := pause(ctx, busyPause); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	if err != nil {
		return nil, errors.Join(explain(path, err), db.Close())
	}
	return &Ledger{db: db, path: path}, nil
}

// SQLite does not wait for others that switch a new database to WAL at the same
// moment, whatever busy_timeout says: it has to be asked again.
const (
	busyPatience = 10 * time.Second
	busyPause    = 20 * time.Millisecond
)

func isBusy(err error) bool {
	var fault *sqlite.Error
	return errors.As(err, &fault) && fault.Code()&0xff == sqlite3.SQLITE_BUSY
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// errNoLoop says that the one row that every ledger has is missing.
var errNoLoop = errors.New("it has no row about the loop")

// explain says what to do about a ledger that cannot be read.
func explain(path string, err error) error {
	var fault *sqlite.Error
	damaged := errors.Is(err, errNoLoop)
	if errors.As(err, &fault) {
		code := fault.Code() & 0xff // the rest is detail
		damaged = code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
	}
	if damaged {
		return fmt.Errorf("ledger %s is damaged: %w; move it away and run `pawl up`: what is open is found again in origin", path, err)
	}
	return fmt.Errorf("ledger %s: %w", path, err)
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
