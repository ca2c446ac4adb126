package config

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Where the sections of the file are.
const (
	atAgents    pointer = "/agents"
	atServices  pointer = "/services"
	atDefaults  pointer = "/defaults"
	atOrigin    pointer = "/origin"
	atHandoff   pointer = "/handoff"
	atPhases    pointer = "/phases"
	atAdapters  pointer = "/adapters"
	atLaunchers pointer = "/launchers"
	atSupervise pointer = "/supervise"
	atNotify    pointer = "/notify"
	atProtect   pointer = "/protect"
)

// maxName bounds names that become part of a file's or a session's name.
const maxName = 64

// maxSession is the length of the longest <project>-<name>.
const maxSession = 2*maxName + 1

var (
	namePattern    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)
	projectPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
)

// checker looks for what a decoded file says that cannot be.
type checker struct {
	places
	report *report
	doc    *document
	*Config
}

// check runs every rule, so that all faults are seen at once.
func (c *checker) check() {
	c.checkTop()
	c.checkOrigin()
	c.checkHandoff()
	c.checkPhases()
	c.checkAgents()
	c.checkServices()
	c.checkSessions()
	c.checkLaunchers()
	c.checkAdapters()
	c.checkSupervise()
	c.checkNotify()
	c.checkWebhook()
	c.checkProtect()
	c.checkWorkers()
	c.checkWatchers()
	c.checkFolder("/signers", c.Signers)
}

// bad reports a fault at a value.
func (c *checker) bad(at pointer, kind, hint, format string, args ...any) {
	c.report.add(c.value(at), kind, fmt.Sprintf(format, args...), hint)
}

// badKey reports a fault at a key.
func (c *checker) badKey(at pointer, kind, hint, format string, args ...any) {
	c.report.add(c.key(at), kind, fmt.Sprintf(format, args...), hint)
}

func (c *checker) checkTop() {
	if v := c.doc.Version; c.has("/version") && v != 1 && c.wasRead("/version") {
		c.bad("/version", KindValue, "write version: 1", "version %d is not one that this pawl reads", v)
	}
	if !c.has(atAgents) {
		c.badKey(atAgents, KindMissing, `add a map of agents, as "builder: {kind: loop}"`, `the file has no "agents"`)
	} else if c.Agents != nil && len(c.Agents) == 0 {
		c.bad(atAgents, KindMissing, `name one, as "builder: {kind: loop}"`, "agents is empty")
	}
	if at := pointer("/project"); c.has(at) && c.wasRead(at) && (!projectPattern.MatchString(c.Project) || len(c.Project) > maxName) {
		c.bad(at, KindValue, "write "+quote(projectFrom(c.Project)), "%s is not a project's name (letters, digits, '.', '_' and '-', at most %d)", quote(c.Project), maxName)
	}
	c.checkFolder("/state_dir", c.StateDir)
	if at := pointer("/state_dir"); c.has(at) && isRoot(c.StateDir) {
		c.bad(at, KindValue, "give it a folder of its own, as .pawl", "%s is the folder of the file itself", quote(c.StateDir))
	}
	c.checkFolder("/prompts/roles", c.Prompts.Roles)
	c.checkFolder("/defaults/dir", c.doc.Defaults.Dir)
}

// wasRead says that the decoder took a value, so that a second fault at it would
// not only repeat the first. A block map begins where its first key does, so
// faults of keys do not count.
func (c *checker) wasRead(at pointer) bool {
	p := c.value(at)
	return !slices.ContainsFunc(c.report.errs, func(e Error) bool {
		return e.Line == p.line && e.Col == p.col && (e.Kind == KindType || e.Kind == KindValue)
	})
}

// checkFolder refuses what a shell would expand, for nothing here does.
func (c *checker) checkFolder(at pointer, dir string) {
	if dir == "~" || strings.HasPrefix(dir, "~/") || strings.Contains(dir, "$HOME") {
		c.bad(at, KindValue, "write the path out", "%s is not expanded here", quote(dir))
	}
}

// checkName reports a name that cannot be part of a file's or session's name.
func (c *checker) checkName(at pointer, what, name string) {
	if !namePattern.MatchString(name) || len(name) > maxName {
		c.badKey(at, KindValue, "begin with a letter or digit, go on with letters, digits, '_' and '-'", "%s is not %s's name", quote(name), what)
	}
}

// checkInRepo reports a path that does not stay inside the repository.
func (c *checker) checkInRepo(p position, value, what string) bool {
	var hint string
	switch {
	case strings.HasPrefix(value, "/"):
		hint = "write it relative to the repository's root"
	case strings.ContainsFunc(value, unicode.IsControl), strings.Contains(value, `\`):
		hint = "use letters, digits and /"
	case slices.Contains(strings.Split(value, "/"), ".."):
		hint = `write it without ".."`
	case strings.HasSuffix(value, "/"), isRoot(value):
		hint = "name a file"
	default:
		return true
	}
	c.report.add(p, KindValue, fmt.Sprintf("%s is not %s inside the repository", quote(value), what), hint)
	return false
}

// isRoot says that a relative path is the folder that it is relative to.
func isRoot(p string) bool { return path.Clean(p) == "." && !strings.Contains(p, "..") }

// reference reports a name that is not known.
func (c *checker) reference(at pointer, what, name string, known []string) bool {
	if slices.Contains(known, name) {
		return true
	}
	c.bad(at, KindReference, suggest(name, known), "there is no %s %s", what, quote(name))
	return false
}

// agentNames and roles are those of all agents, enabled or not.
func (c *Config) agentNames() []string {
	var names []string
	for _, a := range c.Agents {
		names = append(names, a.Name)
	}
	return names
}

func (c *Config) roles() []string {
	var roles []string
	for _, a := range c.Agents {
		if a.Role != "" {
			roles = append(roles, a.Role)
		}
	}
	return roles
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

func blank(text string) bool { return strings.TrimSpace(text) == "" }
