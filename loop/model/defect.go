package model

import (
	"fmt"
	"slices"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/ledger"
)

// Defect is a way in which a model can be built wrong. What checks the protocol
// must find each of them.
type Defect string

// The defects.
const (
	None           Defect = ""
	NoJournal      Defect = "the keeper forgets what it wrote"
	ForgetsTold    Defect = "the look at a session does not say what it was told"
	WritesStale    Defect = "a plan is written although the operator edited the ledger since"
	ActsFirst      Defect = "orders go out before their rows are written"
	BlindIsGone    Defect = "a launcher that does not answer is taken to have no sessions"
	TakesUnread    Defect = "what was written counts as read"
	LastCommitOnly Defect = "only the last commit of a push is looked at"
	CursorFirst    Defect = "the cursor is written before the handoffs, and there is a crash between"
	NewNames       Defect = "a wake has another name each time that it is sent"
	NeverReopened  Defect = "what a session did not answer stays with it when it ends"
	RewriteUnseen  Defect = "what a rewrite took away is not looked at"
)

// maim is what reaches the disk of a transaction.
func (d Defect) maim(before ledger.State, c ledger.Changes) ledger.Changes {
	switch {
	case d == CursorFirst && c.Loop != nil && c.Loop.Cursor != before.Loop.Cursor:
		return ledger.Changes{Loop: c.Loop}
	case d == NeverReopened:
		c.Handoffs = slices.DeleteFunc(slices.Clone(c.Handoffs), func(h handoff.Handoff) bool {
			was, known := before.Handoffs[h.ID]
			return known && was.State != handoff.Open && h.State == handoff.Open
		})
	}
	return c
}

// twist is what becomes of an order.
func (d Defect) twist(w *World, o order) order {
	if d == NewNames && o.Kind == loop.Wake {
		o.wake.ID = fmt.Sprint(o.wake.ID, "-", w.rows.sum)
	}
	return o
}
