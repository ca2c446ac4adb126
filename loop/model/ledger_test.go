package model

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"pawl/loop/ledger"
	"pawl/loop/model/shelf"
)

// twin gives a real ledger the rows that a model's gets, and compares what both
// hold after every step.
type twin struct {
	t    *testing.T
	real *ledger.Ledger
	made int // which of the model's ledgers it is
}

func (x *twin) open(ledgers int) {
	x.t.Helper()
	l, err := ledger.Open(x.t.Context(), x.t.TempDir())
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() {
		if err := l.Close(); err != nil {
			x.t.Error(err)
		}
	})
	x.real, x.made = l, ledgers
	empty := newRows(ledgers)
	if err := l.Commit(x.t.Context(), 0, ledger.Changes{Loop: &empty.Loop}); err != nil {
		x.t.Fatal(err)
	}
}

// follow makes the real ledger take the step that led from one world to the next.
func (x *twin) follow(from, to *World, s Step) {
	x.t.Helper()
	ctx := x.t.Context()
	switch {
	case to.ledgers != x.made:
		x.open(to.ledgers)
	case from.plan != nil && to.plan == nil && s == "write":
		err := x.real.Commit(ctx, from.plan.before.Loop.Revision, from.plan.Changes)
		if stale := from.plan.before.Loop.Revision != from.rows.Loop.Revision; stale != errors.Is(err, ledger.ErrStale) || !stale && err != nil {
			x.t.Fatalf("%s: stale %t, and the ledger says %v", s, stale, err)
		}
	case from.rows == to.rows:
	case from.rows.Loop.Revision != to.rows.Loop.Revision:
		edit := func(st *ledger.State) error {
			rows := to.rows.load()
			for name, a := range rows.Agents {
				st.Agents[name] = a
			}
			for _, id := range to.rows.Order {
				if h := to.rows.Handoffs[id]; h != from.rows.Handoffs[id] {
					st.PutHandoff(h)
				}
			}
			st.Loop.Fingerprint = to.rows.Loop.Fingerprint
			return nil
		}
		if err := x.real.Edit(ctx, edit); err != nil {
			x.t.Fatal(err)
		}
	default:
		for generation, row := range to.rows.Sessions {
			if row.State == ledger.Failed && from.rows.Sessions[generation].State != ledger.Failed {
				if err := x.real.StartFailed(ctx, generation, row.Error); err != nil {
					x.t.Fatal(err)
				}
			}
		}
	}
	x.compare(to, s)
}

func (x *twin) compare(w *World, s Step) {
	x.t.Helper()
	got, err := x.real.Load(x.t.Context())
	if err != nil {
		x.t.Fatal(err)
	}
	// Diff is the ledger's own idea of what is the same: all rows are looked at.
	for _, c := range []ledger.Changes{ledger.Diff(got, w.rows.load()), ledger.Diff(w.rows.load(), got)} {
		if c.Pass, c.Events = w.now, nil; !c.Empty() {
			x.t.Fatalf("after %s the ledger and the model differ by %+v", s, c)
		}
	}
	if !reflect.DeepEqual(got.Order, w.rows.load().Order) {
		x.t.Fatalf("after %s the ledger has the handoffs %v, and the model %v", s, got.Order, w.rows.load().Order)
	}
}

// The same schedules on a real ledger come to the same rows after every step.
func TestTheModelIsALedger(t *testing.T) {
	m, w := sound(t, 1, false)
	r := rand.New(rand.NewPCG(9, 9))
	schedules := 4
	if nightly {
		schedules = 200
	}
	steps := 0
	for range schedules {
		x := &twin{t: t}
		x.open(w.ledgers)
		rows := w.rows.load()
		x.seed(rows)
		at := w
		theme := NewTheme(r, 1, 9)
		for range 30 {
			// A tick is one transaction more than can be followed here.
			for _, s := range theme.Draw(r, 1).apart() {
				next, err := m.Step(at, s)
				if err != nil {
					t.Fatal(err)
				}
				x.follow(at, next, s)
				at = next
				steps++
			}
		}
	}
	t.Logf("%d steps", steps)
}

// apart is s with each tick as the steps that it stands for.
func (s Schedule) apart() Schedule {
	var out Schedule
	for _, step := range s {
		if step == "tick" {
			out = append(out, "fetch", "plan", "write", "act:adversary", "act:adversary", "reads:adversary")
			continue
		}
		out = append(out, step)
	}
	return out
}

// seed gives the real ledger the rows with which a model begins.
func (x *twin) seed(st ledger.State) {
	x.t.Helper()
	empty := shelf.New(st.Loop.Epoch)
	c := ledger.Diff(empty.Load(), st)
	c.Loop, c.Pass = &st.Loop, st.Loop.LastPass
	if err := x.real.Commit(x.t.Context(), 0, c); err != nil {
		x.t.Fatal(err)
	}
}
