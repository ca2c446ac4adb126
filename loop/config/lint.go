package config

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
)

// KindDoubt is the Kind of what Lint finds: it is allowed, and hardly meant.
const KindDoubt = "doubt"

// Lint is Parse, and also returns what the file says that can hardly be meant,
// by line and column. There are none where the file has faults.
func Lint(path string, data []byte) (*Config, Errors, error) {
	c, err := parse(path, data)
	if err != nil {
		return nil, nil, err
	}
	c.report = &report{file: path}
	c.doubts()
	c.resolvePaths()
	doubts := c.report.sorted()
	return c.Config, doubts, nil
}

// doubts runs on a file without faults, before its paths are resolved.
func (c *checker) doubts() {
	c.doubtReaders()
	c.doubtFolders()
	c.doubtLoops()
	c.doubtWakes()
	c.doubtNotify()
	c.doubtWatchers()
}

// doubt reports what is hardly meant.
func (c *checker) doubt(at pointer, hint, format string, args ...any) {
	c.report.add(c.value(at), KindDoubt, fmt.Sprintf(format, args...), hint)
}

func (c *checker) doubtKey(at pointer, hint, format string, args ...any) {
	c.report.add(c.key(at), KindDoubt, fmt.Sprintf(format, args...), hint)
}

// doubtReaders looks for roles whose agents are all disabled. A role that no
// agent has at all is a fault, or a default and inert.
func (c *checker) doubtReaders() {
	look := func(at pointer, name string) {
		if c.has(at) && len(c.Readers(name)) == 0 {
			c.doubt(at, "enable one, or name an agent", "%s meets nobody: all agents of that role have `enabled: false`", quote(name))
		}
	}
	for _, s := range c.Handoff.Signals {
		for i, name := range s.Wakes {
			look(atHandoff.key("signals", s.Name, "wakes").index(i), name)
		}
	}
	for _, box := range c.Handoff.Inboxes {
		look(atHandoff.key("inboxes", box.File), box.Reader)
	}
}

// doubtFolders looks for agents that would get in each other's way. Agents
// without phases may well share the file's folder, if they do not write.
func (c *checker) doubtFolders() {
	first := map[string]string{}
	for _, a := range c.Agents {
		at, dir := c.from(a.Name, "dir"), a.Dir
		c.resolve(&dir)
		switch other, taken := first[dir]; {
		case dir == c.Dir && a.Kind == KindLoop && a.Enabled:
			c.doubtKey(at, "give it a clone of its own, as dir: work/"+a.Name, "loop agent %s works in the folder of %s itself", quote(a.Name), filepath.Base(c.Path))
		case dir == c.Dir:
		case taken:
			c.doubtKey(at, "give each a clone of its own, as dir: work/"+a.Name, "agents %s and %s share the folder %s", quote(other), quote(a.Name), quote(a.Dir))
		default:
			first[dir] = a.Name
		}
	}
}

// doubtLoops reports the first loop agent of a file without phases.
func (c *checker) doubtLoops() {
	if len(c.Phases.Sequence) > 0 {
		return
	}
	for _, a := range c.Agents {
		if a.Kind == KindLoop {
			c.doubtKey(c.from(a.Name, "kind"), "add phases.sequence, or make it kind: persistent", "agent %s is of kind loop, and there are no phases", quote(a.Name))
			return
		}
	}
}

func (c *checker) doubtWakes() {
	for _, a := range c.Agents {
		if !a.Enabled && len(a.Wakes) > 0 {
			c.doubtKey(atAgents.key(a.Name, "wakes"), "remove `enabled: false`, or start it by `pawl up "+a.Name+"`",
				"agent %s has wakes and `enabled: false`: none of them comes until it is started by name", quote(a.Name))
		}
	}
}

func (c *checker) doubtNotify() {
	for i, n := range c.Notify {
		for j, pattern := range n.On {
			matches := func(kind string) bool { ok, err := path.Match(pattern, kind); return ok && err == nil }
			if !slices.ContainsFunc(EventKinds, matches) {
				hint := "write one that `pawl events` shows, or \"*\""
				if near := Nearest(pattern, EventKinds); near != "" {
					hint = fmt.Sprintf("did you mean %q?", near)
				}
				c.doubt(atNotify.index(i).key("on").index(j), hint, "there is no event of kind %s", quote(pattern))
			}
		}
	}
}
