package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite" // the driver, without cgo
	sqlite3 "modernc.org/sqlite/lib"
)

// Open opens the ledger in dir and creates both where they are missing. It is a
// *DamagedError where what is there is no ledger, or a part of one.
func Open(ctx context.Context, dir string) (*Ledger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	path := filepath.Join(dir, File)
	if err := create(path); err != nil {
		return nil, explain(path, err)
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
	return reach(path, forReading, func(db *sql.DB) error {
		var version int
		err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
		if err == nil && version != len(migrations) {
			err = fmt.Errorf("it has version %d, not %d", version, len(migrations))
		}
		return err
	})
}

// Missing says that err means that there is no ledger yet.
func Missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// FULL: a wake's row is on the disk before its text goes out.
// immediate: a transaction that reads, then writes, never finds the
// database changed in between.
// journal_size_limit: after a burst the log is cut short when it begins anew.
// The database keeps its size and fills its free pages again.
// cache_spill: no page goes to the log before its transaction ends, so that each
// page that is read from there can be checked.
const forWriting = "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate" +
	"&_pragma=journal_size_limit(8388608)&_pragma=cache_spill(0)"

// forReading waits for nobody, and changes nothing.
const forReading = "mode=ro&_pragma=busy_timeout(100)&_pragma=query_only(true)"

func open(ctx context.Context, path string) (*Ledger, error) {
	return reach(path, forWriting, func(db *sql.DB) error {
		err := prepare(ctx, db, path)
		for end := time.Now().Add(busyPatience); isBusy(err) && time.Now().Before(end); err = prepare(ctx, db, path) {
			if err := pause(ctx, busyPause); err != nil {
				return err
			}
		}
		return err
	})
}

// replacements bounds how often a ledger is opened anew because another one took its
// place in between.
const replacements = 5

// reach opens the database at path, and has begin read from it. SQLite opens a
// database and then, by its name, the log: where another ledger took the place of
// the first in between, the second may be that one's, and both are opened again.
func reach(path, how string, begin func(*sql.DB) error) (*Ledger, error) {
	for range replacements {
		before, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		db, k, err := connect(path, how)
		if err != nil {
			return nil, explain(path, err)
		}
		forgetDamage(resolved(path))
		err = begin(db)
		if now, serr := os.Stat(path); serr != nil || !os.SameFile(before, now) {
			if err := db.Close(); err != nil {
				return nil, explain(path, err)
			}
			continue
		}
		if err != nil {
			return nil, errors.Join(explain(path, err), db.Close())
		}
		return &Ledger{db: newHandle(db, path, k), path: path, file: before}, nil
	}
	return nil, fmt.Errorf("ledger %s is replaced again and again", path)
}

// connect makes the connection to the file at path as its kind wants it.
func connect(path, how string) (*sql.DB, kind, error) {
	header, err := headerOf(path)
	if err != nil {
		return nil, broken, err
	}
	k := kindOf(header)
	switch k {
	case broken:
		return nil, k, &DamagedError{Path: path, Err: fmt.Errorf("it does not begin as a ledger does (%d bytes of its header read)", len(header))}
	case sealed:
		if err := registerShim(); err != nil {
			return nil, k, err
		}
		how += "&vfs=" + sealedVFS
	case plain:
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+how)
	if err != nil {
		return nil, k, err
	}
	// One connection: SQLite has one writer anyway, and each connection costs memory.
	db.SetMaxOpenConns(1)
	return db, k, nil
}

// headerOf is the header of a file, or what there is of it.
func headerOf(path string) (header []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	header = make([]byte, headerSize)
	n, err := io.ReadFull(f, header)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return header[:n], err
}

// resolved is a path as SQLite knows it, without links.
func resolved(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real
	}
	// The file may be gone by now.
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs))
	}
	return abs
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
