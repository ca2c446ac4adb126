package agentstoml

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"pawl/loop/config"
)

// effective gives agents what the old defaults could hold and pawl's cannot,
// and looks for names that are there twice.
func (c *converter) effective() {
	first := map[string]int{}
	for i := range c.agents {
		a, d := &c.agents[i], c.defaults
		inherit(&a.role, d.role)
		inherit(&a.session, d.session)
		if !a.prompt.ok && !a.promptFile.ok {
			a.prompt, a.promptFile = d.prompt, d.promptFile
		}
		if !a.wake.ok {
			a.wake = d.wake
		}
		c.once(first, a.name, "agent")
		c.knows(a.backend)
	}
	c.knows(c.defaults.backend)
	first = map[string]int{}
	for _, s := range c.services {
		c.once(first, s.name, "service")
	}
}

func inherit[T any](own *given[T], shared given[T]) {
	if !own.ok {
		*own = shared
	}
}

// once reports a text that came before.
func (c *converter) once(first map[string]int, g given[string], what string) {
	if at, again := first[g.v]; again && g.ok {
		c.fault(g.at, config.KindConflict, fmt.Sprintf("%s %s is in line %d already", what, quote(g.v), c.lineOf(at)), "rename one of the two")
	}
	first[g.v] = g.at
}

// knows reports a backend that is neither in the file nor one of pawl's.
func (c *converter) knows(g given[string]) {
	_, builtin := c.builtin[g.v]
	if g.ok && !builtin && !slices.ContainsFunc(c.backends, func(b backend) bool { return b.name == g.v }) {
		c.fault(g.at, config.KindReference, "there is no backend "+quote(g.v), "add [backend."+g.v+"]")
	}
}

// named returns the agent of that name, nil without one.
func (c *converter) agentNamed(name string) *agent {
	for i := range c.agents {
		if c.agents[i].name.v == name {
			return &c.agents[i]
		}
	}
	return nil
}

// roles are those of the agents, and the names of loop agents without one.
func (c *converter) roles() (roles []string) {
	for _, a := range c.agents {
		switch {
		case a.role.v != "":
			roles = append(roles, a.role.v)
		case c.kindOf(&a) == config.KindLoop:
			roles = append(roles, a.name.v)
		}
	}
	return roles
}

// kindOf is the kind that an agent has in pawl.
func (c *converter) kindOf(a *agent) string {
	kind := a.kind
	inherit(&kind, c.defaults.kind)
	switch {
	case a.name.v == c.loop.onComplete.v && a.name.ok:
		return config.KindTask
	case kind.v == config.KindLoop, kind.v == config.KindTask:
		return kind.v
	}
	return config.KindPersistent
}

// shared are the defaults that pawl has as well.
func (c *converter) shared() (b block) {
	d := c.defaults
	switch {
	case d.dir.ok:
		b.put(0, d.dir.at, "dir", scalar(c.written(d.dir.v)))
	case c.base != c.Target:
		b.put(0, c.projectDir.at, "dir", scalar(c.shorten(c.base)))
	}
	if d.model.v != "" {
		b.put(0, d.model.at, "model", scalar(d.model.v))
	}
	if d.backend.ok && d.backend.v != "claude" {
		b.put(0, d.backend.at, "adapter", scalar(d.backend.v))
	}
	b = append(b, c.manners(d, "defaults", agent{})...)
	return b
}

func (c *converter) agentKeys() (b block) {
	for i := range c.agents {
		a := &c.agents[i]
		b.put(0, a.at, a.name.v, "")
		b = append(b, c.agentBlock(a)...)
	}
	return b
}

// agentBlock has the keys of one agent, a level deeper than its name.
func (c *converter) agentBlock(a *agent) (b block) {
	kind, key := c.kindOf(a), "agent "+a.name.v
	b.put(1, a.kind.at, "kind", kind)
	old := a.kind
	inherit(&old, c.defaults.kind)
	if old.ok && old.v != kind {
		c.tell(old.at, key+".kind", fmt.Sprintf("%s became %s", quote(old.v), kind), "pawl's kinds are loop, persistent and task")
	}
	if a.role.v != "" {
		b.put(1, a.role.at, "role", scalar(a.role.v))
	}
	if a.dir.ok {
		b.put(1, a.dir.at, "dir", scalar(c.written(a.dir.v)))
	}
	if a.backend.ok && a.backend.v != c.defaults.backend.or("claude") {
		b.put(1, a.backend.at, "adapter", scalar(a.backend.v))
	}
	if a.model.v != "" {
		b.put(1, a.model.at, "model", scalar(a.model.v))
	}
	if name := c.session(a.session, a.name); name != "" {
		b.put(1, a.name.at, "session", scalar(name))
	}
	for _, l := range c.manners(*a, key, c.defaults) {
		l.depth++
		b = append(b, l)
	}
	c.promptKeys(&b, a)
	c.wakeKeys(&b, a)
	return b
}

// manners are watch, enabled and resume, where they differ from what shared says.
func (c *converter) manners(a agent, key string, shared agent) (b block) {
	if a.watch.ok && a.watch.v != shared.watch.or(config.WatchHealStall) {
		b.put(0, a.watch.at, "watch", scalar(a.watch.v))
	}
	if a.enabled.ok && a.enabled.v != shared.enabled.or(true) {
		b.put(0, a.enabled.at, "enabled", fmt.Sprint(a.enabled.v))
	}
	if !a.resume.ok || a.resume.v == shared.resume.or("false") {
		return b
	}
	switch a.resume.v {
	case "true", "false":
	case "":
		return b
	default:
		c.lost(a.resume.at, key+".resume", "the conversation "+quote(a.resume.v)+" cannot be named: pawl finds a session's conversation itself", "")
		a.resume.v = "true"
	}
	b.put(0, a.resume.at, "resume", a.resume.v)
	if a.resume.v == "true" {
		c.tell(a.resume.at, key+".resume", "is kept, but nothing acts on it yet: each session begins anew, and is told what is open", "")
	}
	return b
}

// sessionChars is what pawl leaves of a session's name.
var sessionChars = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]*$`)

// session is the name that a session keeps; "" where pawl would choose the same.
func (c *converter) session(own, name given[string]) string {
	want := own.v
	if want == "" {
		want = c.sessionPrefix.v + name.v
	}
	valid := sessionChars.MatchString(want)
	if (valid && want == c.project+"-"+name.v) || (own.v == "" && !c.sessionPrefix.ok) {
		return ""
	}
	if !valid {
		c.tell(max(own.at, name.at), "session "+quote(want), "has characters that pawl writes as -", "look at it with pawl status")
	}
	return want
}

var projectChars = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$`)

// projectName is the prefix without its hyphen, if that can be a project's name,
// so that sessions are called as before.
func projectName(prefix, folder string) string {
	for _, name := range []string{strings.TrimSuffix(prefix, "-"), strings.Trim(prefix, "-_."), folder} {
		if projectChars.MatchString(name) {
			return name
		}
	}
	return "pawl"
}
