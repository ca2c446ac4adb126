package supervise

import (
	"regexp"
	"strings"
	"time"
)

// Stall is what is known about a session that may stand still.
type Stall struct {
	Owes      bool      // something it took is unanswered
	Idle      bool      // it waits for input
	Since     time.Time // when it last did anything, or was given something
	Owed      time.Time // when it was last given something that it owes
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
	if s.Until.After(s.Since) {
		// A moment that passed before the last sign of life is over: it went on since.
		due = s.Until.Add(s.Grace)
	}
	if s.Asked() {
		due = Later(due, s.Probed.Add(s.After))
	}
	switch {
	case now.Before(due):
		return Leave
	case s.Asked():
		return Restart
	}
	return Ask
}

// Asked says that the probe was about this standing still: nothing to do came
// since, and what the agent did after it was over within After. An answer that
// leads to nothing is no sign of life, or it would be asked all night.
func (s Stall) Asked() bool {
	return !s.Probed.IsZero() && !s.Owed.After(s.Probed) && !s.Since.After(s.Probed.Add(s.After))
}

// Later is the later of two moments.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Earlier is the earlier of two moments.
func Earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// The moment may be followed by a full stop, a backquote, or anything else that
// an agent puts after it.
var waitingUntil = regexp.MustCompile(`WAITING-UNTIL:\s*(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d))`)

// WaitingUntil returns the moment of the last valid WAITING-UNTIL marker in
// lines; zero when there is none. An older marker above a newer one says nothing.
func WaitingUntil(lines []string) time.Time {
	for i := len(lines) - 1; i >= 0; i-- {
		found := waitingUntil.FindAllStringSubmatch(lines[i], -1)
		for j := len(found) - 1; j >= 0; j-- {
			if t, err := time.Parse(time.RFC3339, strings.ToUpper(found[j][1])); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}
