package agentstoml

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"pawl/loop/config"
)

func (c *converter) phaseKeys() (b block) {
	l := c.loop
	switch marker := l.doneMarker; {
	case !marker.ok || marker.v == "## DONE":
	case !heading(marker.v):
		c.lost(marker.at, "loop.done_marker", quote(marker.v)+" is no Markdown heading, which pawl's marker is", `have the agents write "## DONE", or set phases.done_marker to another heading`)
	default:
		b.put(0, marker.at, "done_marker", scalar(marker.v))
	}
	if l.autoAdvance.ok && !l.autoAdvance.v {
		b.put(0, l.autoAdvance.at, "auto_advance", "false")
	}
	c.sequence(&b)
	if run := l.onComplete; run.v != "" {
		if c.agentNamed(run.v) == nil {
			c.fault(run.at, config.KindReference, "there is no agent "+quote(run.v), "add it, or remove the line")
		}
		b.put(0, run.at, "on_complete", scalar(run.v))
	}
	c.kickoffKey(&b)
	return b
}

// heading says whether pawl takes a text for a marker.
func heading(text string) bool {
	rest := strings.TrimLeft(text, "#")
	level := len(text) - len(rest)
	word := strings.TrimLeft(rest, " ")
	return level >= 1 && level <= 6 && len(word) < len(rest) && strings.TrimSpace(word) != "" && word[0] != '#'
}

func (c *converter) sequence(b *block) {
	if len(c.loop.phases) == 0 {
		return
	}
	b.put(0, c.loop.phases[0].at, "sequence", "")
	ids, statuses, roles := map[string]int{}, map[string]int{}, c.roles()
	for _, p := range c.loop.phases {
		c.once(ids, p.id, "phase")
		c.once(statuses, p.status, "the STATUS file")
		for _, key := range []struct {
			name string
			g    given[string]
		}{{"id", p.id}, {"plan", p.plan}, {"status", p.status}} {
			if !key.g.ok {
				c.fault(p.at, config.KindMissing, "phase "+quote(p.id.v)+" has no "+key.name, "add it")
			}
		}
		b.item(1, p.id.at, "id", scalar(p.id.v))
		b.put(2, p.plan.at, "plan", scalar(c.inRepository(p.plan.v)))
		status := strings.TrimPrefix(c.inRepository(p.status.v), c.docs()+"/")
		b.put(2, p.status.at, "status", scalar(status))
		c.models(b, p, roles)
	}
}

func (c *converter) models(b *block, p phase, roles []string) {
	begun := false
	for _, m := range p.models {
		key := "loop.phases.models." + m.name
		switch {
		case m.text.v == "":
			continue
		case !slices.Contains(roles, m.name):
			c.lost(m.text.at, key, "no agent has this role", "give an agent the role, or forget it")
			continue
		case !begun:
			b.put(2, p.at, "models", "")
			begun = true
		}
		b.put(3, m.text.at, m.name, scalar(m.text.v))
	}
}

// inRepository makes an absolute path within the repository relative to it.
func (c *converter) inRepository(file string) string {
	if rel, err := filepath.Rel(c.repository(), file); filepath.IsAbs(file) && err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return file
}

// repository is the clone whose origin the old tool watched.
func (c *converter) repository() string { return c.absolute(c.loop.repo.or(".")) }

// docs is the folder of STATUS and inbox files; "." is the root.
func (c *converter) docs() string { return path.Clean(c.loop.stateSubdir.or("machine-docs")) }

// kickoffKey names the template that comes before the role's prompt. Without
// one pawl has its own, which says how claims, reviews and letters work.
func (c *converter) kickoffKey(b *block) {
	k := c.loop.kickoff
	if k.v == "" {
		return
	}
	docs := c.docs()
	file := c.copied(k, "loop.kickoff_template", c.absolute(k.v), func(text string) string { return Template(text, docs) })
	if file != "prompts/kickoff.md" {
		b.put(0, k.at, "kickoff", scalar(file))
	}
}

// prompts says where role prompts are, if that is not beside pawl.yaml.
func (c *converter) prompts() (b block) {
	if roles := c.written(c.loop.rolesDir.or("prompts")); roles != "prompts" {
		b.put(0, c.loop.rolesDir.at, "roles", scalar(roles))
	}
	return b
}

