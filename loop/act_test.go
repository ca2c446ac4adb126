package loop

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

// stopper remembers how long a session was given to end.
type stopper struct {
	launcher.Launcher
	deadline time.Duration
}

func (s *stopper) Stop(_ context.Context, _ launcher.Ref, deadline time.Duration) error {
	s.deadline = deadline
	return nil
}

// A deadline is a moment on record. A clock that is set afterwards must not make
// hours of it, nor less than nothing.
func TestAStopHasItsTimeWhateverTheClockDoes(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		name string
		now  time.Time
		want time.Duration
	}{
		{"at once", at, stopDeadline},
		{"asked again", at.Add(4 * time.Second), stopDeadline - 4*time.Second},
		{"overdue", at.Add(time.Hour), 0},
		{"the clock was set back by an hour", at.Add(-time.Hour), stopDeadline},
	} {
		l := &stopper{deadline: -1}
		e := &Engine{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return c.now }, Launchers: map[string]launcher.Launcher{"process": l}}
		d := Decision{After: ledger.State{Sessions: map[string]ledger.Session{"a": {Agent: "a", Launcher: "process", KillAt: at.Add(stopDeadline)}}}}
		if err := e.touch(t.Context(), &config.Config{}, d, Action{Kind: Stop, Agent: "a"}); err != nil {
			t.Fatal(err)
		}
		if l.deadline != c.want {
			t.Errorf("%s: it has %s to end, want %s", c.name, l.deadline, c.want)
		}
	}
}
