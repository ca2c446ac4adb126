package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pawl/handoff"
	"pawl/internal/need"
	"pawl/loop/delivery"
	"pawl/loop/supervise"
)

func fresh(t testing.TB) (*Ledger, string) {
	t.Helper()
	dir := t.TempDir()
	return reopen(t, dir), dir
}

func reopen(t testing.TB, dir string) *Ledger {
	t.Helper()
	l, err := Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func loaded(t testing.TB, l *Ledger) State {
	t.Helper()
	s, err := l.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fill gives every field of v, however deep, a value that is not its zero.
func fill(v reflect.Value, n *int) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.UnixMilli(1_800_000_000_123 + int64(*n)).UTC()))
		return
	case v.Kind() == reflect.Interface:
		v.Set(reflect.ValueOf(fmt.Sprint("any ", *n)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d 'quoted\" \n é", *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Float64: // within a column that is JSON
		v.SetFloat(float64(*n) / 4)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n)
		fill(value, n)
		v.SetMapIndex(key, value)
	default:
		panic("a row has a field of kind " + v.Kind().String() + ", which the ledger cannot keep")
	}
}

func full[T any]() T {
	var row T
	n := 0
	fill(reflect.ValueOf(&row).Elem(), &n)
	return row
}

// trip saves a row with every field set, then saves it over another one, and
// finds the same both times.
func trip[T any](t *testing.T, tab table[T], change func(*T)) {
	t.Helper()
	l, _ := fresh(t)
	ctx := t.Context()
	if _, err := l.db.ExecContext(ctx, "DELETE FROM "+tab.name); err != nil {
		t.Fatal(err)
	}
	var zero T
	first, second := full[T](), full[T]()
	change(&first)
	change(&second)
	change(&zero)
	for _, row := range []T{first, zero, second} {
		if err := transact(ctx, l.db, func(tx *sql.Tx) error { return tab.upsert(ctx, tx, []T{row}) }); err != nil {
			t.Fatal(err)
		}
		got, err := tab.find(ctx, l.db, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || !reflect.DeepEqual(got[0], row) {
			t.Errorf("table %s: saved\n%+v\nand found\n%+v", tab.name, row, got)
		}
	}
}

func TestRowsRoundTrip(t *testing.T) {
	need.Unraced(t)
	trip(t, loops, func(x *Loop) { x.ID = 1 })
	trip(t, agents, func(x *Agent) { x.Name = "a" })
	trip(t, sessions, func(x *Session) { x.Generation = "g" })
	trip(t, handoffs, func(x *handoff.Handoff) { x.ID = "h" })
	trip(t, wakes, func(x *delivery.Wake) { x.ID = "w" })
	trip(t, items, func(x *Item) { x.ID = "i" })
	trip(t, limits, func(x *supervise.Limit) { x.Account = "a" })
	trip(t, schedules, func(x *Schedule) { x.Name = "s" })
	trip(t, slots, func(x *Slot) { x.ID = "s" })
	trip(t, turns, func(x *Turn) { x.ID = "t" })
	trip(t, runs, func(x *Run) { x.ID = "r" })
	trip(t, events, func(x *Event) { x.Seq = 7 })
}

// The schema has a column for each field, and no other but the row's number.
func TestColumnsAreTheFields(t *testing.T) {
	l, _ := fresh(t)
	for _, tab := range []struct {
		name    string
		columns []string
	}{
		{loops.name, loops.columns}, {agents.name, agents.columns}, {sessions.name, sessions.columns},
		{handoffs.name, handoffs.columns}, {wakes.name, wakes.columns}, {items.name, items.columns},
		{limits.name, limits.columns}, {schedules.name, schedules.columns}, {slots.name, slots.columns}, {turns.name, turns.columns}, {events.name, events.columns},
	} {
		have := firsts(t, l, "SELECT name FROM pragma_table_info('"+tab.name+"') WHERE name <> 'n'")
		want := slices.Sorted(slices.Values(tab.columns))
		if slices.Sort(have); !slices.Equal(have, want) {
			t.Errorf("table %s has the columns\n%q, and its rows the fields\n%q", tab.name, have, want)
		}
	}
}

// firsts is the first column of what a query finds.
func firsts(t testing.TB, l *Ledger, query string, args ...any) (out []string) {
	t.Helper()
	rows, err := l.db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSnake(t *testing.T) {
	for name, want := range map[string]string{"ID": "id", "PawlID": "pawl_id", "PID": "pid", "SeenAt": "seen_at", "URL": "url", "AnsweredBy": "answered_by"} {
		if got := snake(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
