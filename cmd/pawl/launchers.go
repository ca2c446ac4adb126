package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/launcher/exec"
	"pawl/loop/launcher/proc"
	"pawl/loop/launcher/process"
	"pawl/loop/launcher/tmux"
)

// launchers are those of the configuration that can run here, the name of the
// one for agents that name none, and what makes one that comes later.
func (p *project) launchers(log *slog.Logger) (now map[string]launcher.Launcher, first string, later func(config.Launcher) launcher.Launcher, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", nil, err
	}
	connect := func(l config.Launcher) launcher.Launcher { return p.connect(l, self, log) }
	now = map[string]launcher.Launcher{}
	for name, l := range p.cfg.Launchers {
		if here := connect(l); here != nil {
			now[name] = here
		}
	}
	return now, p.defaultLauncher(), connect, nil
}

// connect is a launcher of the configuration; nil where it cannot be used here.
func (p *project) connect(l config.Launcher, self string, log *slog.Logger) launcher.Launcher {
	switch l.Type {
	case "process":
		return process.New(process.Options{
			Runtime: p.place.Sessions(), Program: self, Self: []string{"pawl", "pump"},
			Attach: p.attachArgv(), Log: log,
		})
	case "tmux":
		if program := p.tmuxProgram(); program != "" {
			return tmux.New(tmux.Options{
				Socket: socketOf(l), Tmux: program, Runtime: filepath.Join(p.place.Dir, "t"), Self: []string{self, "pane"}, Log: log,
			})
		}
	case "ssh":
		if far, err := p.far(l, log); err == nil {
			return far
		}
	default:
		return p.outside(l, log)
	}
	return nil
}

// outside is a launcher that is a program of its own. Where that is not installed
// its calls say so; it is looked for again by each.
func (p *project) outside(l config.Launcher, log *slog.Logger) launcher.Launcher {
	return exec.New(exec.Options{
		Name: l.Name, Argv: []string{outsideProgram(l)}, Dir: p.cfg.Dir, Env: p.environment, Options: l.Options,
		Owner: loop.Owner(p.path, ""), Pawl: versionText(), Attach: p.attachSession, Missing: "install it where the PATH of pawl up finds it", Log: log,
	})
}

// outsideProgram is the program of a launcher whose type is not built in.
func outsideProgram(l config.Launcher) string { return "pawl-launcher-" + l.Type }

// attachArgv is what leads to a session that has no terminal, with its agent's name.
func (p *project) attachArgv() []string { return []string{"pawl", "--config", p.path, "attach"} }

// attachSession is what leads to a session by its name.
func (p *project) attachSession(session string) []string {
	name := session
	for _, a := range p.cfg.Agents {
		if a.Session == session {
			name = a.Name
		}
	}
	for _, s := range p.cfg.Services {
		if s.Session == session {
			name = s.Name
		}
	}
	return append(p.attachArgv(), name)
}

func socketOf(l config.Launcher) string {
	if l.Socket == "" {
		return "pawl"
	}
	return l.Socket
}

// tmuxProgram is the tmux that `up` found, whoever asks now; "" without one.
func (p *project) tmuxProgram() string {
	program, err := proc.FindTool("tmux", p.cfg.Dir, p.environment())
	if err != nil {
		return ""
	}
	return program
}

// defaultLauncher is tmux where that is installed, as a person can look at its
// sessions; else process.
func (p *project) defaultLauncher() string {
	if p.tmuxProgram() != "" {
		return "tmux"
	}
	return "process"
}

// launcherFor is the launcher that an agent is started with.
func (p *project) launcherFor(a config.Agent) config.Launcher {
	name := a.Launcher
	if name == "" {
		name = p.defaultLauncher()
	}
	return p.cfg.Launchers[name]
}

// launcherTypes are those that are built in.
var launcherTypes = []string{"process", "tmux", "ssh"}

// uninstalled says that the program of an outside launcher cannot be run; "" when
// it can.
func (p *project) uninstalled(l config.Launcher) (why, hint string) {
	program := outsideProgram(l)
	if _, err := proc.FindTool(program, p.cfg.Dir, p.environment()); err == nil {
		return "", ""
	}
	return "launcher " + quote(l.Name) + " of type " + quote(l.Type) + " needs the program " + program + ", which is not on PATH",
		"put it there and make it executable, or use a type that is built in: " + strings.Join(launcherTypes, ", ")
}

// unavailable says why a launcher cannot be used here; "" when it can.
func (p *project) unavailable(l config.Launcher) (why, hint string) {
	switch {
	case !slices.Contains(launcherTypes, l.Type):
		return p.uninstalled(l)
	case l.Type == "tmux" && p.tmuxProgram() == "":
		return "launcher " + quote(l.Name) + " needs tmux, which is not on PATH", "install tmux, or use launcher: process with a program that reads lines"
	case l.Type == "ssh":
		return p.unreachable(l)
	}
	return "", ""
}
