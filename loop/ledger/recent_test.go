package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/handoff"
)

// shelve writes handoffs of adversary in this order, with an event of each end.
func shelve(t *testing.T, l *Ledger, at time.Time, rows ...handoff.Handoff) {
	t.Helper()
	c := Changes{}
	for i, h := range rows {
		if h.Agent == "" {
			h.Agent = "adversary"
		}
		c.Handoffs = append(c.Handoffs, h)
		if h.State.Closed() {
			c.Events = append(c.Events, Event{
				Time: at.Add(time.Duration(i) * time.Minute), Kind: "handoff." + string(h.State), Agent: h.Agent,
				Data: map[string]any{"handoff": h.ID},
			})
		}
	}
	if err := l.Commit(t.Context(), loaded(t, l).Loop.Revision, c); err != nil {
		t.Fatal(err)
	}
}

func TestRecent(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000).UTC()
	l, _ := fresh(t)
	shelve(t, l, now.Add(-25*time.Hour), handoff.Handoff{ID: "h0old", State: handoff.Answered})
	shelve(t, l, now.Add(-time.Hour),
		handoff.Handoff{ID: "h1", State: handoff.Answered},
		handoff.Handoff{ID: "h2", State: handoff.Open},
		handoff.Handoff{ID: "h3", State: handoff.Expired},
		handoff.Handoff{ID: "h4", State: handoff.Superseded, Agent: "builder"},
		handoff.Handoff{ID: "h5", State: handoff.Withdrawn})
	for _, c := range []struct {
		name  string
		since time.Duration
		limit int
		want  []string
	}{
		{"the last one first", 24 * time.Hour, 10, []string{"h5", "h3", "h1"}},
		{"no more than asked for", 24 * time.Hour, 2, []string{"h5", "h3"}},
		{"none that is older", 58*time.Minute + time.Second, 10, []string{"h5", "h3"}},
		{"older ones too", 30 * time.Hour, 10, []string{"h5", "h3", "h1", "h0old"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := l.Recent(t.Context(), "adversary", now.Add(-c.since), c.limit)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, h := range got {
				ids = append(ids, h.ID)
			}
			if !slices.Equal(ids, c.want) {
				t.Errorf("got %q, want %q", ids, c.want)
			}
		})
	}
	// What is open again is not closed; what was closed twice is told once.
	shelve(t, l, now, handoff.Handoff{ID: "h3", State: handoff.Open}, handoff.Handoff{ID: "h1", State: handoff.Answered})
	got, err := l.Recent(t.Context(), "adversary", now.Add(-time.Hour), 10)
	if err != nil || len(got) != 2 || got[0].ID != "h1" || !got[0].At.Equal(now.Add(time.Minute)) || got[1].ID != "h5" {
		t.Errorf("then %+v, %v", got, err)
	}
}

func TestRecentOfAnEmptyLedger(t *testing.T) {
	l, _ := fresh(t)
	if got, err := l.Recent(t.Context(), "builder", time.Time{}, 10); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestEditHandoff(t *testing.T) {
	l, _ := fresh(t)
	shelve(t, l, time.Now(),
		handoff.Handoff{ID: "haaaa1111", State: handoff.Expired, Attempts: 4},
		handoff.Handoff{ID: "haaaa2222", State: handoff.Open},
		handoff.Handoff{ID: "hbbbb3333", State: handoff.Answered})
	before := loaded(t, l)

	// A closed one is open again, in its old place and with all that it had.
	err := l.EditHandoff(t.Context(), "haaaa1", func(s *State, h handoff.Handoff) (handoff.Handoff, error) {
		s.Loop.Fingerprint = "other"
		h.State = handoff.Open
		return h, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	after := loaded(t, l)
	if !slices.Equal(after.Order, []string{"haaaa1111", "haaaa2222"}) || after.Handoffs["haaaa1111"].Attempts != 4 {
		t.Errorf("the state has %q, %+v", after.Order, after.Handoffs)
	}
	if after.Loop.Fingerprint != "other" || after.Loop.Revision != before.Loop.Revision+1 {
		t.Errorf("the loop is %+v", after.Loop)
	}
	if err := l.Commit(t.Context(), before.Loop.Revision, Changes{}); !errors.Is(err, ErrStale) {
		t.Errorf("a plan from before is not stale: %v", err)
	}
	if h, err := l.Handoff(t.Context(), "haaaa1111"); err != nil || h.State != handoff.Open {
		t.Errorf("it is %+v, %v", h, err)
	}
}

func TestEditHandoffThatFails(t *testing.T) {
	l, _ := fresh(t)
	shelve(t, l, time.Now(), handoff.Handoff{ID: "haaaa1111", State: handoff.Expired})
	refused := fmt.Errorf("no")
	before := loaded(t, l).Loop.Revision
	err := l.EditHandoff(t.Context(), "haaaa1111", func(s *State, h handoff.Handoff) (handoff.Handoff, error) {
		h.State = handoff.Open
		s.Loop.Paused = true
		return h, refused
	})
	s := loaded(t, l)
	if !errors.Is(err, refused) || s.Loop.Paused || s.Loop.Revision != before || len(s.Handoffs) != 0 {
		t.Errorf("%v, and the state is %+v", err, s)
	}
}

func TestAbbreviatedIDs(t *testing.T) {
	l, _ := fresh(t)
	shelve(t, l, time.Now(),
		handoff.Handoff{ID: "haaaa1111", State: handoff.Open, Rule: "claim", Gate: "a", Commit: "0123456789"},
		handoff.Handoff{ID: "haaaa2222", State: handoff.Answered},
		handoff.Handoff{ID: "hb", State: handoff.Open})
	for _, c := range []struct{ name, id, found, missing, ambiguous string }{
		{"whole", "haaaa1111", "haaaa1111", "", ""},
		{"shortened", "haaaa2", "haaaa2222", "", ""},
		{"a short one that is whole", "hb", "hb", "", ""},
		{"too short", "haa", "", `there is no handoff "haa"; an id may be shortened to 4 characters, no further`, ""},
		{"of two", "haaaa", "", "", `"haaaa" may be haaaa1111 (claim(a) 0123456789, open) or haaaa2222 (`},
		{"of none", "hcccc", "", `there is no handoff "hcccc"`, ""},
		{"with a wildcard", "h%aa%", "", `there is no handoff "h%aa%"`, ""},
		{"longer than one", "haaaa11112", "", `there is no handoff "haaaa11112"`, ""},
		{"empty", "", "", `there is no handoff ""`, ""},
		{"hostile", "h\x1b[31m\n", "", `there is no handoff "h`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := named(t.Context(), l.db, c.id)
			var (
				missing   *NoHandoffError
				ambiguous *AmbiguousError
			)
			switch {
			case c.missing != "":
				if !errors.As(err, &missing) || !strings.HasPrefix(err.Error(), c.missing) || strings.ContainsAny(err.Error(), "\x1b\n") {
					t.Errorf("got %+v, %v", got, err)
				}
			case c.ambiguous != "":
				if !errors.As(err, &ambiguous) || !strings.HasPrefix(err.Error(), c.ambiguous) {
					t.Errorf("got %+v, %v", got, err)
				}
			case err != nil || got.ID != c.found:
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}
