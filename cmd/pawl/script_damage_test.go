package main

import (
	"bytes"
	"os"

	"github.com/rogpeppe/go-internal/testscript"

	"pawl/loop/ledger"
)

// spoil changes a byte of the ledger's last page that has a text in it. Nobody may
// have the ledger open: all of it is in the one file then.
func spoil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: spoil TEXT")
	}
	path := ts.MkAbs(".pawl/" + ledger.File)
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		ts.Fatalf("the ledger is in use: its log has %d bytes", info.Size())
	}
	data, err := os.ReadFile(path)
	ts.Check(err)
	at := bytes.LastIndex(data, []byte(args[0]))
	if at < 0 {
		ts.Fatalf("%q is nowhere in the ledger", args[0])
	}
	data[at] ^= 1
	ts.Check(os.WriteFile(path, data, 0o600))
}
