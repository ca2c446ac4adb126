package supervise

import (
	"maps"
	"slices"
	"time"
)

// Limit is a usage limit of one account, from the first screen that shows it
// until the last of the account's agents goes on.
type Limit struct {
	Account string
	Agent   string            // whose screen showed it first
	Banner  string            // what that said
	Since   time.Time         // when it was seen
	Until   time.Time         // when it is over; zero: not known, or too far off to wait for it without asking
	ProbeAt time.Time         // without Until: when one agent is asked to go on
	Asked   string            // which one was asked last
	AskedAt time.Time         // and when
	Lifted  time.Time         // when it was over; from then on one agent after another is released
	Members map[string]Member // the agents that it holds, or held
}

// Member is what is known about one agent under a limit.
type Member struct {
	Generation string    // the session that this is about
	Limited    bool      // its screen showed the limit
	Turn       int       // which of its turns said so, where turns are counted
	Read       time.Time // when it was first seen to take a message all the same, and not to be refused since; zero: never
	Active     time.Time // since when it gets through: it works again, or stands idle after what it read; zero: it does not
	Released   bool      // it is not held any more
	Nudged     time.Time // when it was to be told to go on; zero: it need not be
	Taken      time.Time // when it had read that, or went on by itself
}

// Sight is what one look says about an agent of the account.
type Sight struct {
	Agent      string
	Generation string // of its live session; "" without one
	Limited    bool   // its screen shows the limit
	Active     bool   // its screen shows that it works
	Idle       bool   // its screen shows that it is done, and nothing of a limit
	Completed  bool   // its program said that its last turn was completed
	Turn       int    // how many turns it has had; 0 where turns are not counted
	Banner     string
}

// Rule is how limits are waited for.
type Rule struct {
	Probe   time.Duration // without a known reset, one agent is asked this often
	Slack   time.Duration // this long after the reset it is believed
	MaxWait time.Duration // a reset that is farther off is treated as unknown
}

const (
	// Stagger is the time over which the agents of an account are released: all
	// at once would use up the new limit before anybody could look.
	Stagger = 30 * time.Second
	// resumed is how long an agent must get through until that is believed: one that
	// is refused works for a moment too, and may stand idle for one before.
	resumed = 10 * time.Second
	// soon is how far off a reset must be to be believed right after another one: some
	// programs show when they try again themselves.
	soon = time.Minute
	// nudgeGrace is how long after a message was read the old banner may stay on screen.
	nudgeGrace = 20 * time.Second
)

// Standing says that there is a limit and it is not over.
func (l Limit) Standing() bool { return !l.Since.IsZero() && l.Lifted.IsZero() }

// Holds says that the agent may not be told, started or judged. One that came
// to the account since is held only while the limit stands.
func (l Limit) Holds(agent string) bool {
	m, known := l.Members[agent]
	return !l.Since.IsZero() && !m.Released && (known || l.Lifted.IsZero())
}

// ReleaseAt is when the agent is released, after the limit was lifted.
func (l Limit) ReleaseAt(agent string) time.Time {
	return l.Lifted.Add(Spread(Stagger/2, 1, agent, 0))
}

// Expected is when the agent may go on, or when that is looked into next; zero
// if it is not held.
func (l Limit) Expected(agent string, rule Rule) time.Time {
	switch {
	case !l.Holds(agent):
		return time.Time{}
	case !l.Lifted.IsZero():
		return l.ReleaseAt(agent)
	case l.Until.IsZero():
		return l.ProbeAt
	}
	return l.Until.Add(rule.Slack)
}

// Lift ends the limit: nobody is there any more to tell whether it stands.
func (l Limit) Lift(now time.Time) Limit {
	l.Lifted = now
	return l
}

// Candidates are the agents that may be asked whether the limit stands, the one
// that hit it first, then others that show it, in the order given.
func (l Limit) Candidates(agents []string) []string {
	var out []string
	for _, name := range agents {
		if m := l.Members[name]; m.Limited && m.Generation != "" {
			out = append(out, name)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int {
		switch l.Agent {
		case a:
			return -1
		case b:
			return 1
		}
		return 0
	})
	return out
}

// Ask notes that an agent is asked.
func (l Limit) Ask(agent string, now time.Time, rule Rule) Limit {
	l.Asked, l.AskedAt, l.ProbeAt = agent, now, now.Add(rule.Probe)
	return l
}

// Heard is the limit once a nudged agent has read what it was told, or went on
// by itself.
func (l Limit) Heard(agent string, at time.Time) Limit {
	l.Members = maps.Clone(l.Members)
	m := l.Members[agent]
	m.Taken = at
	l.Members[agent] = m
	return l
}

// Took is the limit once an agent that it holds is seen to have taken a message: the
// question whether it stands, or one that was on its way. What its screen shows from
// then on is the answer, however soon its turn is over.
func (l Limit) Took(agent string, now time.Time) Limit {
	m, known := l.Members[agent]
	if !known || !l.Standing() || !m.Read.IsZero() {
		return l
	}
	l.Members = maps.Clone(l.Members)
	m.Read = now
	l.Members[agent] = m
	return l
}

// Unheard says that the agent is still to be told that the limit is over.
func (l Limit) Unheard(agent, generation string) bool {
	m := l.Members[agent]
	return m.Released && m.Generation == generation && !m.Nudged.IsZero() && m.Taken.IsZero()
}

// Clamp brings moments back that lie further off than any rule puts them: the
// clock was set back after they were written.
func (l Limit) Clamp(now time.Time, rule Rule) Limit {
	if l.Until.Sub(now) > rule.MaxWait {
		l.Until, l.ProbeAt = time.Time{}, now
	}
	if latest := now.Add(rule.Probe); l.ProbeAt.After(latest) {
		l.ProbeAt = latest
	}
	l.Lifted, l.AskedAt = Earlier(l.Lifted, now), Earlier(l.AskedAt, now)
	members := make(map[string]Member, len(l.Members))
	for name, m := range l.Members {
		m.Read, m.Active = Earlier(m.Read, now), Earlier(m.Active, now)
		m.Nudged, m.Taken = Earlier(m.Nudged, now), Earlier(m.Taken, now)
		members[name] = m
	}
	l.Members = members
	return l
}
