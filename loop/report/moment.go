package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// Moment is a time that JSON has in UTC to the second; zero is "".
type Moment struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (m Moment) MarshalJSON() ([]byte, error) {
	if m.IsZero() {
		return []byte(`""`), nil
	}
	return json.Marshal(m.UTC().Format(time.RFC3339))
}

// Span is a duration that JSON has in whole seconds.
type Span time.Duration

// MarshalJSON implements json.Marshaler.
func (s Span) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, int64(time.Duration(s).Round(time.Second)/time.Second), 10), nil
}

// between is how long it is from one moment to another; never negative, as
// clocks may be set back.
func between(from, to time.Time) Span { return Span(max(to.Sub(from), 0)) }

// median of spans; 0 of none.
func median(spans []Span) Span {
	if len(spans) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(spans))
	mid := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[mid-1] + sorted[mid]) / 2
	}
	return sorted[mid]
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// stretch is a time in which something lasted.
type stretch struct{ from, to time.Time }

// union is how long the stretches last together; what overlaps counts once.
func union(list []stretch) Span {
	sorted := slices.SortedFunc(slices.Values(list), func(a, b stretch) int {
		return cmp.Or(a.from.Compare(b.from), a.to.Compare(b.to))
	})
	var sum Span
	var end time.Time
	for _, s := range sorted {
		from := later(s.from, end)
		if s.to.After(from) {
			sum += between(from, s.to)
			end = s.to
		}
	}
	return sum
}
