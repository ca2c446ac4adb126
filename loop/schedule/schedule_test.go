package schedule

import (
	"testing"
	"time"
)

func parsed(t testing.TB, expr, zone string) Schedule {
	t.Helper()
	s, err := Parse(expr, zone)
	if err != nil {
		t.Fatalf("%q in %q: %v", expr, zone, err)
	}
	return s
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// On 29 March 2026 Berlin's clocks go from 02:00 +01:00 to 03:00 +02:00, on 25
// October from 03:00 +02:00 back to 02:00 +01:00. Lord Howe's move by half an
// hour: on 4 October 2026 from 02:00 +10:30 to 02:30 +11:00.
func TestNext(t *testing.T) {
	for _, c := range []struct{ name, expr, zone, after, want string }{
		{"the next hour", "0 * * * *", "", "2026-01-02T06:00:00Z", "2026-01-02T07:00:00Z"},
		{"a slot is not its own next", "0 6 * * *", "UTC", "2026-01-02T06:00:00Z", "2026-01-03T06:00:00Z"},
		{"a moment before", "0 6 * * *", "UTC", "2026-01-02T05:59:59Z", "2026-01-02T06:00:00Z"},
		{"in another zone than the machine's", "0 6 * * *", "Asia/Kolkata", "2026-01-02T00:00:00Z", "2026-01-02T00:30:00Z"},
		{"the machine's zone is that of the moment", "0 6 * * *", "", "2026-01-02T05:00:00+05:30", "2026-01-02T06:00:00+05:30"},
		{"either day serves, where both are given", "0 0 13 * 5", "UTC", "2026-01-03T00:00:00Z", "2026-01-09T00:00:00Z"},
		{"29 February", "0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"},
		{"a descriptor", "@daily", "Europe/Berlin", "2026-01-02T06:00:00Z", "2026-01-02T23:00:00Z"},
		{"an interval", "@every 90m", "", "2026-01-02T06:00:30Z", "2026-01-02T07:30:30Z"},
		{"an interval over a change of clocks", "@every 2h", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"},

		{"a skipped time comes after the gap", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T03:00:00+02:00"},
		{"and as usual the day after", "30 2 * * *", "Europe/Berlin", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"},
		{"the first minute of the gap", "0 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T03:00:00+02:00"},
		{"the end of the gap is one slot of an hourly schedule", "0 * * * *", "Europe/Berlin", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"then the next hour", "0 * * * *", "Europe/Berlin", "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"},
		{"many skipped times are one", "*/10 * * * *", "Europe/Berlin", "2026-03-29T01:50:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"and it goes on after that", "*/10 * * * *", "Europe/Berlin", "2026-03-29T03:00:00+02:00", "2026-03-29T03:10:00+02:00"},
		{"a gap of half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-04T02:30:00+11:00"},

		{"a time that comes twice comes the first time", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T02:30:00+02:00"},
		{"and not the second", "30 2 * * *", "Europe/Berlin", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		{"nor when it is asked in between", "30 2 * * *", "Europe/Berlin", "2026-10-25T02:10:00+01:00", "2026-10-26T02:30:00+01:00"},
		{"an hourly one, once too", "0 * * * *", "Europe/Berlin", "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00"},
		{"the hour after the overlap", "0 3 * * *", "Europe/Berlin", "2026-10-25T02:59:00+02:00", "2026-10-25T03:00:00+01:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := parsed(t, c.expr, c.zone).Next(at(t, c.after))
			if want := at(t, c.want); !got.Equal(want) {
				t.Errorf("after %s comes %s, want %s", c.after, got.Format(time.RFC3339), c.want)
			}
		})
	}
}

func TestLatest(t *testing.T) {
	for _, c := range []struct {
		name, expr, after, until, want string
		n                              int
	}{
		{"none yet", "0 * * * *", "2026-01-02T06:10:00Z", "2026-01-02T06:59:59Z", "", 0},
		{"one, at its second", "0 * * * *", "2026-01-02T06:10:00Z", "2026-01-02T07:00:00Z", "2026-01-02T07:00:00Z", 1},
		{"not the one it starts from", "0 * * * *", "2026-01-02T07:00:00Z", "2026-01-02T07:00:10Z", "", 0},
		{"a night", "0 * * * *", "2026-01-02T20:30:00Z", "2026-01-03T08:15:00Z", "2026-01-03T08:00:00Z", 12},
		{"a year of minutes is not counted", "* * * * *", "2025-01-02T06:00:00Z", "2026-01-02T06:00:30Z", "2026-01-02T06:00:00Z", MaxCounted},
		{"many in one hour of a day", "* 3 * * *", "2020-01-02T06:00:00Z", "2026-01-02T06:00:30Z", "2026-01-02T03:59:00Z", MaxCounted},
		{"an interval", "@every 10m", "2026-01-02T06:00:00Z", "2026-01-02T06:35:00Z", "2026-01-02T06:30:00Z", 3},
		{"an interval that is not over", "@every 10m", "2026-01-02T06:00:00Z", "2026-01-02T06:09:59Z", "", 0},
		{"the clock was set back", "0 * * * *", "2026-01-02T07:00:00Z", "2026-01-02T05:00:00Z", "", 0},
		{"the clock was set back, an interval", "@every 10m", "2026-01-02T07:00:00Z", "2026-01-02T05:00:00Z", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, n := parsed(t, c.expr, "UTC").Latest(at(t, c.after), at(t, c.until))
			text := ""
			if !got.IsZero() {
				text = got.UTC().Format(time.RFC3339)
			}
			if text != c.want || n != c.n {
				t.Errorf("got %q and %d, want %q and %d", text, n, c.want, c.n)
			}
		})
	}
}

// Slot after slot, through both changes of the clocks, time goes forward and a
// wall-clock time is not met twice.
func TestAYearOfSlots(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo"} {
		s := parsed(t, "*/15 * * * *", zone)
		seen := map[string]bool{}
		last := at(t, "2026-01-01T00:00:00Z")
		for n := 0; last.Before(at(t, "2027-01-01T00:00:00Z")); n++ {
			next := s.Next(last)
			if !next.After(last) || next.Sub(last) > 90*time.Minute {
				t.Fatalf("%s: after %s comes %s", zone, last, next)
			}
			if wall := s.In(next).Format("2006-01-02T15:04"); seen[wall] {
				t.Fatalf("%s: %s comes twice", zone, wall)
			} else {
				seen[wall] = true
			}
			last = next
		}
	}
}

func TestDelay(t *testing.T) {
	slot := at(t, "2026-01-02T06:00:00Z")
	different := map[time.Duration]bool{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		d := Delay(10*time.Minute, name, slot)
		if d < 0 || d >= 10*time.Minute || d != Delay(10*time.Minute, name, slot.In(time.FixedZone("x", 3600))) {
			t.Errorf("%s waits %s", name, d)
		}
		different[d] = true
	}
	if len(different) < 6 {
		t.Errorf("eight agents wait only %d different times", len(different))
	}
	if d := Delay(0, "a", slot); d != 0 {
		t.Errorf("without jitter it waits %s", d)
	}
}
