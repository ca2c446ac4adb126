package model

import (
	"fmt"
	"slices"
	"time"

	"pawl/handoff"
	"pawl/loop/delivery"
	"pawl/loop/ledger"
	"pawl/loop/model/shelf"
)

// rows are the ledger at one moment, with a name for its content.
type rows struct {
	shelf.Shelf
	sum   uint64
	state *ledger.State // as loaded; made when it is asked for
}

func newRows(ledgers int) *rows {
	epoch := fmt.Sprint("epoch", ledgers)
	return &rows{Shelf: shelf.New(epoch), sum: mix(0, epoch)}
}

// load is the state, to be read only.
func (r *rows) load() ledger.State {
	if r.state == nil {
		st := r.Load()
		r.state = &st
	}
	return *r.state
}

// with are the rows after a transaction.
func (r *rows) with(c ledger.Changes) *rows {
	if c.Empty() {
		return r
	}
	next := &rows{Shelf: r.Shelf}
	next.Commit(c)
	next.prune(c)
	next.sum = r.sum - r.touched(c) + next.touched(c)
	return next
}

// prune forgets what nothing follows from any more: events, wakes that were
// taken and sessions that have ended.
func (r *rows) prune(c ledger.Changes) {
	r.Events = nil
	for _, w := range c.Wakes {
		if w.State == delivery.Taken {
			delete(r.Wakes, w.ID)
		}
	}
	for _, x := range c.Sessions {
		if !x.EndedAt.IsZero() {
			delete(r.Sessions, x.Generation)
		}
	}
}

// touched adds up the rows that c names, as they are in r. A sum of sums does
// not depend on the order of the rows; where that matters it is part of a row's.
func (r *rows) touched(c ledger.Changes) uint64 {
	sum := loopSum(r.Loop)
	for _, a := range c.Agents {
		if x, ok := r.Agents[a.Name]; ok {
			sum += agentSum(x)
		}
	}
	for _, s := range c.Sessions {
		if x, ok := r.Sessions[s.Generation]; ok {
			sum += mix(3, x)
		}
	}
	for _, h := range c.Handoffs {
		if x, ok := r.Handoffs[h.ID]; ok {
			sum += mix(uint64(slices.Index(r.Order, h.ID)), x)
		}
	}
	for _, w := range c.Wakes {
		if x, ok := r.Wakes[w.ID]; ok {
			sum += mixAll(mixAll(5, []time.Time{x.CreatedAt, x.SentAt, x.TakenAt}), []string{x.ID, string(x.State), x.Text})
		}
	}
	for _, it := range c.Items {
		if x, ok := r.Items[it.ID]; ok {
			sum += mix(uint64(slices.Index(r.Pending, it.ID)), x)
		}
	}
	return sum
}

// loopSum leaves out when passes and looks were: a model looks when it likes,
// and nothing else follows from that.
func loopSum(l ledger.Loop) uint64 {
	sum := mixAll(mix(mix(1, l.Revision), l.Phase), []string{l.Epoch, l.Cursor, l.Fingerprint})
	if len(l.Told) > 0 {
		sum = mix(sum, fmt.Sprint(l.Told))
	}
	return sum
}

func agentSum(a ledger.Agent) uint64 {
	sum := mixAll(mix(2, a.Generations), []string{a.Name, string(a.Wanted), a.Restart, a.Generation})
	sum = mixAll(sum, []bool{a.Paused, a.Parked, a.Finished})
	sum = mixAll(sum, []time.Time{a.RestartAt, a.FrozenSince})
	return mixAll(mix(sum, a.History.Streak), a.History.Restarts)
}

// failed are the rows after a start that did not succeed.
func (r *rows) failed(generation, why string) *rows {
	next := &rows{Shelf: r.Shelf}
	next.Failed(generation, why)
	next.sum = r.sum - mix(3, r.Sessions[generation]) + mix(3, next.Sessions[generation])
	return next
}

// edited are the rows after an operator's edit.
func (r *rows) edited(f func(*ledger.State)) *rows { return r.with(r.Edited(f)) }

// about are the handoffs that f holds for, the oldest first.
func (r *rows) about(f func(handoff.Handoff) bool) []handoff.Handoff {
	var out []handoff.Handoff
	for _, id := range r.Order {
		if h := r.Handoffs[id]; f(h) {
			out = append(out, h)
		}
	}
	return out
}
