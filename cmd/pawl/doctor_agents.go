package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pawl/loop"
	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/doctor"
	"pawl/loop/launcher/proc"
)

// agent is the check of the i-th agent's program, launcher and folder.
func (e *examiner) agent(i int) check {
	return func(ctx context.Context) []doctor.Finding {
		a := e.cfg.Agents[i]
		if e.p.elsewhere(a) {
			return append(e.farAgent(a), e.parked(ctx, doctor.AgentGroup(a.Name), a.Name)...)
		}
		list := append(doctor.Agent(e.agentFacts(a)), e.clone(ctx, i)...)
		return append(list, e.parked(ctx, doctor.AgentGroup(a.Name), a.Name)...)
	}
}

func (e *examiner) agentFacts(a config.Agent) doctor.AgentFacts {
	profile := e.cfg.ProfileOf(a)
	env := loop.AgentEnv(e.env, a)
	f := doctor.AgentFacts{
		Name: a.Name, Adapter: a.Adapter, Command: profile.Command, Wrap: a.Wrap,
		Root: e.uid == 0, Sandbox: slices.Contains(env, "IS_SANDBOX=1"), Launcher: e.p.launcherFor(a).Name,
	}
	if len(profile.Command) > 0 {
		f.Program = profile.Command[0]
	}
	first := f.Program
	if len(a.Wrap) > 0 {
		first = a.Wrap[0]
	}
	// What a folder that is not cloned yet brings along is known only at the start.
	_, err := os.Stat(a.Dir)
	f.Template = strings.Contains(first, "{{") || err != nil && !filepath.IsAbs(first) && strings.Contains(first, "/")
	if !f.Template && first != "" {
		path, err := proc.FindProgram(first, a.Dir, env)
		f.Path = path
		if err != nil {
			f.Missing, f.Denied = e.notFound(err), deniedProgram(first, a, env)
		}
	}
	f.Refused, f.Advice = e.refused(a, profile)
	return f
}

// deniedProgram is the first file that would be the program of an agent whose
// environment is env, and that nobody may execute; "" without one. It is asked
// where no program was found.
func deniedProgram(name string, a config.Agent, env []string) string {
	dirs := []string{""}
	if !strings.Contains(name, "/") {
		dirs = filepath.SplitList(agentPath(a, env))
	}
	for _, dir := range dirs {
		file := filepath.Join(dir, name)
		if !filepath.IsAbs(file) {
			file = filepath.Join(a.Dir, file)
		}
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
	}
	return ""
}

// lacksProgram is the refusal of an `up` that does not find an agent's program.
func lacksProgram(a config.Agent, adapterName, program string) error {
	if file := deniedProgram(program, a, ownEnvironment()); file != "" {
		return &hinted{fmt.Errorf("agent %s: %s", a.Name, doctor.NotExecutable(adapterName, program)), "chmod +x " + file}
	}
	return &hinted{fmt.Errorf("agent %s: adapter %s runs %q, which is not on PATH", a.Name, adapterName, program), "install it, or set adapters." + adapterName + ".command"}
}

// notFound is why a program was not found, without the whole PATH.
func (e *examiner) notFound(err error) string {
	before, path, ok := strings.Cut(err.Error(), "not found in PATH=")
	if !ok {
		return before
	}
	if path == "" {
		return "PATH is empty"
	}
	if isThere(e.p.envFile()) {
		return "it is not on the PATH that pawl up recorded"
	}
	return "it is not on PATH"
}

// refused says why an agent's launcher cannot run its program.
func (e *examiner) refused(a config.Agent, profile adapter.Profile) (why, hint string) {
	where := e.p.launcherFor(a)
	if why, hint := e.p.unavailable(where); why != "" {
		return why, hint
	}
	if where.Type == "process" && profile.NeedsTerminal() {
		return "adapter " + a.Adapter + " needs a terminal, and launcher " + where.Name + " has none",
			"use mode: turns, launcher: tmux, or adapter: script with a program that reads its wakes from standard input"
	}
	return "", ""
}

// versions are the checks of agent programs that pawl knows, one for each
// program. Others are not run: what they would take --version for is not known.
func (e *examiner) versions() []check {
	recorded := recordings()
	asked := map[string]bool{}
	var list []check
	for _, a := range e.cfg.Agents {
		profile := e.cfg.ProfileOf(a)
		if !a.Enabled || e.p.elsewhere(a) || len(a.Wrap) > 0 || !knownProgram(a.Adapter, profile) {
			continue
		}
		env := loop.AgentEnv(e.env, a)
		path, err := proc.FindProgram(profile.Command[0], a.Dir, env)
		if err != nil || asked[path] {
			continue
		}
		asked[path] = true
		list = append(list, func(ctx context.Context) []doctor.Finding {
			f := doctor.CLIFacts{Program: profile.Command[0], Recorded: recorded[a.Adapter]}
			says, err := ask(ctx, question{program: path, args: []string{"--version"}, env: env, dir: "/"})
			f.Says = firstWords(says)
			if err != nil {
				f.Trouble = err.Error()
			}
			return []doctor.Finding{doctor.CLI(f)}
		})
	}
	return list
}

// knownProgram says that an adapter runs the program of the built-in one of its name.
func knownProgram(name string, profile adapter.Profile) bool {
	builtin := adapter.Builtin()[name]
	return len(builtin.Command) > 0 && len(profile.Command) > 0 && filepath.Base(profile.Command[0]) == builtin.Command[0]
}

// recordings are the sources of the recorded screens, by adapter.
func recordings() map[string][]string {
	sources := map[string][]string{}
	for _, r := range adapter.Screens() {
		sources[r.Adapter] = append(sources[r.Adapter], r.Source)
	}
	return sources
}
