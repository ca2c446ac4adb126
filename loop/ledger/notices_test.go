package ledger

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// happen appends events of these kinds.
func happen(t testing.TB, l *Ledger, at time.Time, kinds ...string) {
	t.Helper()
	for _, kind := range kinds {
		if err := l.AddEvents(t.Context(), Event{Time: at, Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
}

func keep(t testing.TB, l *Ledger, names ...string) {
	t.Helper()
	if err := l.KeepNotices(t.Context(), names); err != nil {
		t.Fatal(err)
	}
}

// behind are the receivers that are, and how far they have got.
func behind(t testing.TB, l *Ledger, want ...string) []Notice {
	t.Helper()
	list, err := l.Behind(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range list {
		got = append(got, fmt.Sprintf("%s %d", n.Name, n.Seq))
	}
	if !slices.Equal(got, want) {
		t.Errorf("behind are %q, want %q", got, want)
	}
	return list
}

func settle(t testing.TB, l *Ledger, want bool, n Notice, list ...Event) {
	t.Helper()
	if kept, err := l.SettleNotice(t.Context(), n, list...); err != nil || kept != want {
		t.Errorf("settled %v, %v", kept, err)
	}
}

func TestWhereAReceiverBegins(t *testing.T) {
	l, dir := fresh(t)
	keep(t, l, "first")
	happen(t, l, noon, "a", "b")
	behind(t, l, "first 0")
	keep(t, l, "second", "first")
	behind(t, l, "first 0")
	happen(t, l, noon, "c")
	behind(t, l, "first 0", "second 2")
	l = reopen(t, dir)
	keep(t, l, "first", "second", "first")
	behind(t, l, "first 0", "second 2")
	// One that goes and comes back is a new one.
	keep(t, l, "second")
	keep(t, l, "first", "second")
	behind(t, l, "second 2")
	keep(t, l)
	behind(t, l)
}

func TestWhatIsToldIsSettledAtOnce(t *testing.T) {
	l, dir := fresh(t)
	keep(t, l, "one")
	happen(t, l, noon, "a", "b")
	n := behind(t, l, "one 0")[0]
	n.Seq, n.Attempts, n.NextAt, n.WindowAt, n.Told = 1, 2, noon, noon.Add(time.Second), 3
	settle(t, l, true, n, Event{Time: noon, Kind: "notify.failed"})
	l = reopen(t, dir)
	if got := behind(t, l, "one 1")[0]; got != n {
		t.Errorf("it holds %+v, want %+v", got, n)
	}
	if list, err := l.Events(t.Context(), 0, 1); err != nil || list[0].Kind != "notify.failed" || list[0].Seq != 3 {
		t.Errorf("the last event is %+v, %v", list, err)
	}
	n.Seq = 3
	settle(t, l, true, n)
	behind(t, l)
	// A reload took it away while it was told.
	n.Name = "gone"
	settle(t, l, false, n, Event{Time: noon, Kind: "notify.failed"})
	if got := firsts(t, l, "SELECT count(*) FROM events"); got[0] != "3" {
		t.Errorf("there are %s events", got[0])
	}
}

// Old events stay until all were told of them, but for those that are too many.
func TestWhatIsNotToldIsNotForgotten(t *testing.T) {
	l, _ := fresh(t)
	keep(t, l, "one", "two")
	happen(t, l, aged, "a", "b", "c", "d", "e", "f")
	prune(t, l, few())
	kept(t, l, "kind", "events", "a", "b", "c", "d", "e", "f")
	settle(t, l, true, Notice{Name: "one", Seq: 6})
	settle(t, l, true, Notice{Name: "two", Seq: 2})
	prune(t, l, few())
	kept(t, l, "kind", "events", "c", "d", "e", "f")
	happen(t, l, aged, "g", "h", "i", "j", "k")
	prune(t, l, few())
	kept(t, l, "kind", "events", "d", "e", "f", "g", "h", "i", "j", "k")
	keep(t, l)
	prune(t, l, few())
	kept(t, l, "kind", "events", "j", "k")
	// When all are gone, a new one does not begin at 0.
	if _, err := l.db.ExecContext(t.Context(), "DELETE FROM events"); err != nil {
		t.Fatal(err)
	}
	keep(t, l, "three")
	happen(t, l, noon, "l")
	behind(t, l, "three 11")
}
