package loop

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"pawl/loop/config"
	"pawl/loop/ledger"
	"pawl/loop/schedule"
)

// Timetable is one schedule of an agent, by the name under which the ledger
// knows its slots. The name is that of agent, expression and zone: what the
// agent is told may change without its slots coming again.
type Timetable struct {
	config.Wake
	Agent string
	Name  string
}

// Timetables are an agent's schedules, in file order.
func Timetables(a config.Agent) []Timetable {
	var out []Timetable
	same := map[string]int{}
	for _, w := range a.Wakes {
		key := a.Name + "\x00" + w.Cron + "\x00" + w.TZ
		same[key]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, same[key]))
		out = append(out, Timetable{Wake: w, Agent: a.Name, Name: "s" + hex.EncodeToString(sum[:4])})
	}
	return out
}

// due is when a slot is acted on.
func (t Timetable) due(slot time.Time) time.Time {
	return slot.Add(schedule.Delay(t.Jitter, t.Name, slot))
}

// latest is the last slot that is due and not decided about, and how many
// others it stands for.
func (t Timetable) latest(s ledger.State, now time.Time) (at time.Time, others int) {
	seen := s.Schedules[t.Name]
	if seen.Counted.IsZero() {
		return at, 0
	}
	from := seen.Counted.In(now.Location())
	// Those at least as old as the longest delay are due; the rest is looked at
	// one by one.
	at, n := t.Schedule.Latest(from, now.Add(-t.Jitter))
	if n == 0 {
		at = from
	}
	for next, more := t.Schedule.Next(at), 1; !next.IsZero() && !next.After(now); next, more = t.Schedule.Next(next), more+1 {
		if !t.due(next).After(now) {
			at, n, more = next, n+more, 0
		}
	}
	if n == 0 {
		return time.Time{}, 0
	}
	return at, n - 1
}

// Upcoming is the schedule's next slot and when it is acted on, if its agent may
// be woken then. That may be past where it could not be so far.
func (t Timetable) Upcoming(s ledger.State, now time.Time) (slot, due time.Time) {
	from := now
	if seen := s.Schedules[t.Name]; !seen.Counted.IsZero() && seen.Counted.Before(now) {
		from = seen.Counted.In(now.Location())
	}
	for slot = t.Schedule.Next(from); !slot.IsZero(); slot = t.Schedule.Next(slot) {
		if _, done := s.Slots[t.slotID(slot)]; !done {
			return slot, t.due(slot)
		}
	}
	return slot, slot
}

func (t Timetable) slotID(at time.Time) string {
	return t.Name + "-" + dated(at)
}

// NextWake is when a schedule next wakes an agent that is wanted up; zero where
// none does.
func NextWake(a config.Agent, s ledger.State, now time.Time) time.Time {
	var first time.Time
	if s.Agents[a.Name].Wanted != ledger.Up {
		return first
	}
	for _, t := range Timetables(a) {
		if _, due := t.Upcoming(s, now); !due.IsZero() && (first.IsZero() || due.Before(first)) {
			first = due
		}
	}
	return first
}

// clock is a slot as its schedule's own clock shows it.
func clock(t Timetable, at time.Time) string { return t.Schedule.In(at).Format(time.RFC3339) }
