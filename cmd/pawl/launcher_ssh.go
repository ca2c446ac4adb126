package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"path/filepath"
	"time"

	"pawl/handoff/system"
	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/launcher/plain"
	"pawl/loop/launcher/proc"
	"pawl/loop/launcher/ssh"
)

// showGrace is how long a program that was told to end may take.
const showGrace = 2 * time.Second

// far is the near side of an ssh launcher of the configuration. Errors say what
// is wrong with its host or options.
func (p *project) far(l config.Launcher, log *slog.Logger) (*ssh.Launcher, error) {
	return ssh.New(l.Name, ssh.Options{
		Host: l.Host, Settings: l.Options, Program: l.Program, Socket: socketOf(l),
		ID: farID(p.path), Prompts: filepath.Dir(loop.PromptPath(p.cfg, "", "")),
		Version: versionText(), Env: p.environment, Log: log,
	})
}

// farID names the folder of a configuration on other hosts.
func farID(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:6])
}

// unreachable says why an ssh launcher cannot be used from here, as far as that
// is known without asking its host; "" where it can.
func (p *project) unreachable(l config.Launcher) (why, hint string) {
	if err := ssh.Check(l.Host, l.Options); err != nil {
		return "launcher " + quote(l.Name) + ": " + err.Error(), "change it under launchers: in pawl.yaml"
	}
	if _, err := proc.FindTool("ssh", p.cfg.Dir, p.environment()); err != nil {
		return "launcher " + quote(l.Name) + " needs ssh, which is not on PATH", "install the ssh client"
	}
	return "", ""
}

// elsewhere says that the sessions of an agent run on another host: neither its
// folder nor its program is to be looked for on this one.
func (p *project) elsewhere(a config.Agent) bool { return p.launcherFor(a).Type == "ssh" }

// farLog is the command line that prints the log of an agent or a service whose
// session is, or was, on another host; nil where its log is here.
func (p *project) farLog(ctx context.Context, name string, lines int, follow bool) []string {
	where := p.cfg.Launchers[p.launcherNamed(name)]
	if kept, err := p.ledger.Load(ctx); err == nil && kept.Sessions[name].Launcher != "" {
		where = loop.LauncherOf(p.cfg, kept.Sessions[name])
	}
	l, err := p.far(where, p.app.logger(p.app.err))
	if err != nil {
		return nil // it is none of ssh, or one that nothing runs on
	}
	return l.Log(name, lines, follow)
}

// launcherNamed is the name of the launcher of an agent or a service.
func (p *project) launcherNamed(name string) string {
	if a, ok := p.cfg.Agent(name); ok {
		return p.launcherFor(a).Name
	}
	for _, s := range p.cfg.Services {
		if s.Name == name {
			return cmp.Or(s.Launcher, p.defaultLauncher())
		}
	}
	return ""
}

// show writes what another program prints to out, until that ends or ctx does. Its
// standard input ends with it.
func (p *project) show(ctx context.Context, out io.Writer, argv []string) error {
	program, err := proc.FindTool(argv[0], "/", p.environment())
	if err != nil {
		return &hinted{err, "install the ssh client"}
	}
	cmd := exec.CommandContext(ctx, program, argv[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = p.environment(), out, plain.NewWriter(p.app.err)
	system.OwnGroup(cmd)
	cmd.Cancel = func() error { return system.EndGroup(cmd) }
	cmd.WaitDelay = showGrace
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return errors.Join(fmt.Errorf("the other host's log: %w", err), stdin.Close())
	}
	return nil
}
