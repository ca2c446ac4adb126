package ledger

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/internal/need"
	"pawl/loop/delivery"
)

var (
	noon = time.Unix(1_800_000_000, 0).UTC()
	aged = noon.Add(-401 * day)
)

// few keeps of everything so little that a test can see what goes.
func few() Retention {
	r := Defaults(1, 1)
	r.Events, r.Recent, r.Handoffs, r.Facts = 8, 2, 1, 3
	return r
}

func prune(t testing.TB, l *Ledger, r Retention) Pruned {
	t.Helper()
	p, err := l.Prune(t.Context(), noon, r)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func put(t testing.TB, l *Ledger, c Changes) {
	t.Helper()
	if err := l.Commit(t.Context(), 0, c); err != nil {
		t.Fatal(err)
	}
}

func kept(t testing.TB, l *Ledger, column, table string, want ...string) {
	t.Helper()
	have := firsts(t, l, "SELECT "+column+" FROM "+table)
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("of %s are left %q, want %q", table, have, want)
	}
}

func TestWhichHandoffsAreForgotten(t *testing.T) {
	signal := func(id string, state handoff.State, at time.Time) handoff.Handoff {
		return handoff.Handoff{ID: id, Agent: "a", Kind: handoff.Signal, State: state, SeenAt: at}
	}
	letter := func(id, path string, state handoff.State, why string) handoff.Handoff {
		return handoff.Handoff{ID: id, Agent: "a", Kind: handoff.Inbox, Path: path, State: state, Why: why, SeenAt: aged}
	}
	told := signal("told again of late", handoff.Answered, aged)
	told.TakenAt = noon.Add(-day)
	l, _ := fresh(t)
	put(t, l, Changes{Handoffs: []handoff.Handoff{
		signal("answered long ago", handoff.Answered, aged),
		signal("superseded long ago", handoff.Superseded, aged),
		signal("withdrawn long ago", handoff.Withdrawn, aged),
		signal("expired long ago", handoff.Expired, aged),
		signal("open", handoff.Open, aged),
		signal("queued", handoff.Queued, aged),
		signal("sent", handoff.Sent, aged),
		signal("taken", handoff.Taken, aged),
		signal("answered of late", handoff.Answered, noon.Add(-399*day)),
		told,
		letter("deleted long ago", "IN.md", handoff.Answered, ""),
		letter("withdrawn, and others came", "IN.md", handoff.Withdrawn, "the file is not watched any more"),
		letter("expired, perhaps lying there", "IN.md", handoff.Expired, ""),
		letter("dismissed, perhaps lying there", "IN.md", handoff.Withdrawn, "dismissed: noise"),
		letter("the last of its path", "IN.md", handoff.Answered, ""),
		letter("the only one of another path", "OTHER.md", handoff.Answered, ""),
		signal("the newest", handoff.Answered, aged),
	}})
	if p := prune(t, l, few()); p.Handoffs != 6 || p.Total() != 6 {
		t.Errorf("removed %+v", p)
	}
	kept(t, l, "id", "handoffs", "open", "queued", "sent", "taken", "answered of late", "told again of late", "expired, perhaps lying there",
		"dismissed, perhaps lying there", "the last of its path", "the only one of another path", "the newest")
}

// The prefix that marks a dismissed handoff is another package's.
func TestADismissedLetterIsKnownByItsReason(t *testing.T) {
	h, err := handoff.Handoff{ID: "dismissed", Agent: "a", Kind: handoff.Inbox, Path: "IN.md", State: handoff.Taken, SeenAt: aged}.Dismiss("noise")
	if err != nil {
		t.Fatal(err)
	}
	later := h
	later.ID, later.State = "later", handoff.Answered
	l, _ := fresh(t)
	put(t, l, Changes{Handoffs: []handoff.Handoff{h, later}})
	prune(t, l, few())
	kept(t, l, "id", "handoffs", "dismissed", "later")
}

