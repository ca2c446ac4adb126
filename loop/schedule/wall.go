package schedule

import (
	"sort"
	"time"
)

// onTheWall is what a clock shows, as if it were in UTC, where no hour is
// skipped and none comes twice.
func onTheWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// instant is the first moment at which a clock in zone shows wall, or the end
// of the gap that wall lies in.
func instant(wall time.Time, zone *time.Location) time.Time {
	// No zone changes its offset twice within two days.
	before, after := wall.Add(-24*time.Hour), wall.Add(24*time.Hour)
	var first time.Time
	for _, near := range []time.Time{before, after} {
		at := wall.Add(-offset(near, zone))
		if offset(at, zone) == offset(near, zone) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if first.IsZero() {
		first = change(before, after, zone)
	}
	return first.In(zone)
}

func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// change is the first second of the offset that holds at the end of a time in
// which the offset changes once.
func change(from, to time.Time, zone *time.Location) time.Time {
	last := offset(to, zone)
	n := sort.Search(int(to.Sub(from)/time.Second), func(i int) bool {
		return offset(from.Add(time.Duration(i)*time.Second), zone) == last
	})
	return from.Add(time.Duration(n) * time.Second)
}
