package agentstoml

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"unicode/utf8"

	"pawl/loop/config"
)

// place counts from 1, col in characters.
type place struct{ line, col int }

// report collects the faults of one agents.toml and what is to be told about it.
type report struct {
	file  string
	data  []byte
	lines []int // the offset at which each line begins
	errs  config.Errors
	notes []Note
}

func newReport(file string, data []byte) *report {
	r := &report{file: file, data: data, lines: []int{0}}
	for i, b := range data {
		if b == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	return r
}

// lineOf is the line of an offset, counted from 1.
func (r *report) lineOf(offset int) int {
	return sort.Search(len(r.lines), func(i int) bool { return r.lines[i] > offset })
}

// place is where an offset is for people. Counting characters takes time, so
// only faults, which are few, ask for it.
func (r *report) place(offset int) place {
	line := r.lineOf(offset)
	return place{line, 1 + utf8.RuneCount(r.data[r.lines[line-1]:min(offset, len(r.data))])}
}

func (r *report) fault(offset int, kind, msg, hint string) {
	if len(r.errs) < maxFaults {
		r.faultAt(r.place(offset), kind, msg, hint)
	}
}

// maxFaults bounds what one hostile file can print.
const maxFaults = 100

func (r *report) faultAt(at place, kind, msg, hint string) {
	if len(r.errs) < maxFaults {
		r.errs = append(r.errs, config.Error{File: r.file, Line: at.line, Col: at.col, Kind: kind, Msg: msg, Hint: hint})
	}
}

// err returns the faults by line and column, or nil without one.
func (r *report) err() error {
	if len(r.errs) == 0 {
		return nil
	}
	slices.SortStableFunc(r.errs, func(a, b config.Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	r.errs = slices.Compact(r.errs)
	return r.errs
}

// Note is one thing about agents.toml that its owner should know.
type Note struct {
	Line int    // in agents.toml; 0 where it is about no line of it
	Key  string // as loop.handoff.repo; with Line 0 it may be anything that is named
	Why  string // what became of it, and why
	Do   string // what to do about it, "" for nothing
	Lost bool   // it was not carried over; else it was, and means something else or must be looked at
}

// String is the note in one line, without its file.
func (n Note) String() string {
	if n.Line > 0 {
		return fmt.Sprintf("line %d, %s", n.Line, n.text())
	}
	return n.text()
}

// At is the note in one line, with its place as compilers write it.
func (n Note) At(file string) string {
	if n.Line > 0 {
		return remark(fmt.Sprintf("%s:%d: %s", file, n.Line, n.text()))
	}
	return remark(n.text())
}

func (n Note) text() string {
	if n.Do != "" {
		return n.Key + ": " + n.Why + "; " + n.Do
	}
	return n.Key + ": " + n.Why
}

// lost notes what was not carried over; offset is 0 for what is not in the file.
func (r *report) lost(offset int, key, why, do string) {
	r.note(offset, Note{Key: key, Why: why, Do: do, Lost: true})
}

// tell notes what was carried over and is not quite the same.
func (r *report) tell(offset int, key, why, do string) {
	r.note(offset, Note{Key: key, Why: why, Do: do})
}

func (r *report) note(offset int, n Note) {
	if offset > 0 {
		n.Line = r.lineOf(offset)
	}
	r.notes = append(r.notes, n)
}

// sortedNotes has what was lost first, each part in the order of the file.
func (r *report) sortedNotes() []Note {
	slices.SortStableFunc(r.notes, func(a, b Note) int {
		if a.Lost != b.Lost {
			if a.Lost {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Line, b.Line)
	})
	return slices.Compact(r.notes)
}

// quote shows a value in a message: bounded, control characters escaped.
func quote(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
