package loop

import (
	"context"

	"pawl/loop/ledger"
	"pawl/loop/model/shelf"
)

// books are the rows of a story: a ledger in memory, and perhaps a real one that
// gets the same rows. TestTheShelfIsALedger holds the one to the other.
type books struct {
	shelf.Shelf
	twin  *ledger.Ledger // nil: there is none
	turns []ledger.Turn  // that have ended
}

func newBooks(epoch string) *books { return &books{Shelf: shelf.New(epoch)} }

func (b *books) commit(c ledger.Changes) {
	if b.twin != nil {
		if err := b.twin.Commit(context.Background(), b.Loop.Revision, c); err != nil {
			panic(err)
		}
	}
	b.turns = append(b.turns, c.Turns...)
	b.Commit(c)
}

// failed records that a session could not be started.
func (b *books) failed(generation, why string) {
	if b.twin != nil {
		if err := b.twin.StartFailed(context.Background(), generation, why); err != nil {
			panic(err)
		}
	}
	b.Failed(generation, why)
}

// edit changes what the operator wants, as a command does.
func (b *books) edit(f func(*ledger.State)) { b.commit(b.Edited(f)) }
