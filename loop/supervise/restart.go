// Package supervise holds the rules that keep sessions alive without wasting
// anything: backoff, parking and stall. It is pure.
package supervise

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"
)

// Backoff is the restart curve: the first restart at once, then Initial
// doubling up to Max, each moved by up to ±Jitter of itself.
type Backoff struct {
	Initial    time.Duration
	Max        time.Duration
	Jitter     float64 // 0…1
	ResetAfter time.Duration
}

// Delay is how long to wait before restart number attempt, from 0. The jitter
// is a hash of agent and attempt: two coordinators compute the same, and a
// fleet that fell together does not rise in lockstep.
func (b Backoff) Delay(agent string, attempt int) time.Duration {
	if attempt <= 0 {
		return 0
	}
	d := b.Initial
	for i := 1; i < attempt && d < b.Max; i++ {
		d *= 2
	}
	return Spread(min(d, b.Max), b.Jitter, agent, attempt)
}

// Spread moves d by up to ±jitter of itself, as a hash of name and attempt says,
// to the millisecond: that is what the ledger keeps of a moment.
func Spread(d time.Duration, jitter float64, name string, attempt int) time.Duration {
	sum := sha256.Sum256([]byte(name + "\x00" + strconv.Itoa(attempt)))
	unit := float64(binary.BigEndian.Uint64(sum[:])>>11)/(1<<53)*2 - 1
	return d + time.Duration(float64(d)*jitter*unit).Truncate(time.Millisecond)
}

// Park is when to give up: Restarts of them Within that time.
type Park struct {
	Restarts int
	Within   time.Duration
}

// History is what is remembered about an agent's restarts.
type History struct {
	Streak   int         // restarts since it was last healthy
	Restarts []time.Time // the counted ones, oldest first
}

// Verdict is what to do about a session that ended by itself.
type Verdict struct {
	Park    bool
	At      time.Time // when to start it again
	History History
}

// Ended decides about a session that ended at now after having lived.
func Ended(agent string, h History, lived time.Duration, now time.Time, b Backoff, p Park) Verdict {
	if lived >= b.ResetAfter {
		h.Streak = 0
	}
	var recent []time.Time
	for _, t := range h.Restarts {
		if now.Sub(t) < p.Within {
			recent = append(recent, t)
		}
	}
	h.Restarts = recent
	if len(recent) >= p.Restarts {
		return Verdict{Park: true, History: h}
	}
	return Verdict{At: now.Add(b.Delay(agent, h.Streak)), History: h}
}

// Restarted is the history after one more restart.
func (h History) Restarted(now time.Time) History {
	restarts := append(append([]time.Time(nil), h.Restarts...), now)
	return History{Streak: h.Streak + 1, Restarts: restarts}
}
