package phases

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// State is where the sequence stands. Phases are stored by id, so that editing
// the list moves nobody.
type State struct {
	Current  string // the current phase's id; "" before the first Step and when complete
	Complete bool
	Last     string // when complete: the id of the last phase that was passed
	Held     bool   // set by Set, until Release: nothing advances by itself
	Known    bool   // false with an empty ledger
}

// ChangeKind says how a State came from the one before.
type ChangeKind string

// The kinds of change. Only Completed asks for on_complete to be run:
// FoundComplete is an event and nothing more.
const (
	Entered       ChangeKind = "entered"        // the first phase that is not done: nothing was known, or the id is gone
	FoundComplete ChangeKind = "found-complete" // the same, but all phases are done
	Advanced      ChangeKind = "advanced"       // on to the next phase that is not done
	Completed     ChangeKind = "completed"      // past the last phase
	Resumed       ChangeKind = "resumed"        // complete no more: a phase was appended
)

// Change is one move of the index.
type Change struct {
	Kind    ChangeKind
	From    string   // the phase that was left; when resumed the last one that was passed; "" when nothing was known
	To      string   // the phase that was entered; "" when complete
	Skipped []string // ids between them, done already
}

// ErrComplete is returned by Next when no phase is left.
var ErrComplete = errors.New("the sequence is complete: append a phase, or go back with `phase set`")

// UnknownPhaseError is a value that names no phase of the sequence.
type UnknownPhaseError struct {
	Value string
	Valid []string // the ids there are, in order
}

func (e *UnknownPhaseError) Error() string {
	if len(e.Valid) == 0 {
		return fmt.Sprintf("phase %q is not there: the sequence has no phases", clean(e.Value))
	}
	const shown = 20
	names, more := e.Valid, ""
	if len(names) > shown {
		names, more = names[:shown], ", …"
	}
	return fmt.Sprintf("phase %q is not in the sequence: write an id (%s%s) or an index from 0 to %d",
		clean(e.Value), strings.Join(names, ", "), more, len(e.Valid)-1)
}

// Step moves the index as far as the facts allow, which are keyed by the phases'
// ids; a phase without a fact is not done. It only moves forward, and a second
// Step with the same facts changes nothing. An empty sequence has the zero
// State.
func Step(seq []Phase, facts map[string]Fact, st State, autoAdvance bool) (State, []Change) {
	switch {
	case len(seq) == 0:
		return State{}, nil
	case st.Known && st.Complete:
		return resume(seq, facts, st)
	case !st.Known || find(seq, st.Current) < 0:
		return enter(seq, facts, st)
	case autoAdvance && !st.Held && facts[st.Current].Done():
		return advance(seq, facts, st)
	}
	return st, nil
}

// Next is the operator's step to the next phase that is not done, whether the
// current one is done or not; after the last the sequence is complete. A hold
// stays. Where nothing is known it counts from the first phase that is not
// done. The error is an *UnknownPhaseError without phases, or ErrComplete.
func Next(seq []Phase, facts map[string]Fact, st State) (State, []Change, error) {
	if len(seq) == 0 {
		return st, nil, &UnknownPhaseError{Value: "next"}
	}
	if st.Known && st.Complete {
		next, changes := resume(seq, facts, Release(st))
		if next.Complete {
			return st, nil, ErrComplete
		}
		next.Held = st.Held
		return next, changes, nil
	}
	located, changes := Step(seq, facts, st, false)
	if located.Complete {
		return st, nil, ErrComplete
	}
	next, more := advance(seq, facts, located)
	return next, append(changes, more...), nil
}

// Set moves the index to a phase, named by id or by zero-based index, and holds
// it there until Release. An id wins over an index. The error is an
// *UnknownPhaseError.
func Set(seq []Phase, st State, indexOrID string) (State, error) {
	i := find(seq, indexOrID)
	if i < 0 {
		i = parseIndex(indexOrID, len(seq))
	}
	if i < 0 {
		return st, &UnknownPhaseError{Value: indexOrID, Valid: ids(seq)}
	}
	return State{Current: seq[i].ID, Held: true, Known: true}, nil
}

// Release ends the hold of Set. What that allows is done by the next Step.
func Release(st State) State {
	st.Held = false
	return st
}

// Index is the zero-based place of the current phase: the number of phases when
// the sequence is complete, and 0 before the first Step and for an id that is gone.
func Index(seq []Phase, st State) int {
	if st.Complete {
		return len(seq)
	}
	return max(find(seq, st.Current), 0)
}

// enter goes to the first phase that is not done.
func enter(seq []Phase, facts map[string]Fact, st State) (State, []Change) {
	i := firstOpen(seq, facts, 0)
	next := State{Held: st.Held, Known: true}
	change := Change{Kind: Entered, From: st.Current, Skipped: ids(seq[:i])}
	if i == len(seq) {
		next.Complete, next.Last, change.Kind = true, seq[i-1].ID, FoundComplete
	} else {
		next.Current, change.To = seq[i].ID, seq[i].ID
	}
	return next, []Change{change}
}

// advance leaves the current phase, which is in the sequence.
func advance(seq []Phase, facts map[string]Fact, st State) (State, []Change) {
	from := find(seq, st.Current)
	i := firstOpen(seq, facts, from+1)
	next := State{Held: st.Held, Known: true}
	change := Change{Kind: Advanced, From: st.Current, Skipped: ids(seq[from+1 : i])}
	if i == len(seq) {
		next.Complete, next.Last, change.Kind = true, seq[i-1].ID, Completed
	} else {
		next.Current, change.To = seq[i].ID, seq[i].ID
	}
	return next, []Change{change}
}

// resume goes to the first phase after the last one that was passed, if one was
// appended. Phases that were put before it are not gone back to. Where the last
// one is gone, nothing says which are new, and all are looked at.
func resume(seq []Phase, facts map[string]Fact, st State) (State, []Change) {
	if st.Held {
		return st, nil
	}
	after := find(seq, st.Last) + 1
	i := firstOpen(seq, facts, after)
	if i == len(seq) {
		// What was appended and is done counts as passed.
		st.Last = seq[i-1].ID
		return st, nil
	}
	change := Change{Kind: Resumed, From: st.Last, To: seq[i].ID, Skipped: ids(seq[after:i])}
	return State{Current: seq[i].ID, Known: true}, []Change{change}
}

// firstOpen is the index of the first phase from start on that is not done, or
// the number of phases.
func firstOpen(seq []Phase, facts map[string]Fact, start int) int {
	for i := start; i < len(seq); i++ {
		if !facts[seq[i].ID].Done() {
			return i
		}
	}
	return len(seq)
}

func find(seq []Phase, id string) int {
	return slices.IndexFunc(seq, func(p Phase) bool { return p.ID == id })
}

// parseIndex reads a plain decimal below n, or returns -1.
func parseIndex(s string, n int) int {
	i, err := strconv.Atoi(s)
	if err != nil || i < 0 || i >= n || strconv.Itoa(i) != s {
		return -1
	}
	return i
}

func ids(seq []Phase) []string {
	var names []string
	for _, p := range seq {
		names = append(names, p.ID)
	}
	return names
}
