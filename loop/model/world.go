package model

import (
	"hash/maphash"
	"time"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/delivery"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
	"pawl/loop/model/branch"
)

// World is one state of everything. It is never changed: a step makes another
// one, which shares what stayed the same.
type World struct {
	now     time.Time
	origin  *origin
	mirror  []string // tips that were fetched; what they reach is known
	rows    *rows
	look    *look     // a look at origin that no plan has used yet
	plan    *planned  // a decision that is not written yet
	pending [][]order // orders that are written and not carried out, by agent

	programs []*program // the newest of each agent; nil: its launcher knows of none
	blind    bool       // the launcher does not answer
	ledgers  int        // how many ledgers there were
	starts   int        // how many programs there were
	retries  int        // how often the operator had something told again
	heard    []string   // what any session read that no answer in origin shows, by trace
}

// look is what a look at origin brought.
type look struct{ tip string }

// planned is a decision, and the facts that it was made from.
type planned struct {
	loop.Decision
	before ledger.State
	blind  bool
	look   *look
	sum    uint64 // names the facts
}

// order is one thing that a pass asks of a launcher.
type order struct {
	loop.Action
	session ledger.Session
	wake    delivery.Wake
}

// program is a session as its keeper has it. It is replaced, never changed.
type program struct {
	obs     launcher.Observation
	told    []telling // what is in its journal, with what it said
	ordered bool      // it was asked to end
	sum     uint64
}

// telling is one wake that was written to a program.
type telling struct {
	wake  string
	items []delivery.Item
	read  bool
}

// origin is a branch with a name for its state.
type origin struct {
	*branch.Branch
	sum uint64
}

func newOrigin() *origin { return &origin{Branch: branch.New()} }

// push is the branch with one commit more.
func (o *origin) push(subject string, trailers handoff.Trailers, files map[string]string) *origin {
	return o.changed(func(b *branch.Branch) { b.Push(subject, trailers, files) })
}

func (o *origin) changed(f func(*branch.Branch)) *origin {
	b := o.Clone()
	f(b)
	return &origin{Branch: b, sum: mixAll(mix(o.sum, len(b.Commits)), b.Line)}
}

// key is all that distinguishes two worlds. Sums stand for what is large; they
// are of 64 bits, so that two of a million differ and look the same once in
// thirty million runs.
type key struct {
	now                        int64
	origin, rows, plan, orders uint64
	look                       string
	mirror                     uint64
	programs                   [2]uint64
	looked, blind              bool
	heard                      uint64
	ledgers, starts, retries   int
}

func (w *World) key() key {
	k := key{
		now: w.now.UnixNano(), origin: w.origin.sum, rows: w.rows.sum, blind: w.blind,
		ledgers: w.ledgers, starts: w.starts, retries: w.retries, looked: w.look != nil, mirror: mixAll(0, w.mirror),
		heard: mixAll(0, w.heard),
	}
	if w.look != nil {
		k.look = w.look.tip
	}
	if w.plan != nil {
		k.plan = w.plan.sum
	}
	for i, p := range w.programs {
		if p != nil {
			k.programs[i] = p.sum
		}
		for _, o := range w.pending[i] {
			k.orders = mixAll(mix(k.orders, i), []string{string(o.Kind), o.Generation, o.WakeID, o.wake.Text})
		}
	}
	return k
}

var seed = maphash.MakeSeed()

// mix adds a part to a sum.
func mix[T comparable](sum uint64, part T) uint64 {
	return maphash.Comparable(seed, struct {
		sum  uint64
		part T
	}{sum, part})
}

// mixAll adds parts of a kind to a sum.
func mixAll[T comparable](sum uint64, parts []T) uint64 {
	for _, p := range parts {
		sum = mix(sum, p)
	}
	return sum
}
