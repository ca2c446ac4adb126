package config

import (
	"fmt"
	"regexp"
	"slices"
)

func (c *checker) checkAgents() {
	c.checkEnv(atDefaults.key("env"), c.doc.Defaults.Env)
	c.checkWrap(atDefaults.key("wrap"), c.doc.Defaults.Wrap)
	noCommand := map[string]bool{}
	for _, a := range c.Agents {
		at := atAgents.key(a.Name)
		c.checkName(at, "an agent", a.Name)
		if a.Role != "" && (!namePattern.MatchString(a.Role) || len(a.Role) > maxName) && c.has(at.key("role")) {
			c.bad(at.key("role"), KindValue, "use letters, digits, '_' and '-'", "%s is not a role's name", quote(a.Role))
		}
		c.checkFolder(at.key("dir"), a.Dir)
		c.checkWrap(at.key("wrap"), a.Wrap)
		c.checkEnv(at.key("env"), a.Env)
		c.checkPrompts(at, a.Prompt, a.PromptFile)
		c.checkRuns(a, noCommand)
		for i := range a.Wakes { // a is a copy, its wakes are not
			c.checkWake(at.key("wakes").index(i), &a.Wakes[i])
		}
	}
}

// checkWrap allows an empty list, which undoes that of defaults.
func (c *checker) checkWrap(at pointer, argv []string) {
	if len(argv) > 0 {
		c.checkArgv(at, argv)
	}
}

// from is where an agent's value comes from: its own key, or that of defaults.
func (c *checker) from(agent, key string) pointer {
	own, shared := atAgents.key(agent, key), atDefaults.key(key)
	if !c.has(own) && c.has(shared) {
		return shared
	}
	return own
}

// checkRuns checks that the agent's adapter can run where its launcher does. An
// adapter without a command is reported once.
func (c *checker) checkRuns(a Agent, noCommand map[string]bool) {
	launcherOK := a.Launcher == "" || c.reference(c.from(a.Name, "launcher"), "launcher", a.Launcher, sortedKeys(c.Launchers))
	if !c.reference(c.from(a.Name, "adapter"), "adapter", a.Adapter, sortedKeys(c.Adapters)) {
		return
	}
	if a.Turns() {
		c.checkTurns(a, launcherOK)
		return
	}
	profile := c.Adapters[a.Adapter]
	if len(profile.Command) == 0 && !c.has(atAdapters.key(a.Adapter, "command")) && !noCommand[a.Adapter] {
		noCommand[a.Adapter] = true
		c.bad(c.from(a.Name, "adapter"), KindMissing, fmt.Sprintf("add `adapters: {%s: {command: [./agent.sh]}}`", a.Adapter),
			"adapter %s has no command", quote(a.Adapter))
	}
	if launcherOK && a.Launcher != "" && c.Launchers[a.Launcher].Type == "process" && profile.NeedsTerminal() {
		c.bad(c.from(a.Name, "launcher"), KindConflict, "use launcher tmux, mode: turns, or an adapter that reads lines, as script",
			"launcher %s has no terminal, which adapter %s of agent %s needs", quote(a.Launcher), quote(a.Adapter), quote(a.Name))
	}
}

// checkTurns checks that the agent's program can be run turn by turn, and where. The
// session that does that keeps its files on this host.
func (c *checker) checkTurns(a Agent, launcherOK bool) {
	at := c.from(a.Name, "mode")
	if !c.has(at) {
		at = atAdapters.key(a.Adapter, "mode")
	}
	if what, hint := c.Adapters[a.Adapter].Turns.Lacks(); what != "" {
		c.bad(at, KindMissing, fmt.Sprintf("add adapters: {%s: %s}, or write mode: session", a.Adapter, hint),
			"adapter %s cannot be run in turns: %s", quote(a.Adapter), what)
	}
	if launcherOK && c.Launchers[a.Launcher].Type != "process" {
		c.bad(c.from(a.Name, "launcher"), KindConflict, "leave launcher out: turns need no terminal",
			"launcher %s cannot run agent %s in turns; that is for launchers of type process", quote(a.Launcher), quote(a.Name))
	}
}

func (c *checker) checkPrompts(at pointer, prompt, file string) {
	if c.has(at.key("prompt")) && c.has(at.key("prompt_file")) {
		c.badKey(at.key("prompt_file"), KindConflict, "keep one of the two", "prompt_file %s stands beside a prompt", quote(file))
	}
	if at := at.key("prompt"); c.has(at) && blank(prompt) && c.wasRead(at) {
		c.bad(at, KindValue, "write one, or remove the line", "%s is not a prompt", quote(prompt))
	}
	if at := at.key("prompt_file"); c.has(at) && c.wasRead(at) {
		if blank(file) {
			c.bad(at, KindValue, "name a file, or remove the line", "%s is not a file's name", quote(file))
		}
		c.checkFolder(at, file)
	}
}

