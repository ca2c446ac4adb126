package loop

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/ledger"
)

// print says in short what the configuration has about the start of u: each key
// with a hash of its value, so that a later configuration shows what is
// different. The values themselves may be secret. A session's name is not among
// them: it keeps the one that it has.
func (p *planner) print(u *unit, model string) string {
	var env []string
	for _, v := range u.Env {
		env = append(env, v.Name, v.Value)
	}
	parts := []string{part("launcher", u.Launcher), part("dir", u.Dir), part("env", env...)}
	if u.service {
		for _, s := range p.w.Config.Services {
			if s.Name == u.Name {
				parts = append(parts, part("command", s.Command...))
			}
		}
		return strings.Join(parts, " ")
	}
	profile := p.profile(u)
	adapter := slices.Concat([]string{profile.Name, profile.Prompt}, profile.Command, []string{""}, profile.Model)
	if u.Turns() { // what older ledgers have of the others has no such part
		parts = append(parts, part("mode", u.Mode, u.TurnTimeout.String()))
	}
	return strings.Join(append(parts,
		part("adapter", adapter...), part("model", model), part("role", u.Role),
		part("wrap", u.Wrap...), part("prompt", u.Prompt, u.PromptFile)), " ")
}

func part(key string, values ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(values, "\x00")))
	return key + ":" + hex.EncodeToString(sum[:4])
}

// outdated are the keys of which the configuration has another value than the
// one that a session was started with.
func (p *planner) outdated(u *unit, row ledger.Session) []string {
	var keys []string
	if name, former := entryName(row.Launcher); former && name == u.launcher {
		keys = append(keys, "launcher")
	}
	if row.Print == "" {
		return keys // adopted, or started by an older pawl
	}
	then := strings.Fields(row.Print)
	for now := range strings.FieldsSeq(p.print(u, p.model(u, p.row(u), row.Phase))) {
		if !slices.Contains(then, now) {
			key, _, _ := strings.Cut(now, ":")
			keys = append(keys, key)
		}
	}
	return keys
}

// renew has a session that was started from an older configuration started again
// once nobody is disturbed by that: a changed file is no reason to interrupt an
// agent at its work. A new folder must be cloned first, which is for `up`.
func (p *planner) renew(u *unit) {
	row, running := p.session(u)
	if !running || row.State != ledger.Live {
		return
	}
	keys := p.outdated(u, row)
	if len(keys) == 0 {
		return
	}
	p.stale[u.Name] = keys
	what := strings.Join(keys, ", ")
	if p.once("changed:"+u.Name, row.Generation+" "+what) {
		p.event("agent.changed", u.Name, "keys", what, "generation", row.Generation)
	}
	agent := p.row(u)
	if agent.Wanted != ledger.Up || agent.Restart != "" || slices.Contains(keys, "dir") || p.frozen(u) != "" || !p.undisturbed(u, row) {
		return
	}
	agent.Restart = "its " + what + " changed"
	p.put(agent)
}

// Stale says in a sentence what the configuration has otherwise than when the
// agent's session was started, and when that counts; "" where nothing is.
func (d Decision) Stale(agent string) string {
	keys := d.Outdated[agent]
	switch {
	case len(keys) == 0:
		return ""
	case slices.Contains(keys, "dir"):
		return "pawl.yaml has another " + strings.Join(keys, ", ") + " now; that counts from its next start: pawl up " + agent + " && pawl restart " + agent
	}
	return "pawl.yaml has another " + strings.Join(keys, ", ") + " now; it starts again once it is idle and owes nothing, or now: pawl restart " + agent
}

// undisturbed says that ending a session now interrupts nothing.
func (p *planner) undisturbed(u *unit, row ledger.Session) bool {
	if u.service {
		return true
	}
	if u.Kind == config.KindTask || u.Watch == config.WatchNone || !p.idle(u) || row.Evidence == typed || p.inFlight(u) != "" {
		return false
	}
	return !slices.ContainsFunc(p.handoffsOf(u.Name), func(id string) bool {
		h := p.s.Handoffs[id]
		return h.State == handoff.Taken && p.owed(h)
	})
}