func TestWhatElseIsForgotten(t *testing.T) {
	month := noon.Add(-31 * day)
	l, _ := fresh(t)
	c := Changes{
		Agents: []Agent{{Name: "a", Generation: "ended, the newest"}},
		Sessions: []Session{
			{Generation: "ended long ago", Agent: "a", EndedAt: aged}, {Generation: "ended of late", Agent: "a", EndedAt: month},
			{Generation: "ended, the newest", Agent: "a", EndedAt: aged}, {Generation: "runs", Agent: "b", CreatedAt: aged},
		},
		Wakes: []delivery.Wake{
			{ID: "taken", State: delivery.Taken, CreatedAt: month}, {ID: "dropped", State: delivery.Dropped, CreatedAt: month},
			{ID: "queued", State: delivery.Queued, CreatedAt: month}, {ID: "sent", State: delivery.Sent, CreatedAt: month},
			{ID: "taken of late", State: delivery.Taken, CreatedAt: month, TakenAt: noon},
		},
		Items: []Item{
			{ID: "taken", State: handoff.Taken, CreatedAt: month}, {ID: "withdrawn", State: handoff.Withdrawn, CreatedAt: month},
			{ID: "open", State: handoff.Open, CreatedAt: month}, {ID: "queued", State: handoff.Queued, CreatedAt: month},
			{ID: "taken of late", State: handoff.Taken, CreatedAt: noon},
		},
	}
	for i := range 10 {
		c.Slots = append(c.Slots, Slot{ID: fmt.Sprintf("hourly %d", i), Schedule: "h", State: Fired, DecidedAt: aged},
			Slot{ID: fmt.Sprintf("late %d", i), Schedule: "l", State: Fired, DecidedAt: noon})
	}
	put(t, l, c)
	if p := prune(t, l, few()); p.Sessions != 1 || p.Wakes != 2 || p.Items != 2 || p.Slots != 2 {
		t.Errorf("removed %+v", p)
	}
	kept(t, l, "generation", "sessions", "ended of late", "ended, the newest", "runs")
	kept(t, l, "id", "wakes", "queued", "sent", "taken of late")
	kept(t, l, "id", "items", "open", "queued", "taken of late")
	if have := firsts(t, l, "SELECT id FROM slots WHERE schedule = ? ORDER BY n", "h"); len(have) != slotsKept || have[0] != "hourly 2" {
		t.Errorf("of the hourly slots are left %q", have)
	}
	if have := firsts(t, l, "SELECT id FROM slots WHERE schedule = ?", "l"); len(have) != 10 {
		t.Errorf("of the late slots are left %q", have)
	}
}

func TestEventsGoByNumberAndByAge(t *testing.T) {
	for _, c := range []struct {
		name string
		old  int // events of long ago, before the ten of today
		want []string
	}{
		{"more than are kept, all of today", 0, []string{"3", "4", "5", "6", "7", "8", "9", "10"}},
		{"those of long ago beside", 5, []string{"8", "9", "10", "11", "12", "13", "14", "15"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, _ := fresh(t)
			for i := range c.old + 10 {
				at := noon
				if i < c.old {
					at = aged
				}
				put(t, l, Changes{Events: []Event{{Kind: "k", Time: at}}})
			}
			prune(t, l, few())
			kept(t, l, "seq", "events", c.want...)
		})
	}
	t.Run("fewer than are kept, of long ago, but for the newest", func(t *testing.T) {
		l, _ := fresh(t)
		for range 7 {
			put(t, l, Changes{Events: []Event{{Kind: "k", Time: aged}}})
		}
		prune(t, l, few())
		kept(t, l, "seq", "events", "6", "7")
		put(t, l, Changes{Events: []Event{{Kind: "k", Time: noon}}})
		kept(t, l, "seq", "events", "6", "7", "8") // a number is never given again
	})
}

