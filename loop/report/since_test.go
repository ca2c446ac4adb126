package report

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests are about zones, which a machine may lack
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestSince(t *testing.T) {
	// In 2026 Berlin puts its clock forward on 29 March at 2:00, and back on
	// 25 October at 3:00.
	for _, c := range []struct{ name, now, text, want string }{
		{"this evening", "2026-01-02T21:15:00+01:00", "20:00", "2026-01-02T20:00:00+01:00"},
		{"last evening", "2026-01-02T08:15:00+01:00", "20:00", "2026-01-01T20:00:00+01:00"},
		{"this very moment", "2026-01-02T20:00:00+01:00", "20:00", "2026-01-02T20:00:00+01:00"},
		{"a single digit", "2026-01-02T08:15:00+01:00", "7:05", "2026-01-02T07:05:00+01:00"},
		{"over the new year", "2026-01-01T00:10:00+01:00", "23:30", "2025-12-31T23:30:00+01:00"},
		{"the evening before the clock went forward", "2026-03-29T08:00:00+02:00", "20:00", "2026-03-28T20:00:00+01:00"},
		{"a time that the clock skipped today", "2026-03-29T08:00:00+02:00", "2:30", "2026-03-28T02:30:00+01:00"},
		{"and was shown on the day after", "2026-03-30T08:00:00+02:00", "2:30", "2026-03-30T02:30:00+02:00"},
		{"shown twice, the second time", "2026-10-25T08:00:00+01:00", "2:30", "2026-10-25T02:30:00+01:00"},
		{"shown twice, and once so far", "2026-10-25T02:10:00+01:00", "2:30", "2026-10-25T02:30:00+02:00"},
		{"the evening before the clock went back", "2026-10-25T08:00:00+01:00", "20:00", "2026-10-24T20:00:00+02:00"},
		{"hours ago", "2026-10-25T08:00:00+01:00", "12h", "2026-10-24T21:00:00+02:00"},
		{"minutes ago", "2026-01-02T08:00:00+01:00", "90m", "2026-01-02T06:30:00+01:00"},
		{"days ago are lengths", "2026-10-26T08:00:00+01:00", "2d", "2026-10-24T09:00:00+02:00"},
		{"days and hours", "2026-01-03T08:00:00+01:00", "1d12h", "2026-01-01T20:00:00+01:00"},
		{"no time at all", "2026-01-02T08:00:00+01:00", "0s", "2026-01-02T08:00:00+01:00"},
		{"yesterday", "2026-01-02T08:00:00+01:00", "yesterday", "2026-01-01T00:00:00+01:00"},
		{"yesterday had 23 hours", "2026-03-30T08:00:00+02:00", "yesterday", "2026-03-29T00:00:00+01:00"},
		{"today", "2026-01-02T08:00:00+01:00", "today", "2026-01-02T00:00:00+01:00"},
		{"a date", "2026-07-02T08:00:00+02:00", "2026-01-02", "2026-01-02T00:00:00+01:00"},
		{"a date and time", "2026-07-02T08:00:00+02:00", "2026-01-02T20:00", "2026-01-02T20:00:00+01:00"},
		{"with a space and seconds", "2026-07-02T08:00:00+02:00", "2026-01-02 20:00:07", "2026-01-02T20:00:07+01:00"},
		{"one that the clock skipped", "2026-07-02T08:00:00+02:00", "2026-03-29T02:30", "2026-03-29T03:30:00+02:00"},
		{"one that was shown twice", "2026-12-02T08:00:00+01:00", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"},
		{"RFC 3339", "2026-07-02T08:00:00+02:00", "2026-01-02T20:00:00Z", "2026-01-02T21:00:00+01:00"},
		{"with blanks around it", "2026-01-02T21:15:00+01:00", " 20:00 ", "2026-01-02T20:00:00+01:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Since(c.text, moment(t, c.now).In(zone(t, "Europe/Berlin")))
			if err != nil || !got.Equal(moment(t, c.want)) {
				t.Errorf("%q at %s is %s, not %s: %v", c.text, c.now, got, c.want, err)
			}
		})
	}
}

// A day without midnight begins when its clock first shows something.
func TestSinceWhereMidnightIsSkipped(t *testing.T) {
	got, err := Since("2018-11-04", moment(t, "2018-11-05T12:00:00Z").In(zone(t, "America/Sao_Paulo")))
	if want := moment(t, "2018-11-04T03:00:00Z"); err != nil || !got.Equal(want) {
		t.Errorf("%s, not %s: %v", got, want, err)
	}
}

func moment(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestSinceRefuses(t *testing.T) {
	now := moment(t, "2026-01-02T08:00:00Z")
	for _, text := range []string{
		"", "soon", "25:00", "20:60", "-5h", "12", "d", "-1d", "1d-5h", "99999d", "2026-13-01", "2026-02-30", "1w", "20:00:00", "1900-01-01",
		"0001-01-01T00:00:00Z", "9999999999h", "٣d", "+2d",
	} {
		if got, err := Since(text, now); err == nil {
			t.Errorf("%q is read as %s", text, got)
		} else if !strings.Contains(err.Error(), "write 20:00") {
			t.Errorf("%q: %v does not say what can be written", text, err)
		}
	}
	for _, text := range []string{"2026-01-03", "2026-01-02T08:00:01Z"} {
		if _, err := Since(text, now); !errors.Is(err, ErrFuture) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Since("\x1b[31m"+strings.Repeat("x", 1000), now); len(err.Error()) > 400 || strings.ContainsRune(err.Error(), '\x1b') {
		t.Errorf("a hostile text: %v", err)
	}
}

func FuzzSince(f *testing.F) {
	for _, text := range []string{"20:00", "12h", "2d", "1d2h", "yesterday", "2026-01-02", "2026-10-25T02:30", "2026-01-02T20:00:00Z", "1e9h", "-1d"} {
		f.Add(text, int64(1_792_890_000))
	}
	zones := []*time.Location{time.UTC, zone(f, "Europe/Berlin"), zone(f, "Australia/Lord_Howe"), zone(f, "America/Sao_Paulo"), zone(f, "Pacific/Apia")}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		for _, loc := range zones {
			now := time.Unix(1_000_000_000+(unix%1_000_000_000), 0).In(loc)
			at, err := Since(text, now)
			if err != nil {
				continue
			}
			if at.After(now) || now.Sub(at) > oldest {
				t.Fatalf("%q at %s is %s", text, now, at)
			}
			again, err := Since(at.Format(time.RFC3339Nano), now)
			if err != nil || !again.Equal(at) {
				t.Fatalf("%s printed and read is %s: %v", at, again, err)
			}
			if clock, err := time.Parse("15:04", strings.TrimSpace(text)); err == nil {
				if h, m, _ := at.In(loc).Clock(); h != clock.Hour() || m != clock.Minute() {
					t.Fatalf("the clock shows %s, not %q", at.In(loc), text)
				}
			}
		}
	})
}
