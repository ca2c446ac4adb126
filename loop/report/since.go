package report

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pawl/handoff"
)

// oldest bounds how far back a report may reach.
const oldest = 100 * 366 * 24 * time.Hour

// localForms are points in time without a zone: the zone of now is meant.
var localForms = []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02 15:04:05"}

// SinceForms says what Since reads.
const SinceForms = "20:00 (the last time the clock showed that), 12h, 90m or 2d (ago), yesterday, 2026-01-02, 2026-01-02T20:00, or RFC 3339"

// ErrFuture says that a moment lies in the future.
var ErrFuture = errors.New("it lies in the future")

// Since reads since when a report is wanted, as a person writes it. now gives
// the time and, with its location, the local clock. A day is 24 hours where it
// is a length, and begins with the clock's midnight where it is a date. It is
// an error for what is unreadable, or lies in the future (ErrFuture) or more
// than a century ago.
func Since(text string, now time.Time) (time.Time, error) {
	at, err := parseSince(strings.TrimSpace(text), now)
	if err == nil && at.After(now) {
		err = ErrFuture
	}
	if err == nil && now.Sub(at) > oldest {
		err = errors.New("it lies more than a century ago")
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("%q says no time to report from: %w; write %s", handoff.Clean(text, 60), err, SinceForms)
	}
	return at, nil
}

func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "yesterday" || text == "today" {
		y, m, d := now.Date()
		if text == "yesterday" {
			d--
		}
		return wall(y, m, d, 0, 0, 0, now.Location()), nil
	}
	if clock, err := time.Parse("15:04", text); err == nil {
		return lastShown(clock.Hour(), clock.Minute(), now)
	}
	if ago, ok := length(text); ok {
		if ago < 0 || ago > oldest {
			return time.Time{}, errors.New("its length is not between 0 and a century")
		}
		return now.Add(-ago), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, form := range localForms {
		if t, err := time.Parse(form, text); err == nil {
			return wall(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), now.Location()), nil
		}
	}
	return time.Time{}, errors.New("it has no form that is known")
}

// length reads how long ago: a Go duration, perhaps with days before it.
func length(text string) (time.Duration, bool) {
	var days time.Duration
	if count, rest, found := strings.Cut(text, "d"); found {
		n, err := strconv.ParseUint(count, 10, 16)
		if err != nil {
			return 0, false
		}
		days, text = time.Duration(n)*24*time.Hour, rest
		if rest == "" {
			return days, true
		}
	}
	rest, err := time.ParseDuration(text)
	if err != nil || days > 0 && rest < 0 || rest > oldest {
		return 0, false
	}
	return days + rest, true
}

// lastShown is the last moment up to now at which the local clock showed a time
// of day. A clock that is put forward skips some on that day, and one that is
// put back shows some twice.
func lastShown(hour, minute int, now time.Time) (time.Time, error) {
	y, m, d := now.Date()
	for back := range 4 {
		var last time.Time
		for _, at := range shown(y, m, d-back, hour, minute, 0, now.Location()) {
			if !at.After(now) {
				last = later(last, at)
			}
		}
		if !last.IsZero() {
			return last, nil
		}
	}
	return time.Time{}, errors.New("the local clock did not show it of late")
}

// shown are the moments at which a clock in loc shows that: none, one or two,
// the earlier one first.
func shown(y int, m time.Month, d, hour, minute, second int, loc *time.Location) []time.Time {
	want := time.Date(y, m, d, hour, minute, second, 0, time.UTC)
	var out []time.Time
	for _, near := range []time.Duration{-36 * time.Hour, 36 * time.Hour} {
		_, offset := want.Add(near).In(loc).Zone()
		at := want.Add(-time.Duration(offset) * time.Second).In(loc)
		_, actual := at.Zone()
		if actual == offset && (len(out) == 0 || !out[0].Equal(at)) {
			out = append(out, at)
		}
	}
	if len(out) == 2 && out[1].Before(out[0]) {
		out[0], out[1] = out[1], out[0]
	}
	return out
}

// wall is when a clock in loc first shows a date and time. One that it skips is
// read with the offset from before the change.
func wall(y int, m time.Month, d, hour, minute, second int, loc *time.Location) time.Time {
	if at := shown(y, m, d, hour, minute, second, loc); len(at) > 0 {
		return at[0]
	}
	want := time.Date(y, m, d, hour, minute, second, 0, time.UTC)
	_, offset := want.Add(-36 * time.Hour).In(loc).Zone()
	return want.Add(-time.Duration(offset) * time.Second).In(loc)
}
