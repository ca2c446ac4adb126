package loop

import "time"

// clocks brings deadlines back that lie further off than any rule puts them:
// the wall clock was set back after they were written.
func (p *planner) clocks() {
	c := p.w.Config
	l := &p.s.Loop
	if longest := stretched(max(c.Origin.Poll, maxLookDelay), lookJitter); l.NextLook.Sub(p.now) > longest {
		l.NextLook = p.now
	}
	longest := stretched(c.Supervise.Backoff.Max, c.Supervise.Backoff.Jitter)
	for name, a := range p.s.Agents {
		if a.RestartAt.Sub(p.now) > longest {
			a.RestartAt = p.now
			p.s.Agents[name] = a
		}
	}
	for account, l := range p.s.Limits {
		p.s.Limits[account] = l.Clamp(p.now, p.limitRule())
	}
	for id, h := range p.s.Handoffs {
		if latest := p.now.Add(c.Handoff.RemindAfter); h.RemindAt.After(latest) {
			h.RemindAt = latest
			p.s.Handoffs[id] = h
		}
	}
}

// stretched is the longest that a jittered time can be.
func stretched(d time.Duration, jitter float64) time.Duration {
	return d + time.Duration(float64(d)*jitter)
}
