package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/control"
	"pawl/loop/daemon"
	"pawl/loop/doctor"
	"pawl/loop/ledger"
	"pawl/loop/turn/runner"
)

// project is one loop as a command sees it.
type project struct {
	app    *app
	path   string // of pawl.yaml
	cfg    *config.Config
	text   []byte // that cfg was read from; nil if that does not matter
	fault  error  // why the file as it is now is not used
	place  daemon.Place
	client *control.Client
	ledger *ledger.Ledger
	late   *loop.Late // shared by the engines of this process
	fresh  bool       // the environment of this process counts, not the recorded one

	originName func() string // see findOrigin, which forks git: asked once
}

// configPath finds pawl.yaml: --config, then PAWL_CONFIG, then the one of the clone
// that this is, then here and above.
// Links are followed: sessions belong to one path, however it was come by.
func (a *app) configPath() (string, error) {
	path := a.config
	if path == "" {
		path = os.Getenv("PAWL_CONFIG")
	}
	if path == "" {
		wd, err := os.Getwd()
		if err != nil {
			return "", err
		}
		if path = home(wd); path != "" {
			return path, checkFound(path)
		}
		if path, err = config.Find(wd); err != nil {
			if path = orphan(wd); path == "" {
				return "", err
			}
		}
		if err := checkFound(path); err != nil {
			return "", err
		}
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	return abs, nil
}

// orphan is where the pawl.yaml was of a loop whose state directory is there, in
// dir or above: it was removed, and what runs is still to be seen and stopped.
func orphan(dir string) string {
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".pawl", ledger.File)); err == nil {
			return filepath.Join(dir, config.Name)
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// open opens the project with a good pawl.yaml, and its ledger, which is made
// if need be.
func (a *app) open(ctx context.Context) (*project, error) {
	path, err := a.configPath()
	if err != nil {
		return nil, err
	}
	data, err := config.Read(path)
	if err != nil {
		return nil, err
	}
	cfg, err := config.Parse(path, data)
	if err != nil {
		return nil, err
	}
	if _, err := moved(ctx, path, cfg); err != nil {
		return nil, err
	}
	p, err := a.openWith(ctx, path, cfg, nil)
	if err != nil {
		return nil, err
	}
	p.text = data
	return p, nil
}

// openLenient is open for commands that must work under a broken pawl.yaml:
// they use the last good configuration that was read from the same path.
func (a *app) openLenient(ctx context.Context) (*project, error) {
	path, err := a.configPath()
	if err != nil {
		return nil, err
	}
	cfg, fault := config.Load(path)
	if fault == nil {
		if before, err := moved(ctx, path, cfg); err != nil {
			return a.openWith(ctx, path, before, err)
		}
		return a.openApproved(ctx, path, cfg)
	}
	good, err := lastGood(ctx, path, fault)
	if err != nil {
		return nil, err
	}
	return a.openWith(ctx, path, good, fault)
}

// openApproved opens a good pawl.yaml, or the one that is in force while a change
// of it waits for `up`.
func (a *app) openApproved(ctx context.Context, path string, cfg *config.Config) (*project, error) {
	p, err := a.openWith(ctx, path, cfg, nil)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	before, err := loop.Held(ctx, p.ledger, path, data)
	var held *loop.HeldError
	switch {
	case errors.As(err, &held):
		p.cfg, p.fault = before, held
	case err != nil:
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

var stateDirLine = regexp.MustCompile(`(?m)^state_dir:[ \t]*["']?([^"'#\n]+)`)

// stateDirOf finds the state directory of a pawl.yaml that does not parse.
func stateDirOf(path string) string {
	dir := ".pawl"
	if data, err := os.ReadFile(path); err == nil {
		if m := stateDirLine.FindSubmatch(data); m != nil {
			dir = strings.TrimSpace(string(m[1]))
		}
	}
	if filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(filepath.Dir(path), dir)
}

func (a *app) openWith(ctx context.Context, path string, cfg *config.Config, fault error) (*project, error) {
	if err := stateDir(cfg.StateDir); err != nil {
		return nil, &hinted{fmt.Errorf("the state directory cannot be used: %w", err), "set state_dir: in pawl.yaml to a folder that you can write to"}
	}
	place, err := daemon.NewPlace(cfg.StateDir)
	if err != nil {
		return nil, err
	}
	p := &project{app: a, path: path, cfg: cfg, fault: fault, place: place, client: control.NewClient(place.Socket()), late: &loop.Late{}}
	p.originName = sync.OnceValue(p.findOrigin)
	if p.ledger, err = p.openLedger(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// stateDir makes the state directory, private and ignored by git.
func stateDir(dir string) error {
	if err := privateDir(dir); err != nil {
		return err
	}
	ignore := filepath.Join(dir, ".gitignore")
	if _, err := os.Stat(ignore); err == nil {
		return nil
	}
	return os.WriteFile(ignore, []byte("*\n"), 0o600)
}

// privateDir makes dir with mode 0700, or gives it that mode: it holds the
// caller's environment and what agents printed.
func privateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err == nil {
		err = checkOwner(dir, info)
	}
	if err != nil || info.Mode().Perm() == 0o700 {
		return err
	}
	return os.Chmod(dir, 0o700)
}

// use runs f on a project that is opened leniently, and closes it.
func (a *app) use(ctx context.Context, f func(*project) error) error {
	return a.mending(ctx, a.openLenient, f)
}

func (p *project) close() error { return p.ledger.Close() }

// agent returns the agent's or service's name if the configuration has it.
func (p *project) known(names ...string) error {
	for _, name := range names {
		found := false
		for _, have := range p.cfg.Names() {
			found = found || have == name
		}
		if !found {
			return &hinted{&missingError{"there is no agent or service " + quote(handoff.Clean(name, 80))}, meant(name, p.cfg.Names())}
		}
	}
	return nil
}

// meant is the hint for a name that pawl.yaml does not have.
func meant(name string, names []string) string {
	hint := "pawl.yaml has " + strings.Join(names, ", ")
	if near := config.Nearest(name, names); near != "" {
		return "did you mean " + quote(near) + "? " + hint
	}
	return hint
}

// engine puts a loop's edges together.
func (p *project) engine(log *slog.Logger) (*loop.Engine, error) {
	where, first, later, err := p.launchers(log)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return &loop.Engine{
		Turns: p.place.Turns(), Runner: []string{self, runner.Word},
		Source: &loop.Source{Path: p.path}, Ledger: p.ledger, Default: first, Log: log, Now: time.Now,
		Env: p.environment, Launchers: where, Made: p.cfg.Launchers, Connect: later, Late: p.late, Version: versionText(),
		Outbox: p.outbox,
	}, nil
}

// logger writes what a command notices to stderr: warnings, or all with --verbose.
func (a *app) logger(w io.Writer) *slog.Logger {
	level := slog.LevelWarn
	if a.verbose {
		level = slog.LevelDebug
	}
	if a.quiet {
		level = slog.LevelError
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// needGit says so where git is missing.
func needGit() error {
	if _, err := exec.LookPath("git"); err != nil {
		return &hinted{errors.New("git is not on PATH"), "install git"}
	}
	return nil
}

// readsOrigin says so where the git program is missing, or too old to read origin.
func readsOrigin() error {
	var facts doctor.GitFacts
	if path, err := exec.LookPath("git"); err == nil {
		facts.Path, facts.Says = path, gitAnswer("/", "version")
	}
	if found := doctor.Git(facts); found.Status == doctor.Fail {
		return &hinted{errors.New(found.Found), found.Hint}
	}
	return nil
}

func quote(s string) string { return "\"" + s + "\"" }
