package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/loop/delivery"
)

// bury fills the ledger with n closed handoffs, wakes, items, sessions and events.
func bury(t testing.TB, l *Ledger, n int) {
	t.Helper()
	at := time.Unix(1_800_000_000, 0).UTC()
	if err := l.Commit(t.Context(), 0, Changes{
		Handoffs: []handoff.Handoff{{
			ID: "old", Agent: "builder", Kind: handoff.Signal, Rule: "claim", Gate: "gate", Subject: "claim(gate): it works",
			Author: "a <a@b>", State: handoff.Answered, AnsweredBy: "commit", SeenAt: at,
		}},
		Wakes:    []delivery.Wake{{ID: "old", Agent: "builder", State: delivery.Taken}},
		Items:    []Item{{ID: "old", Agent: "builder", State: handoff.Taken}},
		Sessions: []Session{{Generation: "old", Agent: "builder", EndedAt: at}},
		Events:   []Event{{Kind: "handoff.answered", Agent: "builder", Time: at}},
	}); err != nil {
		t.Fatal(err)
	}
	for name, columns := range map[string][]string{
		handoffs.name: handoffs.columns, wakes.name: wakes.columns, items.name: items.columns,
		sessions.name: sessions.columns, events.name: events.columns,
	} {
		multiply(t, l, name, columns, n)
	}
}

// multiply makes n more rows out of the one that a table has.
func multiply(t testing.TB, l *Ledger, name string, columns []string, n int) {
	t.Helper()
	var from []string
	for _, c := range columns {
		switch c {
		case "id", "generation", "commit":
			from = append(from, "format('%s%040d', '"+c+"', i)")
		case "seq":
			from = append(from, "i + 1")
		default:
			from = append(from, `"`+c+`"`)
		}
	}
	query := fmt.Sprintf(`WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d)
		INSERT INTO %s ("%s") SELECT %s FROM c, (SELECT * FROM %s)`, n, name, strings.Join(columns, `", "`), strings.Join(from, ", "), name)
	if _, err := l.db.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

// still is what is open in the ledgers of these tests.
func still() Changes {
	return Changes{
		Agents:   []Agent{{Name: "builder", Wanted: Up}},
		Sessions: []Session{{Generation: "now", Agent: "builder", State: Live}},
		Handoffs: []handoff.Handoff{{ID: "z", Kind: handoff.Inbox, Path: "IN.md", State: handoff.Taken}, {ID: "a", Kind: handoff.Signal, State: handoff.Open}},
		Wakes:    []delivery.Wake{{ID: "flying", State: delivery.Sent}},
		Items:    []Item{{ID: "y", State: handoff.Queued}, {ID: "b", State: handoff.Open}},
	}
}

func TestOnlyWhatIsOpenIsLoaded(t *testing.T) {
	l, _ := fresh(t)
	bury(t, l, 1000)
	if err := l.Commit(t.Context(), 0, still()); err != nil {
		t.Fatal(err)
	}
	s := loaded(t, l)
	if len(s.Agents) != 1 || len(s.Sessions) != 1 || s.Sessions["builder"].Generation != "now" || len(s.Wakes) != 1 || len(s.Events)+len(s.Ended) != 0 {
		t.Errorf("loaded %d agents, %d sessions, %d wakes", len(s.Agents), len(s.Sessions), len(s.Wakes))
	}
	if !slices.Equal(s.Order, []string{"z", "a"}) || len(s.Handoffs) != 2 {
		t.Errorf("the open handoffs are %v, want them in the order in which they came", s.Order)
	}
	if !slices.Equal(s.Pending, []string{"y", "b"}) || len(s.Items) != 2 {
		t.Errorf("the pending items are %v, want them in the order in which they came", s.Pending)
	}
}

// What a pass asks for must not grow with the age of the ledger.
func TestNoPassReadsATableThrough(t *testing.T) {
	l, _ := fresh(t)
	spy := &recorder{querier: l.db}
	if _, err := load(t.Context(), spy); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"state IN ('open', 'queued', 'sent', 'taken')", "kind = 'inbox' AND state = 'expired'",
		`kind = 'signal' AND "commit" IN (?,?)`, "kind = 'signal' AND answered_by IN (?,?)", "kind = 'signal' AND id IN (?,?)", "kind = 'inbox' AND path IN (?,?)",
	} {
		spy.queries = append(spy.queries, "SELECT n FROM handoffs WHERE "+part)
	}
	indexed := 0
	for _, query := range spy.queries {
		if strings.Contains(query, "FROM agents") || strings.Contains(query, "FROM limits") || strings.HasSuffix(query, "FROM schedules ") {
			continue // there are as many as the configuration has, or ever had
		}
		var args []any
		for range strings.Count(query, "?") {
			args = append(args, "x")
		}
		for _, step := range plan(t, l, query, args) {
			if strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "INDEX") && step != "SCAN k" { // the schedules
				t.Errorf("%s\nis %q", query, step)
			}
			if strings.Contains(step, "INDEX") {
				indexed++
			}
		}
	}
	if indexed < 8 {
		t.Errorf("only %d steps use an index; were the queries seen?", indexed)
	}
}

