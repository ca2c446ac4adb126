package main

import (
	"database/sql"
	"errors"
	"os"

	"github.com/rogpeppe/go-internal/testscript"

	"pawl/loop/ledger"
)

// spoil changes a byte in the middle of the page that a table of the ledger begins
// with. Nobody may have the ledger open: all of it is in the one file then.
func spoil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: spoil TABLE")
	}
	const pageSize = 4096
	path := ts.MkAbs(".pawl/" + ledger.File)
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		ts.Fatalf("the ledger is in use: its log has %d bytes", info.Size())
	}
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&immutable=1")
	ts.Check(err)
	var page int64
	err = db.QueryRow("SELECT rootpage FROM sqlite_schema WHERE name = ?", args[0]).Scan(&page)
	ts.Check(errors.Join(err, db.Close()))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	ts.Check(err)
	b, at := make([]byte, 1), (page-1)*pageSize+pageSize/2
	_, err = f.ReadAt(b, at)
	ts.Check(err)
	b[0] ^= 1
	_, err = f.WriteAt(b, at)
	ts.Check(errors.Join(err, f.Close()))
}
