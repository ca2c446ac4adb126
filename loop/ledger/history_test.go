package ledger

import (
	"slices"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/internal/need"
	"pawl/loop/delivery"
)

var morning = time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC)

// at are events of these kinds, a minute apart, the last one in the morning.
func at(kinds ...string) []Event {
	var out []Event
	for i, kind := range kinds {
		out = append(out, Event{Time: morning.Add(time.Duration(i-len(kinds)+1) * time.Minute), Kind: kind})
	}
	return out
}

func history(t testing.TB, l *Ledger, s Span) (kinds []string) {
	t.Helper()
	for e, err := range l.History(t.Context(), s) {
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func since(t testing.TB, l *Ledger, when time.Time) Span {
	t.Helper()
	s, err := l.Since(t.Context(), when)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestHistorySince(t *testing.T) {
	need.Unraced(t)
	odd := at("a", "b", "c", "d")
	odd[2].Time = morning.Add(-24 * time.Hour) // the clock was wrong for a moment
	for name, c := range map[string]struct {
		events []Event
		since  time.Time
		want   []string
	}{
		"an empty ledger":                 {nil, morning, nil},
		"all are older":                   {at("a", "b"), morning.Add(time.Second), nil},
		"all are newer":                   {at("a", "b"), morning.Add(-time.Hour), []string{"a", "b"}},
		"the moment itself counts":        {at("a", "b", "c"), morning.Add(-time.Minute), []string{"b", "c"}},
		"a clock that was wrong once":     {odd, morning.Add(-2 * time.Minute), []string{"b", "d"}},
		"between two events":              {at("a", "b", "c"), morning.Add(-90 * time.Second), []string{"b", "c"}},
		"as far back as can be asked for": {at("a"), time.Time{}, []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := fresh(t)
			if err := l.AddEvents(t.Context(), c.events...); err != nil {
				t.Fatal(err)
			}
			s := since(t, l, c.since)
			if got := history(t, l, s); !slices.Equal(got, c.want) {
				t.Errorf("since %s: %v, not %v", c.since, got, c.want)
			}
			if len(c.events) > 0 && !s.Oldest.Equal(c.events[0].Time) {
				t.Errorf("the oldest is of %s", s.Oldest)
			}
		})
	}
}

func TestHistoryIsReadInPages(t *testing.T) {
	need.Unraced(t)
	l, _ := fresh(t)
	list := make([]Event, 2*historyPage+7)
	for i := range list {
		list[i] = Event{Time: morning.Add(time.Duration(i) * time.Second), Kind: "k", Data: map[string]any{"i": i}}
	}
	if err := l.AddEvents(t.Context(), list...); err != nil {
		t.Fatal(err)
	}
	next := float64(5)
	for e, err := range l.History(t.Context(), since(t, l, morning.Add(5*time.Second))) {
		if err != nil || e.Data["i"] != next {
			t.Fatalf("event %v, not %v: %v", e.Data["i"], next, err)
		}
		// Others can use the ledger meanwhile, which has one connection.
		if int(next)%1000 == 0 {
			loaded(t, l)
		}
		next++
	}
	if int(next) != len(list) {
		t.Errorf("it ended before %v of %d", next, len(list))
	}
}

func TestEventsBeforeAndIn(t *testing.T) {
	l, _ := fresh(t)
	list := at("phase.entered", "phase.advanced", "x", "origin.moved", "origin.moved")
	list[3].Agent = "first"
	if err := l.AddEvents(t.Context(), list...); err != nil {
		t.Fatal(err)
	}
	s := since(t, l, morning.Add(-2*time.Minute))
	if e, ok, err := l.LastBefore(t.Context(), s, "phase.entered", "phase.advanced"); err != nil || !ok || e.Kind != "phase.advanced" {
		t.Error("last before:", e.Kind, ok, err)
	}
	if _, ok, err := l.LastBefore(t.Context(), s, "origin.moved"); ok || err != nil {
		t.Error("what is in the span is not before it:", err)
	}
	if e, ok, err := l.FirstOf(t.Context(), s, "origin.moved"); err != nil || !ok || e.Agent != "first" {
		t.Error("first of:", e.Agent, ok, err)
	}
	if _, ok, err := l.FirstOf(t.Context(), s, "phase.entered"); ok || err != nil {
		t.Error("what is before the span is not in it:", err)
	}
}

func TestTouched(t *testing.T) {
	l, _ := fresh(t)
	night := morning.Add(-8 * time.Hour)
	row := func(id, gate string, state handoff.State, seen time.Time) handoff.Handoff {
		return handoff.Handoff{ID: id, Agent: "adversary", Kind: handoff.Signal, Rule: "claim", Gate: gate, State: state, SeenAt: seen}
	}
	before := night.Add(-time.Hour)
	if err := l.Commit(t.Context(), 0, Changes{
		Handoffs: []handoff.Handoff{
			row("old", "g1", handoff.Answered, before),
			row("round one", "g2", handoff.Answered, before),
			row("waits", "g3", handoff.Taken, before),
			row("answered in the night", "g4", handoff.Answered, before),
			row("gave up", "g5", handoff.Expired, before),
			row("gave up, and claimed again", "g2", handoff.Expired, before),
			row("round two", "g2", handoff.Answered, night.Add(time.Hour)),
			row("gateless", "", handoff.Answered, before),
		},
		Events: []Event{{Time: night.Add(time.Minute), Kind: "handoff.answered", Data: map[string]any{"handoff": "answered in the night"}}},
	}); err != nil {
		t.Fatal(err)
	}
	got, err := l.Touched(t.Context(), since(t, l, night))
	want := []string{"round one", "waits", "answered in the night", "gave up, and claimed again", "round two"}
	if ids := idsOf(got); err != nil || !slices.Equal(ids, want) {
		t.Errorf("touched: %q, not %q: %v", ids, want, err)
	}
	gone, err := l.Unanswered(t.Context(), 10)
	if ids := idsOf(gone); err != nil || !slices.Equal(ids, []string{"gave up"}) {
		t.Errorf("not answered: %q: %v", ids, err)
	}
}

func TestUnansweredIsWhatNothingSettled(t *testing.T) {
	signal := func(id, rule, gate, verdict string, state handoff.State) handoff.Handoff {
		agent := "adversary"
		if rule != "claim" {
			agent = "builder"
		}
		return handoff.Handoff{ID: id, Agent: agent, Kind: handoff.Signal, Rule: rule, Gate: gate, Verdict: verdict, State: state, SeenAt: morning}
	}
	l, _ := fresh(t)
	if err := l.Commit(t.Context(), 0, Changes{Handoffs: []handoff.Handoff{
		signal("passed", "claim", "g1", "", handoff.Expired),
		signal("the pass", "review", "g1", "pass", handoff.Answered),
		signal("failed", "claim", "g2", "", handoff.Expired),
		signal("the fail", "review", "g2", "fail", handoff.Expired),
		signal("claimed again", "review", "g3", "fail", handoff.Expired),
		signal("the claim", "claim", "g3", "", handoff.Taken),
		signal("an old pass", "review", "g4", "pass", handoff.Answered),
		signal("a claim after it", "claim", "g4", "", handoff.Expired),
		signal("gateless", "claim", "", "", handoff.Expired),
		signal("a gateless pass", "review", "", "pass", handoff.Answered),
		signal("another rule", "note", "g1", "", handoff.Expired),
	}}); err != nil {
		t.Fatal(err)
	}
	got, err := l.Unanswered(t.Context(), 10)
	want := []string{"another rule", "gateless", "a claim after it", "the fail", "failed"}
	if ids := idsOf(got); err != nil || !slices.Equal(ids, want) {
		t.Errorf("not answered: %q, not %q: %v", ids, want, err)
	}
}

func TestTheLastThatIsNotOfAKind(t *testing.T) {
	l, _ := fresh(t)
	if err := l.AddEvents(t.Context(), at("coordinator.started", "origin.moved", "operator.wake", "handoff.retried", "operator.up", "origin.moved")...); err != nil {
		t.Fatal(err)
	}
	s := since(t, l, morning)
	for _, c := range []struct {
		but  []string
		want string
	}{
		{nil, "operator.up"},
		{[]string{"operator.*"}, "handoff.retried"},
		{[]string{"operator.*", "handoff.retried"}, "origin.moved"},
		{[]string{"*"}, ""},
	} {
		e, ok, err := l.LastOther(t.Context(), s, c.but...)
		if err != nil || e.Kind != c.want || ok != (c.want != "") {
			t.Errorf("but %q: %q, %t, %v", c.but, e.Kind, ok, err)
		}
	}
}

func idsOf(list []handoff.Handoff) (ids []string) {
	for _, h := range list {
		ids = append(ids, h.ID)
	}
	return ids
}

// BenchmarkHistory is what a report of a night reads of a ledger with a million
// events.
func BenchmarkHistory(b *testing.B) {
	const all, night = 1_000_000, 10_000
	l, _ := fresh(b)
	bury(b, l, old)
	for _, query := range []string{
		"DELETE FROM events",
		`WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 1000000)
		INSERT INTO events (time, kind, agent, data) SELECT 1800001000000 + i * 1000, 'handoff.sent', 'builder',
		'{"handoff":"h0123456789ab","wake":"w0123456789ab","label":"claim(gate) 0123456789","attempt":1,"ms":1200}' FROM c`,
	} {
		if _, err := l.db.ExecContext(b.Context(), query); err != nil {
			b.Fatal(err)
		}
	}
	start := time.UnixMilli(1_800_001_000_000 + (all-night+1)*1000)
	b.Run("find", func(b *testing.B) {
		for b.Loop() {
			since(b, l, start)
		}
	})
	s := since(b, l, start)
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if n := len(history(b, l, s)); n != night {
				b.Fatal(n)
			}
		}
	})
	b.Run("before", func(b *testing.B) {
		for b.Loop() {
			if _, ok, err := l.LastBefore(b.Context(), s, "phase.entered", "phase.advanced"); ok || err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("touched", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.Touched(b.Context(), s); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("unanswered", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.Unanswered(b.Context(), 50); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// What a session took last is known as long as no turn of it is on record.
func TestLastTaken(t *testing.T) {
	l, _ := fresh(t)
	wake := func(id, generation string, state delivery.State) delivery.Wake {
		return delivery.Wake{ID: id, Agent: "builder", Generation: generation, State: state, Text: id + " hello", CreatedAt: noon}
	}
	put(t, l, Changes{Wakes: []delivery.Wake{
		wake("w1", "g1", delivery.Taken), wake("w2", "g1", delivery.Taken), wake("w3", "g1", delivery.Dropped),
		wake("w4", "g2", delivery.Taken), wake("w5", "g3", delivery.Queued),
	}, Turns: []Turn{{ID: "g1-1", Agent: "builder", Generation: "g1", Number: 1, Wake: "w1"}, {ID: "g2-1", Agent: "builder", Generation: "g2", Number: 1, Wake: "w4"}}})
	for generation, want := range map[string]string{"g1": "w2", "g2": "", "g3": "", "g4": ""} {
		w, known, err := l.LastTaken(t.Context(), "builder", generation)
		if err != nil || w.ID != want || known != (want != "") {
			t.Errorf("of %s it is %q, %t, %v; want %q", generation, w.ID, known, err, want)
		}
	}
}
