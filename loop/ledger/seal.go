package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/libc"
	"modernc.org/sqlite"
)

// errInUse says that others use a ledger that is to be copied.
var errInUse = errors.New("others use it")

// Unsealed says that dir has a ledger from before pages had checksums.
func Unsealed(dir string) bool {
	header, err := headerOf(filepath.Join(dir, File))
	return err == nil && kindOf(header) == plain
}

// seal gives a ledger from before pages had checksums such pages, by copying it. While
// others use it, it is left as it is, until the next start.
func seal(ctx context.Context, path string) (err error) {
	header, err := headerOf(path)
	if err != nil || kindOf(header) != plain {
		return err
	}
	old, err := open(ctx, path) // and its tables are as today's
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	err = old.alone(ctx, func() error {
		part := path + partSuffix
		if err := remove(part, part+logSuffix, part+indexSuffix); err != nil {
			return err
		}
		if err := copyTo(ctx, path, part); err != nil {
			return errors.Join(err, remove(part, part+logSuffix, part+indexSuffix))
		}
		// The old one's log is empty, and it is not to be taken for the new one's.
		if err := remove(part+logSuffix, part+indexSuffix, path+logSuffix, path+indexSuffix); err != nil {
			return err
		}
		return os.Rename(part, path)
	})
	if errors.Is(err, errInUse) || isBusy(err) {
		return nil
	}
	return err
}

// alone runs f while nobody else can write, with everything in the database's file and
// nothing in its log, which nobody removes afterwards: its name is another one's.
func (l *Ledger) alone(ctx context.Context, f func() error) error {
	conn, err := l.db.now.Load().Conn(ctx)
	if err != nil {
		return err
	}
	err = conn.Raw(func(driver any) error {
		_, err := driver.(sqlite.FileControl).FileControlPersistWAL("main", 1)
		return err
	})
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	var busy, pages, moved int
	err = conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	if err == nil && busy != 0 {
		err = errInUse
	}
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	if info, serr := os.Stat(l.path + logSuffix); serr == nil && info.Size() > 0 {
		err = errInUse // somebody was faster
	} else {
		err = f()
	}
	return errors.Join(err, tx.Rollback(), conn.Close())
}

// copyTo writes all rows of a ledger without checksums into a new one.
func copyTo(ctx context.Context, path, part string) (err error) {
	if err := create(part); err != nil {
		return err
	}
	next, err := open(ctx, part)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, next.Close()) }()
	from := "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=ro&vfs=" + libc.GoString(shim.system)
	if _, err := next.db.ExecContext(ctx, "ATTACH ? AS old", from); err != nil {
		return err
	}
	names, err := next.names(ctx, "SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name")
	if err != nil {
		return err
	}
	return transact(ctx, next.db, func(tx *sql.Tx) error {
		for _, name := range names {
			if _, err := tx.ExecContext(ctx, "DELETE FROM main."+name); err != nil {
				return err
			}
			columns, err := columnsOf(ctx, tx, name)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO main.%[1]s (%[2]s) SELECT %[2]s FROM old.%[1]s", name, columns)); err != nil {
				return fmt.Errorf("table %s: %w", name, err)
			}
		}
		return nil
	})
}

func columnsOf(ctx context.Context, tx *sql.Tx, table string) (list string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT group_concat('"' || name || '"', ', ') FROM pragma_table_info(?)`, table).Scan(&list)
	return list, err
}

// names is the first column of what a query finds.
func (l *Ledger) names(ctx context.Context, query string) (list []string, err error) {
	rows, err := l.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		list = append(list, name)
	}
	return list, rows.Err()
}
