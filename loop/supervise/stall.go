package supervise

import (
	"regexp"
	"time"
)

// Stall is what is known about a session that may stand still.
type Stall struct {
	Owes      bool      // something it took is unanswered
	Idle      bool      // it waits for input
	Since     time.Time // when it last did anything
	Probed    time.Time // when it was asked about this; zero: not yet
	Until     time.Time // the last WAITING-UNTIL that it printed; zero: none
	After     time.Duration
	Grace     time.Duration
	Unwatched bool // its watch is not heal+stall
}

// Move is what to do about a stall.
type Move string

// The moves.
const (
	Leave   Move = "leave"
	Ask     Move = "ask"     // one probe
	Restart Move = "restart" // the probe was in vain
)

// Judge decides about a possible stall at now. An agent that owes nothing may
// idle for ever. One that said until when it waits is believed until then.
func (s Stall) Judge(now time.Time) Move {
	if s.Unwatched || !s.Owes || !s.Idle {
		return Leave
	}
	due := s.Since.Add(s.After)
	if !s.Until.IsZero() {
		due = s.Until.Add(s.Grace)
	}
	if s.Asked() {
		due = later(due, s.Probed.Add(s.After))
	}
	switch {
	case now.Before(due):
		return Leave
	case s.Asked():
		return Restart
	}
	return Ask
}

// Asked says that the probe came after the last sign of life: it stands still
// in spite of it.
func (s Stall) Asked() bool { return !s.Probed.IsZero() && !s.Since.After(s.Probed) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

var waitingUntil = regexp.MustCompile(`WAITING-UNTIL:\s*(\S+)`)

// WaitingUntil returns the moment of the last valid WAITING-UNTIL marker in
// lines; zero when there is none. An older marker above a newer one says nothing.
func WaitingUntil(lines []string) time.Time {
	for i := len(lines) - 1; i >= 0; i-- {
		found := waitingUntil.FindAllStringSubmatch(lines[i], -1)
		for j := len(found) - 1; j >= 0; j-- {
			if t, err := time.Parse(time.RFC3339, found[j][1]); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}
