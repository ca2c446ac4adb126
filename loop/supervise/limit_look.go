package supervise

import (
	"maps"
	"time"
)

// Look is the limit after one look at the account's agents. Whether a limit
// began, was lifted, or let go of an agent is seen by comparing.
func (l Limit) Look(sights []Sight, now time.Time, rule Rule) Limit {
	l.Members = maps.Clone(l.Members)
	if l.Standing() {
		return l.stand(sights, now, rule).release(sights, now)
	}
	l = l.release(sights, now)
	for _, s := range sights {
		if s.Limited && !l.excused(s, now) {
			return l.begin(s, sights, now, rule)
		}
	}
	return l
}

// excused says that a banner is the old one: its agent was not told yet that the
// limit is over, or only a moment ago. A further turn that was refused is a new one.
func (l Limit) excused(s Sight, now time.Time) bool {
	m := l.Members[s.Agent]
	nudged := m.Generation == s.Generation && !m.Nudged.IsZero() && s.Turn <= m.Turn
	return l.Holds(s.Agent) || nudged && (m.Taken.IsZero() || now.Before(m.Taken.Add(nudgeGrace)))
}

func (l Limit) begin(first Sight, sights []Sight, now time.Time, rule Rule) Limit {
	again := !l.Lifted.IsZero() && now.Sub(l.Lifted) < justPast
	n := Limit{Account: l.Account, Agent: first.Agent, Banner: first.Banner, Since: now, Members: map[string]Member{}}
	n.Until = n.believed(first.Banner, now, rule)
	if again && n.Until.Before(now.Add(soon)) {
		n.Until = time.Time{} // that reset was tried, or the program says "in a moment" each time
	}
	if n.Until.IsZero() {
		n.ProbeAt = now.Add(rule.Probe)
	}
	return n.stand(sights, now, rule)
}

// believed is the reset that a banner names, if it is worth waiting for.
func (l Limit) believed(banner string, now time.Time, rule Rule) time.Time {
	t, ok := ResetTime(banner, now)
	if !ok || t.Sub(now) > rule.MaxWait {
		return time.Time{}
	}
	return t
}

// stand follows a limit that is not over.
func (l Limit) stand(sights []Sight, now time.Time, rule Rule) Limit {
	for _, s := range sights {
		m := l.Members[s.Agent]
		if m.Generation != s.Generation {
			m = Member{Generation: s.Generation}
		}
		if s.Limited {
			l = l.learn(s, m, now, rule)
			if s.Turn > m.Turn || !now.Before(m.Read.Add(nudgeGrace)) {
				m.Read = time.Time{} // it was refused
			}
			m.Limited, m.Turn = true, s.Turn
		}
		done := s.Idle && !m.Read.IsZero() && now.Sub(m.Read) >= resumed // before that it may not have begun
		through := s.Active || done
		switch {
		case s.Completed && m.Limited: // a program's word for it needs no watching
			m.Released, l.Lifted = true, now
		case !through || !m.Limited:
			m.Active = time.Time{}
		case m.Active.IsZero():
			m.Active = now
		case now.Sub(m.Active) >= resumed:
			m.Released, l.Lifted = true, now
		}
		l.Members[s.Agent] = m
	}
	if l.Standing() && !l.Until.IsZero() && !now.Before(l.Until.Add(rule.Slack)) {
		l.Lifted = now
	}
	return l
}

// learn takes the reset from a banner that was not there before: another
// agent's, or a newer one of the same agent. The later reset counts, and one
// that is over tells nothing.
func (l Limit) learn(s Sight, m Member, now time.Time, rule Rule) Limit {
	other := s.Agent != l.Agent && !m.Limited
	newer := s.Agent == l.Agent && l.Until.IsZero() && s.Banner != l.Banner
	if !other && !newer {
		return l
	}
	if t := l.believed(s.Banner, now, rule); t.After(now) && t.After(l.Until) {
		l.Until, l.ProbeAt, l.Banner = t, time.Time{}, s.Banner
	}
	return l
}

// release lets go of the agents whose turn it is. One that stopped at the limit
// is to be told.
func (l Limit) release(sights []Sight, now time.Time) Limit {
	if l.Lifted.IsZero() {
		return l
	}
	for _, s := range sights {
		m := l.Members[s.Agent]
		if !l.Holds(s.Agent) {
			continue
		}
		if m.Generation != s.Generation {
			m = Member{Generation: s.Generation}
		}
		if s.Limited {
			m.Limited, m.Turn = true, s.Turn
		}
		if !now.Before(l.ReleaseAt(s.Agent)) {
			m.Released = true
			if m.Limited && !s.Active {
				m.Nudged = now
			}
		}
		l.Members[s.Agent] = m
	}
	return l
}
