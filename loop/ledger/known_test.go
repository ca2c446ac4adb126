package ledger

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pawl/handoff"
)

var states = []handoff.State{
	handoff.Open, handoff.Queued, handoff.Sent, handoff.Taken,
	handoff.Answered, handoff.Superseded, handoff.Withdrawn, handoff.Expired,
}

func randomHandoff(r *rand.Rand, i int) handoff.Handoff {
	h := handoff.Handoff{
		ID: fmt.Sprintf("h%03d", r.IntN(1000)*1000+i), Agent: "builder", Kind: handoff.Signal,
		Commit: fmt.Sprintf("c%d", r.IntN(40)), State: states[r.IntN(len(states))], SeenAt: time.Unix(int64(i+1), 0).UTC(),
	}
	if r.IntN(2) == 0 {
		h.Kind, h.Commit, h.Path = handoff.Inbox, "", fmt.Sprintf("p%d", r.IntN(8))
	}
	if h.State.Closed() && r.IntN(2) == 0 {
		h.AnsweredBy = fmt.Sprintf("c%d", r.IntN(40))
	}
	return h
}

func randomConcern(r *rand.Rand, rows []handoff.Handoff) handoff.Concern {
	c := handoff.Concern{Commits: map[string]bool{}, Dropped: map[string]bool{}, IDs: map[string]bool{}, Paths: map[string]bool{}}
	for range r.IntN(4) {
		c.Commits[fmt.Sprintf("c%d", r.IntN(40))] = true
		c.Dropped[fmt.Sprintf("c%d", r.IntN(40))] = true
		c.Paths[fmt.Sprintf("p%d", r.IntN(8))] = true
		c.IDs[rows[r.IntN(len(rows))].ID] = true
	}
	return c
}

// The ledger's query and the rule that it stands for are the same thing said twice.
func TestKnownIsConcernIncludes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	l, _ := fresh(t)
	var rows []handoff.Handoff
	for i := range 60 {
		rows = append(rows, randomHandoff(r, i))
	}
	if err := l.Commit(t.Context(), 0, Changes{Handoffs: rows}); err != nil {
		t.Fatal(err)
	}
	some := 0
	for i := range 60 {
		c := randomConcern(r, rows)
		got, err := l.Known(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		var want []handoff.Handoff
		for _, h := range rows {
			if c.Includes(h) {
				want = append(want, h)
				if h.State.Closed() {
					some++
				}
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("round %d, %+v: got %d rows, want %d", i, c, len(got), len(want))
		}
	}
	if some == 0 {
		t.Error("no closed row was ever asked for: the test shows nothing")
	}
}

// SQLite takes a limited number of parameters at a time.
func TestKnownOfALongRange(t *testing.T) {
	l, _ := fresh(t)
	c := handoff.Concern{Commits: map[string]bool{}}
	var rows []handoff.Handoff
	for i := range 510 {
		commit := fmt.Sprintf("c%04d", i)
		c.Commits[commit] = true
		rows = append(rows, handoff.Handoff{ID: fmt.Sprintf("h%04d", 510-i), Kind: handoff.Signal, Commit: commit, State: handoff.Answered})
	}
	if err := l.Commit(t.Context(), 0, Changes{Handoffs: rows}); err != nil {
		t.Fatal(err)
	}
	got, err := l.Known(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(got, rows, func(a, b handoff.Handoff) bool { return a.ID == b.ID }) {
		t.Errorf("got %d rows in another order or number, want %d", len(got), len(rows))
	}
}
