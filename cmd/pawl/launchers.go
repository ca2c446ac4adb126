package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pawl/loop/config"
	"pawl/loop/launcher"
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
			Attach: []string{"pawl", "--config", p.path, "attach"}, Log: log,
		})
	case "tmux":
		if program := p.tmuxProgram(); program != "" {
			return tmux.New(tmux.Options{
				Socket: socketOf(l), Tmux: program, Runtime: filepath.Join(p.place.Dir, "t"), Self: []string{self, "pane"}, Log: log,
			})
		}
	}
	return nil
}

func socketOf(l config.Launcher) string {
	if l.Socket == "" {
		return "pawl"
	}
	return l.Socket
}

// tmuxProgram is the tmux that `up` found, whoever asks now; "" without one.
func (p *project) tmuxProgram() string {
	program, err := proc.FindProgram("tmux", p.cfg.Dir, p.environment())
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

// launcherTypes are those that this pawl has.
var launcherTypes = []string{"process", "tmux"}

// unavailable says why a launcher cannot be used here; "" when it can.
func (p *project) unavailable(l config.Launcher) (why, hint string) {
	switch {
	case !slices.Contains(launcherTypes, l.Type):
		return "launcher " + quote(l.Name) + " of type " + quote(l.Type) + " is not available in this version", "use " + strings.Join(launcherTypes, " or ")
	case l.Type == "tmux" && p.tmuxProgram() == "":
		return "launcher " + quote(l.Name) + " needs tmux, which is not on PATH", "install tmux, or use launcher: process with a program that reads lines"
	}
	return "", ""
}