func plan(t *testing.T, l *Ledger, query string, args []any) (out []string) {
	t.Helper()
	rows, err := l.db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		out = append(out, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// recorder keeps what is asked of a database.
type recorder struct {
	querier
	queries []string
}

func (r *recorder) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.queries = append(r.queries, query)
	return r.querier.QueryContext(ctx, query, args...)
}

// What Diff finds, written, gives the state that it was made for.
func TestDiffAndCommitGiveTheStateAfter(t *testing.T) {
	l, _ := fresh(t)
	if err := l.Commit(t.Context(), 0, still()); err != nil {
		t.Fatal(err)
	}
	before := loaded(t, l)
	if c := Diff(before, before.Clone()); !c.Empty() {
		t.Errorf("a copy differs by %+v", c)
	}
	after := before.Clone()
	after.Loop.Cursor, after.Loop.Told["k"] = "tip", "v"
	after.Agents["new"] = Agent{Name: "new", Paused: true}
	after.PutHandoff(handoff.Handoff{ID: "m", State: handoff.Open})
	h := after.Handoffs["z"]
	h.State = handoff.Sent
	after.PutHandoff(h)
	after.PutItem(Item{ID: "a", State: handoff.Open})
	after.Events = append(after.Events, Event{Kind: "x"})
	row := after.Sessions["builder"]
	delete(after.Sessions, "builder")
	row.EndedAt = time.Unix(5, 0).UTC()
	after.Ended = append(after.Ended, row)
	after.Sessions["builder"] = Session{Generation: "next", Agent: "builder", State: Starting}
	if err := l.Commit(t.Context(), 0, Diff(before, after)); err != nil {
		t.Fatal(err)
	}
	after.Ended, after.Events = nil, nil
	if got := loaded(t, l); !reflect.DeepEqual(got, after) {
		t.Errorf("loaded\n%+v\nwant\n%+v", got, after)
	}
	if got, err := l.Events(t.Context(), 0, 10); err != nil || len(got) != 1 || got[0].Kind != "x" {
		t.Errorf("the events are %v, %v", got, err)
	}
	if old, ok, err := l.Session(t.Context(), "now"); err != nil || !ok || !old.EndedAt.Equal(row.EndedAt) {
		t.Errorf("the ended session is %+v, %v", old, err)
	}
}

func TestCloneSharesNothingThatChanges(t *testing.T) {
	l, _ := fresh(t)
	if err := l.Commit(t.Context(), 0, still()); err != nil {
		t.Fatal(err)
	}
	before := loaded(t, l)
	before.Loop.Told = map[string]string{"a": "b"}
	want := before.Clone()
	c := before.Clone()
	c.Loop.Told["a"] = "changed"
	clear(c.Agents)
	clear(c.Sessions)
	clear(c.Handoffs)
	clear(c.Wakes)
	clear(c.Items)
	c.Order[0], c.Pending[0] = "changed", "changed"
	if !reflect.DeepEqual(before, want) {
		t.Errorf("the original is now %+v", before)
	}
}

// Of each schedule the slots are loaded that are not behind it.
func TestTheSlotsAheadAreLoaded(t *testing.T) {
	l, _ := fresh(t)
	var c Changes
	for _, name := range []string{"a", "b", "c"} {
		c.Schedules = append(c.Schedules, Schedule{Name: name, Agent: "x", Counted: time.Unix(27, 0).UTC()})
		for i := range 30 {
			c.Slots = append(c.Slots, Slot{ID: fmt.Sprintf("%s%02d", name, i), Schedule: name, Agent: "x", At: time.Unix(int64(i), 0).UTC(), State: Fired})
		}
	}
	if err := l.Commit(t.Context(), 0, c); err != nil {
		t.Fatal(err)
	}
	s := loaded(t, l)
	if len(s.Slots) != 3*3 || len(s.Schedules) != 3 {
		t.Errorf("%d slots of %d schedules are loaded, want the last 3 of 3", len(s.Slots), len(s.Schedules))
	}
	for _, id := range []string{"a27", "b28", "c29"} {
		if s.Slots[id].State != Fired {
			t.Errorf("slot %s is not among them", id)
		}
	}
}