var (
	envName   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	reference = regexp.MustCompile(`\$\{[^}]*\}?`)
	goodRef   = regexp.MustCompile(`^\$\{[A-Za-z_][A-Za-z0-9_]*\}$`)
	ownEnv    = []string{"PAWL_AGENT", "PAWL_ROLE", "PAWL_PROJECT", "PAWL_PHASE", "PAWL_GENERATION", "PAWL_CONFIG", "PAWL_PROMPT_FILE", "PAWL_HOOK_FILE"}
)

func (c *checker) checkEnv(at pointer, env []EnvVar) {
	for _, v := range env {
		entry := at.key(v.Name)
		switch {
		case !c.has(entry):
			continue // inherited, and checked where it is written
		case !envName.MatchString(v.Name):
			c.badKey(entry, KindValue, "use letters, digits and '_'", "%s is not a variable's name", quote(v.Name))
		case slices.Contains(ownEnv, v.Name):
			c.badKey(entry, KindConflict, "choose another name", "%s is set by pawl itself", quote(v.Name))
		}
		for _, ref := range reference.FindAllString(v.Value, -1) {
			if !goodRef.MatchString(ref) {
				c.bad(entry, KindValue, "write ${NAME}; nothing else is expanded", "%s does not name a variable", quote(ref))
			}
		}
	}
}

func (c *checker) checkServices() {
	for _, s := range c.Services {
		at := atServices.key(s.Name)
		c.checkName(at, "a service", s.Name)
		if _, clash := c.Agent(s.Name); clash {
			c.badKey(at, KindConflict, "rename one of the two", "service %s has the name of an agent", quote(s.Name))
		}
		if c.has(at.key("launcher")) {
			c.reference(at.key("launcher"), "launcher", s.Launcher, sortedKeys(c.Launchers))
		}
		c.checkArgv(at.key("command"), s.Command)
		c.checkFolder(at.key("dir"), s.Dir)
		c.checkEnv(at.key("env"), s.Env)
	}
	if len(c.Agents) == 0 && c.has(atDefaults.key("launcher")) {
		c.reference(atDefaults.key("launcher"), "launcher", c.doc.Defaults.Launcher, sortedKeys(c.Launchers))
	}
}

// checkSessions refuses two sessions of one name, which would be one session.
// A service that has an agent's name is reported as that already.
func (c *checker) checkSessions() {
	type owner struct{ what, name string }
	owners := map[string]owner{}
	see := func(at pointer, what, name, session string) {
		if at := at.key("session"); session == "" || (c.has(at) && len(session) > maxSession) {
			c.bad(at, KindValue, fmt.Sprintf("use letters, digits, '_' and '-', at most %d", maxSession), "the session of %s %s has no name that can be used", what, quote(name))
			return
		}
		first, taken := owners[session]
		if !taken {
			owners[session] = owner{what, name}
			return
		}
		if first.name != name {
			c.bad(at.key("session"), KindConflict, "give one of them another `session`",
				"%s %s and %s %s share the session name %s", what, quote(name), first.what, quote(first.name), quote(session))
		}
	}
	for _, a := range c.Agents {
		see(atAgents.key(a.Name), "agent", a.Name, a.Session)
	}
	for _, s := range c.Services {
		see(atServices.key(s.Name), "service", s.Name, s.Session)
	}
}

// socketPattern is a server's name, as for tmux -L, or a path, as for tmux -S,
// which must be short: the kernel takes no more than 103 bytes.
var socketPattern = regexp.MustCompile(`^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,60}|/[A-Za-z0-9._/-]{1,100})$`)

func (c *checker) checkLaunchers() {
	for _, name := range sortedKeys(c.Launchers) {
		l, at := c.Launchers[name], atLaunchers.key(name)
		c.checkName(at, "a launcher", name)
		if !namePattern.MatchString(l.Type) && c.has(at.key("type")) {
			c.bad(at.key("type"), KindValue, "write tmux, process, ssh, or the TYPE of a pawl-launcher-TYPE on PATH", "%s is not a launcher's type", quote(l.Type))
		}
		c.checkHost(at, l)
		if s := at.key("socket"); c.has(s) && c.wasRead(s) && !socketPattern.MatchString(l.Socket) {
			c.bad(s, KindValue, "write a plain name, as pawl, or an absolute path of at most 100 bytes", "%s is not a tmux socket's name", quote(l.Socket))
		}
	}
}

func (c *checker) checkAdapters() {
	for _, name := range sortedKeys(c.Adapters) {
		at := atAdapters.key(name)
		if !c.names(at) {
			continue
		}
		c.checkName(at, "an adapter", name)
		if len(c.Adapters[name].Command) == 0 {
			c.checkArgv(at.key("command"), c.Adapters[name].Command)
		}
		for _, p := range c.Adapters[name].Validate() {
			if at := at.path(p.Key); c.has(at) {
				c.bad(at, KindValue, p.Hint, "%s is not usable: %s", quote(p.Value), bounded(p.Msg))
			}
		}
	}
}
