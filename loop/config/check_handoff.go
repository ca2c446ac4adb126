package config

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var markerPattern = regexp.MustCompile(`^#{1,6} +[^\s#]`)

// checkHandoff checks rules and inboxes. Names are looked up only in what the
// file itself says: a default that names a missing agent is inert.
func (c *checker) checkHandoff() {
	h := c.Handoff
	if !isRoot(h.Docs) {
		c.checkInRepo(c.value(atHandoff.key("docs")), strings.TrimSuffix(h.Docs, "/"), "a folder")
	}
	if at := atHandoff.key("signals"); c.has(at) {
		c.checkSignals(at)
	}
	at := atHandoff.key("inboxes")
	if !c.has(at) {
		return
	}
	first := map[string]string{}
	for _, box := range h.Inboxes {
		entry := at.key(box.File)
		if !c.checkInRepo(c.key(entry), box.File, "a file") {
			continue
		}
		if other, ok := first[path.Clean(box.File)]; ok {
			c.badKey(entry, KindConflict, "keep one of the two", "%s is the same file as %s", quote(box.File), quote(other))
		}
		first[path.Clean(box.File)] = box.File
		if c.has(entry) && c.wasRead(entry) {
			c.checkReader(entry, box.Reader)
		}
	}
}

func (c *checker) checkSignals(at pointer) {
	var rules []string
	for _, s := range c.Handoff.Signals {
		rules = append(rules, s.Name)
	}
	for _, s := range c.Handoff.Signals {
		rule := at.key(s.Name)
		c.checkName(rule, "a rule", s.Name)
		if s.Wakes != nil && len(s.Wakes) == 0 {
			c.bad(rule.key("wakes"), KindMissing, "name an agent or a role", "the rule wakes nobody")
		}
		for i, name := range s.Wakes {
			c.checkReader(rule.key("wakes").index(i), name)
		}
		if a := rule.key("answered_by"); c.has(a) && c.wasRead(a) && s.AnsweredBy != "" {
			c.reference(a, "signal", s.AnsweredBy, rules)
		}
	}
}

// checkReader reports a name that is neither an agent's nor a role. Without any
// agent that is said once, elsewhere.
func (c *checker) checkReader(at pointer, name string) {
	if len(c.Agents) > 0 {
		c.reference(at, "agent or role", name, append(c.agentNames(), c.roles()...))
	}
}

func (c *checker) checkPhases() {
	p := c.Phases
	marker := atPhases.key("done_marker")
	switch {
	case c.names(marker) && !c.has(marker):
		c.badKey(marker, KindMissing, `put it in quotes, as "## DONE": after a blank, # begins a comment`, "done_marker has no value")
	case c.has(marker) && c.wasRead(marker) && !markerPattern.MatchString(p.DoneMarker):
		c.bad(marker, KindValue, `write one as "## DONE"`, "%s is not a Markdown heading", quote(p.DoneMarker))
	}
	c.checkFolder(atPhases.key("kickoff"), p.Kickoff)
	c.checkSequence(atPhases.key("sequence"))
	at := atPhases.key("on_complete")
	if p.OnComplete == "" || len(c.Agents) == 0 || !c.reference(at, "agent", p.OnComplete, c.agentNames()) {
		return
	}
	if a, _ := c.Agent(p.OnComplete); a.Kind != KindTask {
		c.bad(at, KindReference, "give it `kind: task`, or name one that has", "agent %s is of kind %s, not task", quote(a.Name), a.Kind)
	}
}

func (c *checker) checkSequence(at pointer) {
	ids, statuses := map[string]pointer{}, map[string]pointer{}
	for i, phase := range c.Phases.Sequence {
		item := at.index(i)
		if !c.wasRead(item) {
			continue
		}
		c.checkPhaseKeys(item, phase.ID, phase.Plan, phase.Status)
		c.unique(ids, item.key("id"), phase.ID, "id")
		if phase.Status != "" {
			c.unique(statuses, item.key("status"), path.Clean(phase.Status), "STATUS file")
		}
		roles := c.roles()
		for _, role := range sortedKeys(phase.Models) {
			entry := item.key("models", role)
			if len(c.Agents) > 0 && !slices.Contains(roles, role) {
				c.badKey(entry, KindReference, suggest(role, roles), "there is no role %s", quote(role))
			}
			if blank(phase.Models[role]) && c.has(entry) && c.wasRead(entry) {
				c.bad(entry, KindValue, "name a model, or remove the line", "%s is not a model", quote(phase.Models[role]))
			}
		}
	}
}

// phaseIDPattern leaves the length to phaseIDLimit: counted in the expression, it took
// every start of pawl some milliseconds to compile.
var phaseIDPattern = regexp.MustCompile(`^[^\s\pC]+$`)

// phaseIDLimit is how long a phase's id may be, in characters.
const phaseIDLimit = 64

func (c *checker) checkPhaseKeys(item pointer, id, plan, status string) {
	for _, k := range []struct{ name, value string }{{"id", id}, {"plan", plan}, {"status", status}} {
		at := item.key(k.name)
		switch {
		case !c.has(at):
			c.badKey(at, KindMissing, "add it", "phase %s has no %q", quote(id), k.name)
		case !c.wasRead(at):
		case k.name == "id" && (!phaseIDPattern.MatchString(id) || utf8.RuneCountInString(id) > phaseIDLimit):
			c.bad(at, KindValue, "write up to 64 characters without blanks", "%s is not an id", quote(id))
		case k.name != "id":
			c.checkInRepo(c.value(at), k.value, "a file")
		}
	}
}

// unique reports a value that an earlier item has as well.
func (c *checker) unique(seen map[string]pointer, at pointer, value, what string) {
	if value == "" {
		return
	}
	if first, ok := seen[value]; ok {
		c.bad(at, KindConflict, "each phase needs its own", "%s %s is that of the phase in line %d as well", what, quote(value), c.value(first).line)
		return
	}
	seen[value] = at
}
