package config

import (
	"cmp"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"pawl/loop/adapter"
)

// inherit fills in what agents, services, adapters and launchers take from
// elsewhere: from defaults, from their own names, from the project's.
func (c *checker) inherit() {
	if !c.has("/project") {
		c.Project = projectFrom(filepath.Base(c.Dir))
	}
	for i := range c.Agents {
		a := &c.Agents[i]
		c.inheritDefaults(a)
		if a.Role == "" && a.Kind == KindLoop {
			a.Role = a.Name
		}
		if a.Account == "" {
			a.Account = a.Adapter
		}
		a.Session = sessionName(a.Session, c.Project, a.Name)
	}
	c.inheritWorkers()
	c.inheritWatchers()
	for i := range c.Services {
		s := &c.Services[i]
		if s.Launcher == "" {
			s.Launcher = c.doc.Defaults.Launcher
		}
		s.Session = sessionName(s.Session, c.Project, s.Name)
	}
	for name, p := range c.Adapters {
		p.Name = name
		if p.Prompt == "" {
			p.Prompt = adapter.PromptFile
		}
		if p.Submit == "" {
			p.Submit = "Enter"
		}
		c.Adapters[name] = p
	}
	for name, l := range c.Launchers {
		l.Name = name
		if l.Type == "" {
			l.Type = name
		}
		c.Launchers[name] = l
	}
}

// inheritDefaults gives an agent each key of defaults that it does not have
// itself. Variables are taken one by one.
func (c *checker) inheritDefaults(a *Agent) {
	d := c.doc.Defaults
	inheritKey(c, a.Name, "kind", &a.Kind, d.Kind)
	inheritKey(c, a.Name, "dir", &a.Dir, d.Dir)
	inheritKey(c, a.Name, "model", &a.Model, d.Model)
	inheritKey(c, a.Name, "adapter", &a.Adapter, d.Adapter)
	inheritKey(c, a.Name, "mode", &a.Mode, d.Mode)
	inheritKey(c, a.Name, "turn_timeout", &a.TurnTimeout, d.TurnTimeout)
	inheritKey(c, a.Name, "launcher", &a.Launcher, d.Launcher)
	inheritKey(c, a.Name, "account", &a.Account, d.Account)
	inheritKey(c, a.Name, "watch", &a.Watch, d.Watch)
	inheritKey(c, a.Name, "enabled", &a.Enabled, d.Enabled)
	inheritKey(c, a.Name, "resume", &a.Resume, d.Resume)
	inheritKey(c, a.Name, "wrap", &a.Wrap, d.Wrap)
	a.Env = withShared(d.Env, a.Env)
	a.Wrap = slices.Clone(a.Wrap)
	c.inheritMode(a)
}

// withShared adds to own variables those of defaults that it does not have.
func withShared(defaults, own []EnvVar) []EnvVar {
	var shared []EnvVar
	for _, v := range defaults {
		if !slices.ContainsFunc(own, func(mine EnvVar) bool { return mine.Name == v.Name }) {
			shared = append(shared, v)
		}
	}
	return append(shared, own...)
}

// inheritMode fills in what follows from how an agent's program is run. In turns it
// needs no terminal, so that the launcher of all others is not its own; and each turn
// goes on with the conversation, so that its next session does too.
func (c *checker) inheritMode(a *Agent) {
	a.Mode = cmp.Or(a.Mode, c.Adapters[a.Adapter].Mode, adapter.ModeSession)
	if !a.Turns() {
		return
	}
	if !c.has(atAgents.key(a.Name, "launcher")) {
		a.Launcher = "process"
	}
	if !c.has(atAgents.key(a.Name, "resume")) && !c.has(atDefaults.key("resume")) {
		a.Resume = true
	}
}

func inheritKey[T any](c *checker, agent, key string, own *T, shared T) {
	if c.has(atDefaults.key(key)) && !c.has(atAgents.key(agent, key)) {
		*own = shared
	}
}

var (
	unsafeInSession = regexp.MustCompile(`[^A-Za-z0-9_-]+`)
	unsafeInProject = regexp.MustCompile(`[^A-Za-z0-9._-]+`)
)

// sessionName is the name that the file gives or <project>-<name>, without what
// tmux takes for part of a target.
func sessionName(given, project, name string) string {
	if given == "" {
		given = project + "-" + name
	}
	return strings.TrimLeft(unsafeInSession.ReplaceAllString(given, "-"), "-")
}

// projectFrom makes a project's name from a folder's.
func projectFrom(folder string) string {
	name := strings.Trim(unsafeInProject.ReplaceAllString(folder, "-"), "-._")
	if len(name) > maxName {
		name = name[:maxName]
	}
	if name == "" {
		return "pawl"
	}
	return name
}

// resolvePaths makes paths absolute and those inside origin clean. It runs on a
// file without faults.
func (c *checker) resolvePaths() {
	for _, p := range []*string{&c.StateDir, &c.Phases.Kickoff, &c.Prompts.Roles} {
		c.resolve(p)
	}
	c.resolveFile(&c.Signers)
	if isLocalURL(c.Origin.URL) {
		c.resolve(&c.Origin.URL)
	}
	if clean(&c.Handoff.Docs); c.Handoff.Docs == "." {
		c.Handoff.Docs = ""
	}
	for i := range c.Handoff.Inboxes {
		clean(&c.Handoff.Inboxes[i].File)
	}
	for i := range c.Phases.Sequence {
		clean(&c.Phases.Sequence[i].Plan)
		clean(&c.Phases.Sequence[i].Status)
	}
	for i := range c.Agents {
		a := &c.Agents[i]
		c.resolve(&a.Dir)
		c.resolveFile(&a.PromptFile)
		c.resolveProgram(a.Wrap)
		for j := range a.Wakes {
			c.resolveFile(&a.Wakes[j].PromptFile)
		}
	}
	for i := range c.Contract {
		c.resolve(&c.Contract[i])
	}
	c.resolveProgram(c.Workers.Wrap)
	for i := range c.Services {
		c.resolve(&c.Services[i].Dir)
		c.resolveProgram(c.Services[i].Command)
	}
	for _, p := range c.Adapters {
		for _, t := range p.Templates() {
			if t.Program {
				c.resolveProgram(*t.Argv)
			}
		}
	}
	for _, n := range c.Notify {
		c.resolveProgram(n.Run)
	}
}

func clean(p *string) { *p = path.Clean(*p) }

// resolve makes a path absolute; "" is the file's folder.
func (c *checker) resolve(p *string) {
	if !filepath.IsAbs(*p) {
		*p = filepath.Join(c.Dir, *p)
	}
	*p = filepath.Clean(*p)
}

func (c *checker) resolveFile(p *string) {
	if *p != "" {
		c.resolve(p)
	}
}

// resolveProgram makes "./agent.sh" at the start of an argv absolute. A name
// without a slash is looked up in PATH, and a template is left to be filled:
// {{.Dir}}/agent.sh is the way to one in the agent's own clone.
func (c *checker) resolveProgram(argv []string) {
	if len(argv) > 0 && strings.Contains(argv[0], "/") && !strings.Contains(argv[0], "{{") {
		c.resolve(&argv[0])
	}
}

// isLocalURL says that git would take the URL for a path: no colon comes before
// its first slash.
func isLocalURL(url string) bool {
	before, _, _ := strings.Cut(url, "/")
	return url != "" && !strings.Contains(before, ":")
}
