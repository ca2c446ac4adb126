// Package schedule says when a schedule's moments, its slots, are. It is pure.
package schedule

import (
	"hash/fnv"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is a cron expression in a time zone, or a fixed interval. The zero
// Schedule has no slots.
type Schedule struct {
	fields cron.Schedule  // asked in wall-clock time, which never jumps
	every  time.Duration  // instead of fields
	zone   *time.Location // nil is that of the moment which is asked about
}

// Next is the first slot after a moment; zero where none comes within five
// years.
//
// A slot is a time on the wall clock. One that summer time skips comes at the
// first instant after the gap, and one that the clock shows twice comes the
// first time only. An interval (@every) counts from the moment given.
func (s Schedule) Next(after time.Time) time.Time {
	if s.every > 0 {
		return after.Truncate(time.Second).Add(s.every)
	}
	if s.fields == nil {
		return time.Time{}
	}
	zone := s.in(after)
	wall := onTheWall(after.In(zone))
	for {
		if wall = s.fields.Next(wall); wall.IsZero() {
			return wall
		}
		if at := instant(wall, zone); at.After(after) {
			return at
		}
	}
}

// MaxCounted bounds how many slots of a long time are counted.
const MaxCounted = 1000

// Latest is the last slot after a moment and not after until, and how many
// slots there are from the one to the other; MaxCounted stands for that and
// more. It is zero and 0 where there is none.
func (s Schedule) Latest(after, until time.Time) (at time.Time, n int) {
	if s.every > 0 {
		n = int(until.Sub(after.Truncate(time.Second)) / s.every)
		if n <= 0 {
			return time.Time{}, 0
		}
		return after.Truncate(time.Second).Add(time.Duration(n) * s.every), min(n, MaxCounted)
	}
	if at, n = s.walk(after, until, MaxCounted); n < MaxCounted {
		return at, n
	}
	// The last one lies in the shortest time before until that holds any.
	const widen = 4
	for back := time.Minute; ; back *= widen {
		if last, some := s.walk(until.Add(-back), until, MaxCounted*widen); some > 0 {
			return last, n
		}
	}
}

// walk goes from slot to slot, most of them at the most.
func (s Schedule) walk(after, until time.Time, most int) (at time.Time, n int) {
	for next := s.Next(after); n < most && !next.IsZero() && !next.After(until); next = s.Next(next) {
		at = next
		n++
	}
	return at, n
}

// in is the schedule's time zone, given a moment in the machine's.
func (s Schedule) in(moment time.Time) *time.Location {
	if s.zone != nil {
		return s.zone
	}
	return moment.Location()
}

// In shows a moment as the schedule's own clock does.
func (s Schedule) In(moment time.Time) time.Time { return moment.In(s.in(moment)) }

// Delay spreads those who share a slot: it is less than most, and always the
// same for the same name and slot.
func Delay(most time.Duration, name string, slot time.Time) time.Duration {
	if most <= 0 {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(name + "\x00" + slot.UTC().Format(time.RFC3339)))
	// The low bits of FNV are the well-mixed ones.
	return time.Duration(float64(most) * float64(h.Sum64()&(1<<32-1)) / (1 << 32)).Truncate(time.Second)
}
