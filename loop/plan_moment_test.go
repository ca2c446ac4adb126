package loop

import (
	"testing"
	"time"
)

func TestMoment(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	now := time.Date(2026, 1, 2, 23, 30, 0, 0, berlin)
	for _, c := range []struct {
		what string
		at   time.Time
		want string
	}{
		{"the clock of here, and how far it is", time.Date(2026, 1, 2, 22, 30, 44, 0, time.UTC), "23:30:44 (in 44s)"},
		{"another day has its date", time.Date(2026, 1, 3, 5, 0, 0, 0, time.UTC), "2026-01-03 06:00:00 (in 6h30m)"},
		{"a moment that is over is not ahead", now.Add(-time.Minute), "23:29:00"},
		{"nor one that is less than half a second away", now.Add(400 * time.Millisecond), "23:30:00"},
	} {
		p := &planner{now: now}
		if got := p.moment(c.at); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}
