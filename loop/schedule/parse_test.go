package schedule

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ expr, zone, says string }{
		{"", "", "it is empty"},
		{"every hour", "", "fields"},
		{"* * * *", "", "fields"},
		{"* * * * * *", "", "fields"},
		{"61 * * * *", "", "range"},
		{"0 0 31 2 *", "", "no such date ever comes"},
		{"0 0 30 2 *", "UTC", "no such date ever comes"},
		{"TZ=UTC", "", "the zone belongs in tz"},
		{"CRON_TZ=UTC 0 * * * *", "", "the zone belongs in tz"},
		{"@reboot", "", "descriptor"},
		{"@", "", "descriptor"},
		{"@every", "", "descriptor"},
		{"0 0 31 4,6 *", "", "no such date"},
		{"TZ=UTC * * * * *", "", "the zone belongs in tz"},
		{"-1 * * * *", "", "not a number"},
		{"@every 10", "", "a second or more"},
		{"@every 10ms", "", "a second or more"},
		{"@every -1h", "", "a second or more"},
		{strings.Repeat("1,", 300) + "1 * * * *", "", "more than 400"},
		{"0 * * * *", "Mars/Olympus", "not a time zone"},
		{"0 * * * *", "../etc/passwd", "not a time zone"},
	} {
		if _, err := Parse(c.expr, c.zone); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q in %q: the error is %v, want %q", c.expr, c.zone, err, c.says)
		}
	}
	if _, err := Parse("0 * * * *", "Mars/Olympus"); !errors.Is(err, ErrZone) {
		t.Errorf("the error of a zone is %v", err)
	}
}

func TestParseTakes(t *testing.T) {
	for _, expr := range []string{"* * * * *", "0 9-17/2 1,15 * MON", "@hourly", "@every 1s", "0 0 29 2 *", "0 0 31 2 1"} {
		parsed(t, expr, "")
	}
}

// Whatever is accepted has a next slot, which lies ahead, and is its own latest.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0 * * * *", "*/5 1-3 * jan,feb mon", "@daily", "@every 90m", "TZ=UTC", "@every 1s", "0 0 29 2 *", "? ? * * 7"} {
		f.Add(seed, "Europe/Berlin", int64(1_774_745_000))
	}
	f.Fuzz(func(t *testing.T, expr, zone string, unix int64) {
		s, err := Parse(expr, zone)
		if err != nil {
			return
		}
		after := time.Unix(unix%4_000_000_000, 0).UTC()
		next := s.Next(after)
		if next.IsZero() {
			return // five years without a 29 February that is asked for
		}
		if !next.After(after) {
			t.Fatalf("%q in %q: after %s comes %s", expr, zone, after, next)
		}
		if at, n := s.Latest(after, next); !at.Equal(next) || n != 1 {
			t.Fatalf("%q in %q: from %s to %s there are %d, the last at %s", expr, zone, after, next, n, at)
		}
	})
}
