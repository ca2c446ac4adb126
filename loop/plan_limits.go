package loop

import (
	"cmp"
	"slices"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/ledger"
	"pawl/loop/supervise"
	"pawl/loop/turn"
)

// maxBanner bounds what is kept of a CLI's message about a limit, in bytes.
const maxBanner = 300

// limits follows the usage limits of the accounts by what the screens say: one
// that is shown on any of them holds all agents of its account.
func (p *planner) limits() {
	for _, account := range p.accounts() {
		was := p.s.Limits[account]
		was.Account = account
		is := was.Look(p.sights(account), p.now, p.limitRule())
		if is.Since.IsZero() {
			continue
		}
		p.s.Limits[account] = is
		if !is.Since.Equal(was.Since) {
			p.began(is)
			continue
		}
		for _, u := range p.units {
			if p.account(u) == account && was.Holds(u.Name) && !is.Holds(u.Name) {
				p.released(u, account)
			}
		}
	}
}

func (p *planner) began(l supervise.Limit) {
	until := "its end is not known"
	stamp := ""
	if !l.Until.IsZero() {
		stamp = l.Until.Format(time.RFC3339)
		until = "it is over at " + p.moment(l.Until)
	}
	p.event("agent.held", l.Agent, "account", l.Account, "until", stamp, "banner", l.Banner)
	reason := "usage limit of account " + l.Account + ", " + until
	p.act(Action{Kind: Hold, Agent: l.Agent, Reason: reason})
	p.act(Action{Kind: Notify, Agent: l.Agent, Reason: reason})
}

func (p *planner) released(u *unit, account string) {
	if _, running := p.session(u); !running && p.row(u).Wanted != ledger.Up {
		return
	}
	p.event("agent.released", u.Name, "account", account)
	p.act(Action{Kind: Release, Agent: u.Name, Reason: "the usage limit of account " + account + " is over"})
}

// accounts are those of the agents, in their order.
func (p *planner) accounts() []string {
	var out []string
	for _, u := range p.units {
		if a := p.account(u); a != "" && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

func (p *planner) account(u *unit) string { return accountOf(u.Agent, p.s) }

// accountOf is whose limits an agent shares; "" for a service. The default is
// the adapter that its session runs, or the next one will.
func accountOf(a config.Agent, st ledger.State) string {
	if a.Account != a.Adapter {
		return a.Account
	}
	return cmp.Or(st.Sessions[a.Name].Adapter, st.Agent(a.Name).Adapter, a.Adapter)
}

func (p *planner) limitRule() supervise.Rule { return limitRule(p.w.Config) }

func limitRule(c *config.Config) supervise.Rule {
	l := c.Supervise.Limit
	return supervise.Rule{Probe: l.Probe, Slack: l.Slack, MaxWait: l.MaxWait}
}

func (p *planner) sights(account string) []supervise.Sight {
	var out []supervise.Sight
	for _, u := range p.units {
		if p.account(u) != account {
			continue
		}
		sight := supervise.Sight{Agent: u.Name}
		if generation := p.alive(u); generation != "" {
			r := p.w.Readings[u.Name]
			sight.Generation = generation
			sight.Limited, sight.Active, sight.Idle = r.State == adapter.Limited, r.State == adapter.Active, r.State == adapter.Idle
			if state := p.w.Turns[u.Name]; u.turning() { // a program that is being refused runs as well
				last := state.Last()
				sight.Active = sight.Active && last != nil && last.Worked
				if last != nil && state.Generation == generation {
					sight.Turn, sight.Completed = last.N, sight.Idle && last.Status == turn.Completed
				}
			}
			sight.Banner = handoff.Clean(cmp.Or(r.Banner, r.Evidence), maxBanner)
		}
		out = append(out, sight)
	}
	return out
}

// alive is the generation of u's session if that was seen alive, or was when it
// was last seen; "" without one. What this plan does about it changes nothing.
func (p *planner) alive(u *unit) string {
	row, known := p.session(u)
	where, name := u.launcher, u.Session
	if known {
		where, name = row.Launcher, row.Name
	}
	seen, there := p.w.Sessions[where][name]
	_, looked := p.w.Sessions[where]
	switch {
	case looked && there && seen.Alive && (known && seen.Generation == row.Generation || !known && p.owns(u, seen)):
		return seen.Generation
	case known && (!looked || p.w.Astray[u.Name]) && !row.LiveAt.IsZero():
		return row.Generation
	}
	return ""
}

// held says in a sentence which usage limit holds u; "" when none does.
func (p *planner) held(u *unit) string {
	account := p.account(u)
	l := p.s.Limits[account]
	if !l.Holds(u.Name) {
		return ""
	}
	why := "the usage limit of account " + account + " holds it"
	at := p.moment(l.Expected(u.Name, p.limitRule()))
	if l.Until.IsZero() && l.Lifted.IsZero() {
		return why + "; when that ends is not known, and it is probed at " + at
	}
	return why + " until " + at
}

// LiftLimit ends the usage limit that holds an agent, and names its account; ""
// when none does. The operator knows better than a banner.
func LiftLimit(cfg *config.Config, st *ledger.State, agent string, now time.Time) (account string) {
	a, ok := cfg.Agent(agent)
	if !ok {
		return ""
	}
	account = accountOf(a, *st)
	l := st.Limits[account]
	if !l.Standing() {
		return ""
	}
	st.Limits[account] = l.Lift(now)
	return account
}

// HeldUntil is when a held agent goes on, or when that is looked into next; zero
// when no usage limit holds it.
func HeldUntil(cfg *config.Config, st ledger.State, agent string) time.Time {
	a, ok := cfg.Agent(agent)
	if !ok {
		return time.Time{}
	}
	return st.Limits[accountOf(a, st)].Expected(agent, limitRule(cfg))
}