func (c *converter) handoff() (b block) {
	l := c.loop
	if docs := c.docs(); docs != "machine-docs" {
		b.put(0, l.stateSubdir.at, "docs", scalar(docs))
	}
	c.signals(&b)
	c.inboxes(&b)
	return b
}

// signals writes both rules if one differs, because they replace pawl's own.
func (c *converter) signals(b *block) {
	l := c.loop
	claim := c.rule(l.claim, l.claimPings, "claim", "adversary")
	review := c.rule(l.review, l.reviewers, "review", "builder")
	if !l.claim.ok && !l.review.ok && claim.wakes.v == "adversary" && review.wakes.v == "builder" {
		return
	}
	b.put(0, max(l.claim.at, l.claimPings.at, l.review.at, l.reviewers.at), "signals", "")
	for _, s := range []struct{ own, other signal }{{claim, review}, {review, claim}} {
		if !s.own.heard {
			continue
		}
		b.put(1, s.own.subject.at, s.own.name, "")
		b.put(2, s.own.subject.at, "subject", scalar(s.own.subject.v))
		b.put(2, s.own.wakes.at, "wakes", list([]string{s.own.wakes.v}))
		if s.other.heard {
			b.put(2, s.own.subject.at, "answered_by", s.other.name)
		}
	}
	if !claim.heard && !review.heard {
		(*b)[len(*b)-1].text = "signals: {}"
	}
}

// signal is a rule as pawl has it. It is not heard where no agent has the name
// that it would wake.
type signal struct {
	name           string
	subject, wakes given[string]
	heard          bool
}

func (c *converter) rule(pattern, pings given[string], name, reader string) signal {
	s := signal{name: name, subject: given[string]{v: `^` + name + `\b`, at: pattern.at}, wakes: given[string]{v: pings.or(reader), at: pings.at}}
	known := c.readers()
	if s.heard = slices.Contains(known, s.wakes.v); !s.heard && pings.ok {
		c.fault(pings.at, config.KindReference, "there is no agent or role "+quote(pings.v), "name one of: "+strings.Join(known, ", "))
	}
	if !pattern.ok {
		return s
	}
	expr, err := goPattern(pattern.v)
	if err != nil || expr == "" {
		c.lost(pattern.at, "loop.handoff."+name+"_pattern", fmt.Sprintf("%s: %v", quote(pattern.v), whyNot(err)), "pawl's own serves; write another into handoff.signals."+name+".subject, whose syntax is https://pkg.go.dev/regexp/syntax")
		return s
	}
	s.subject.v = expr
	return s
}

func whyNot(err error) error {
	if err == nil {
		return fmt.Errorf("it is empty")
	}
	return err
}

// readers are the names and roles that can be woken.
func (c *converter) readers() []string {
	names := c.roles()
	for _, a := range c.agents {
		names = append(names, a.name.v)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// inboxes writes the two files and their readers.
func (c *converter) inboxes(b *block) {
	files := c.loop.inboxes
	if !files.ok {
		return
	}
	readers := []string{c.loop.claimPings.or("adversary"), c.loop.reviewers.or("builder")}
	known, seen := c.readers(), map[string]int{}
	var lines block
	for i, file := range files.v {
		c.once(seen, file, "the inbox")
		switch {
		case i >= len(readers):
			c.lost(file.at, "loop.handoff.inboxes", quote(file.v)+" is the third, and nobody's", "add it to handoff.inboxes with its reader")
		case !slices.Contains(known, readers[i]):
			c.lost(file.at, "loop.handoff.inboxes", fmt.Sprintf("%s is for %s, and no agent has that name or role", quote(file.v), readers[i]), "add it to handoff.inboxes with its reader")
		default:
			lines.put(1, file.at, strings.TrimPrefix(file.v, c.docs()+"/"), scalar(readers[i]))
		}
	}
	value := ""
	if len(lines) == 0 {
		value = "{}"
	}
	b.put(0, files.at, "inboxes", value)
	*b = append(*b, lines...)
}