func TestFactsGoByNumberAndByAge(t *testing.T) {
	l, _ := fresh(t)
	for i, at := range []time.Time{noon.Add(-91 * day), noon.Add(-4 * day), noon.Add(-2 * day), noon.Add(-3 * day), noon.Add(-day)} {
		if _, err := l.db.ExecContext(t.Context(), "INSERT INTO memo VALUES (?, '', ?)", fmt.Sprint(i), millis(at)); err != nil {
			t.Fatal(err)
		}
	}
	if p := prune(t, l, few()); p.Facts != 2 {
		t.Errorf("removed %+v", p)
	}
	kept(t, l, "key", "memo", "2", "3", "4")
}

func TestAMemoryIsBounded(t *testing.T) {
	l, _ := fresh(t)
	m := l.Memo(nil)
	for i := range cached {
		m.keep(fmt.Sprint(i), "")
	}
	m.keep("one more", "v")
	if v, ok := m.Get("one more"); len(m.cache) != 1 || v != "v" || !ok {
		t.Errorf("%d facts are held", len(m.cache))
	}
}

// Whatever lies in it, a pass finds the same state and the same open handoffs
// in a ledger that was pruned.
func TestNothingOpenIsEverPruned(t *testing.T) {
	need.Unraced(t)
	r := rand.New(rand.NewPCG(3, 4))
	for range 6 {
		l, _ := fresh(t)
		c := Changes{Agents: []Agent{{Name: "a", Generation: "g3"}}}
		ago := func() time.Time { return noon.Add(-time.Duration(r.IntN(900)) * day) }
		for i := range 20 + r.IntN(20) {
			h := randomHandoff(r, i)
			h.ID, h.SeenAt = fmt.Sprintf("h%d", i), ago()
			c.Handoffs = append(c.Handoffs, h)
			c.Wakes = append(c.Wakes, delivery.Wake{ID: h.ID, CreatedAt: ago(), State: []delivery.State{delivery.Queued, delivery.Sent, delivery.Taken, delivery.Dropped}[r.IntN(4)]})
			c.Items = append(c.Items, Item{ID: h.ID, CreatedAt: ago(), State: states[r.IntN(len(states))]})
			c.Slots = append(c.Slots, Slot{ID: h.ID, Schedule: fmt.Sprint(r.IntN(5)), DecidedAt: ago()})
			s := Session{Generation: fmt.Sprintf("g%d", i), Agent: fmt.Sprint(i), CreatedAt: ago()}
			if r.IntN(2) == 0 {
				s.EndedAt = ago()
			}
			c.Sessions = append(c.Sessions, s)
		}
		put(t, l, c)
		before := loaded(t, l)
		prune(t, l, few())
		if after := loaded(t, l); !reflect.DeepEqual(before, after) {
			t.Fatal("a pass finds another state than before")
		}
		if again := prune(t, l, few()); again.Total() != 0 {
			t.Fatalf("a second time it removed %+v", again)
		}
	}
}

// A pass that wants to write meanwhile waits for one batch, not for all of them.
func TestPruningHoldsNobodyUp(t *testing.T) {
	l, dir := fresh(t)
	bury(t, l, 1200)
	other := reopen(t, dir)
	done := make(chan error, 1)
	r, start := few(), time.Now()
	go func() {
		_, err := l.Prune(t.Context(), noon.Add(500*day), r)
		done <- err
	}()
	worst, commits := time.Duration(0), 0
	for running := true; running; commits++ {
		for _, who := range []*Ledger{l, other} {
			begin := time.Now()
			put(t, who, Changes{Events: []Event{{Kind: "k", Time: noon}}})
			worst = max(worst, time.Since(begin))
		}
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
		}
	}
	took := time.Since(start)
	t.Logf("%d commits in %s, the slowest in %s", 2*commits, took, worst)
	if worst > max(2*time.Second, took/4) {
		t.Errorf("a commit waited %s", worst)
	}
	for _, table := range []string{"handoffs", "wakes", "items", "sessions"} {
		if n := len(firsts(t, l, "SELECT 1 FROM "+table)); n > 2 {
			t.Errorf("%d rows of %s are left", n, table)
		}
	}
	if info, err := os.Stat(l.path + "-wal"); err != nil || info.Size() > 16<<20 {
		t.Errorf("its log takes %d bytes, %v", info.Size(), err)
	}
}
