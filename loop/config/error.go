package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kinds of Error.
const (
	KindSyntax    = "syntax"    // not YAML
	KindUnknown   = "unknown"   // a key that does not exist
	KindDuplicate = "duplicate" // a key that is there already
	KindMissing   = "missing"   // a key that must be there
	KindType      = "type"      // a list where a text belongs, and the like
	KindValue     = "value"     // a value that is not allowed
	KindReference = "reference" // the name of something that does not exist
	KindConflict  = "conflict"  // two things that cannot both be
)

// Error is one fault of the file. Line and Col count from 1, Col in characters.
type Error struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
	Kind string `json:"kind"`
	Msg  string `json:"message"` // what is wrong, quoting the value
	Hint string `json:"hint"`    // what to write instead
}

// Error prints file:line:col: what is wrong, and what to write instead.
func (e Error) Error() string {
	text := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Msg)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Errors are the faults of one file, by line and column. It is never empty when
// it is returned as an error. errors.As finds the first Error in it.
type Errors []Error

// Error prints one fault a line.
func (errs Errors) Error() string {
	lines := make([]string, len(errs))
	for i, e := range errs {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each fault as an error.
func (errs Errors) Unwrap() []error {
	list := make([]error, len(errs))
	for i, e := range errs {
		list[i] = e
	}
	return list
}

// maxErrors bounds what one hostile file can print.
const maxErrors = 100

// report collects the faults of one file.
type report struct {
	file string
	errs Errors
}

func (r *report) add(at position, kind, msg, hint string) {
	if len(r.errs) < maxErrors {
		r.errs = append(r.errs, Error{r.file, at.line, at.col, kind, msg, hint})
	}
}

// err returns the faults in order, or nil without one.
func (r *report) err() error {
	if len(r.errs) == 0 {
		return nil
	}
	return r.sorted()
}

// sorted returns what was reported by line and column, each once.
func (r *report) sorted() Errors {
	slices.SortStableFunc(r.errs, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	r.errs = slices.Compact(r.errs)
	return r.errs
}

// maxQuote is how many characters of a value a message shows.
const maxQuote = 60

// quote shows a value in a message: bounded, control characters escaped.
func quote(value string) string {
	if utf8.RuneCountInString(value) > maxQuote {
		value = string([]rune(value)[:maxQuote]) + "…"
	}
	return fmt.Sprintf("%q", value)
}
