package git

import (
	"crypto/sha256"
	_ "embed" // the scripts
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/kballard/go-shellquote"
)

//go:embed scripts/start.sh
var startSh string

//go:embed scripts/poke.sh
var pokeSh string

//go:embed scripts/check.sh
var checkSh string

//go:embed scripts/forward.sh
var forwardSh string

// Record is what a script says of itself.
type Record struct {
	Hook    string `json:"hook"`
	Config  string `json:"config,omitempty"`  // the pawl.yaml, absolute; "" in one that only forwards
	Program string `json:"program,omitempty"` // pawl as it was when the hook was installed, absolute
	Theirs  string `json:"theirs,omitempty"`  // the folder of the hook that it calls first, unless the repository's core.hooksPath names another
	At      string `json:"at,omitempty"`      // git's folder, where git finds the script by its path alone
}

// script is one hook to be written.
type script struct {
	Record
	theirs string // a shell expression: the user's hook
	watch  watch
}

const (
	recordMark = "# pawl-hook "
	sumMark    = "# pawl-sum "
	mostScript = 64 << 10 // bytes; ours are much smaller
)

// text is the whole script. It ends with a sum of what is above, by which a
// script that somebody changed is told, whichever pawl wrote it.
func (s script) text() (string, error) {
	record, err := json.Marshal(s.Record)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("#!/bin/sh\n# Written by pawl hooks install; pawl hooks uninstall takes it away.\n")
	b.WriteString(recordMark + string(record) + "\n")
	b.WriteString("hook=" + quote(s.Hook) + "\nconfig=" + quote(s.Config) + "\nprogram=" + quote(s.Program) + "\n")
	b.WriteString("theirs=" + s.theirs + "\nbranch=" + quote(s.watch.pattern()) + "\nbranch_line=" + quote(s.watch.expression()) + "\nnewline='\n'\n\n")
	b.WriteString(startSh)
	switch s.Hook {
	case referenceTransaction, postReceive:
		b.WriteString(pokeSh)
	case commitMsg, prePush:
		b.WriteString(checkSh)
	default:
		b.WriteString(forwardSh)
	}
	return b.String() + sumMark + sum(b.String()) + "\n", nil
}

func sum(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:8])
}

// quote makes one word of the shell.
func quote(word string) string { return shellquote.Join(word) }

// ownership is whose a hook's file is.
type ownership int

const (
	nobodys ownership = iota // it is not there
	theirs
	ours
	changed // ours, and somebody edited it
)

// readScript reads whose the file at path is.
func readScript(path string) (Record, ownership, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Record{}, nobodys, nil
	case err != nil:
		return Record{}, nobodys, err
	case !info.Mode().IsRegular() || info.Size() > mostScript:
		return Record{}, theirs, nil // a link, a folder, or a program
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Record{}, nobodys, err
	}
	r, whose := parseScript(string(text))
	return r, whose, nil
}

// parseScript reads what a script says of itself.
func parseScript(text string) (Record, ownership) {
	_, rest, found := strings.Cut(text, "\n"+recordMark)
	line, _, whole := strings.Cut(rest, "\n")
	var r Record
	if !found || !whole || json.Unmarshal([]byte(line), &r) != nil {
		return Record{}, theirs
	}
	above, signed, found := cutLast(text, sumMark)
	if !found || signed != sum(above)+"\n" {
		return r, changed
	}
	return r, ours
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
