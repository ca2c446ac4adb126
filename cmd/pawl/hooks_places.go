package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	githooks "pawl/hooks/git"
	"pawl/loop/config"
	"pawl/loop/doctor"
)

// gitTime is how long a git command may take that reads or sets a configuration.
const gitTime = 10 * time.Second

// hookGit runs git for hooks/git.
func hookGit(ctx context.Context, dir string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitTime)
	defer cancel()
	return ask(ctx, question{program: "git", dir: dir, env: gitEnv(os.Environ()), args: args})
}

// hookPlace is a repository in which hooks are of use, and whose it is.
type hookPlace struct {
	dir   string
	names []string // of agents; "origin"
	repo  githooks.Repo
	err   error // why repo is not known
}

// hooksProject reads pawl.yaml. The ledger is not opened.
func (a *app) hooksProject() (*project, error) {
	path, err := a.configPath()
	if err != nil {
		return nil, err
	}
	cfg, err := config.Load(path)
	if err != nil {
		return nil, err
	}
	p := &project{app: a, path: path, cfg: cfg}
	p.originName = sync.OnceValue(p.findOrigin)
	return p, nil
}

// homePlace is whose the repository around pawl.yaml is, where it is no agent's: a
// person works in it.
const homePlace = "pawl.yaml"

// hookPlaces are origin, if it is a bare repository of the user's on this machine,
// the agents' clones, and the one around pawl.yaml, each once.
func (p *project) hookPlaces(ctx context.Context) []hookPlace {
	var list []hookPlace
	add := func(dir, name string) {
		repo, err := githooks.Open(ctx, hookGit, dir)
		if errors.Is(err, githooks.ErrNoRepository) {
			return
		}
		if i := slices.IndexFunc(list, func(have hookPlace) bool { return err == nil && have.repo.Common == repo.Common }); i >= 0 {
			if name != homePlace {
				list[i].names = append(list[i].names, name)
			}
			return
		}
		list = append(list, hookPlace{dir: dir, names: []string{name}, repo: repo, err: err})
	}
	if dir := p.localOrigin(); dir != "" && ownedByUser(dir) {
		add(dir, "origin")
		if len(list) == 1 && list[0].err == nil && !list[0].repo.Bare {
			list = nil // somebody's clone: what is pushed into it is not that person's push
		}
	}
	for _, a := range p.cfg.Agents {
		add(a.Dir, a.Name)
	}
	if len(remotesTo(p.cfg.Dir, p.originName())) > 0 {
		add(p.cfg.Dir, homePlace)
	}
	return list
}

// anyHooks says whether there is a hook of pawl's in any of hookPlaces. It starts no
// process but to find origin.
func (p *project) anyHooks() bool {
	if dir := p.localOrigin(); dir != "" && githooks.Any(dir) {
		return true
	}
	return githooks.Any(p.cfg.Dir) || slices.ContainsFunc(p.cfg.Agents, func(a config.Agent) bool { return githooks.Any(a.Dir) })
}

// localOrigin is the folder of an origin on this machine; "" where it is elsewhere.
func (p *project) localOrigin() string { return localFolder(p.originName()) }

// localFolder is the folder that a URL leads to on this machine; "" where it leads
// to another.
func localFolder(url string) string {
	host, path := doctor.Place(url)
	if host != "" || !filepath.IsAbs(path) {
		return ""
	}
	return path
}

func ownedByUser(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && ownedBy(info, os.Geteuid())
}

// hookOptions are what is installed in a repository.
func (p *project) hookOptions(ctx context.Context, repo githooks.Repo) (githooks.Options, error) {
	self, err := os.Executable()
	if err != nil {
		return githooks.Options{}, err
	}
	o := githooks.Options{Config: p.path, Program: self, Branch: strings.TrimPrefix(p.cfg.Origin.Branch, "refs/heads/")}
	if origin := p.localOrigin(); origin != "" {
		there, err := githooks.Open(ctx, hookGit, origin)
		o.Origin = err == nil && there.Common == repo.Common
	}
	// With several of them, or none that is known, any may bring origin's branch.
	if names := remotesTo(repo.Dir, p.originName()); len(names) == 1 {
		o.Remote = names[0]
	}
	return o, nil
}

// originMode is "instant" where pushes are told of, and "polling" else.
func (p *project) originMode(url string) string {
	if p.instant(url) {
		return "instant"
	}
	return "polling"
}

// instant says whether pushes are told of at once: by a webhook, by a hook in
// origin, or by one in each clone that an agent has. It reads a few files.
func (p *project) instant(origin string) bool {
	if p.cfg.Origin.Webhook.Listen != "" {
		return true
	}
	if dir := localFolder(origin); dir != "" && githooks.Pokes(dir, p.path) {
		return true
	}
	poked := false
	for _, a := range p.cfg.Agents {
		if !githooks.Around(a.Dir) {
			continue // nothing is pushed from there
		}
		if poked = githooks.Pokes(a.Dir, p.path); !poked {
			return false
		}
	}
	return poked
}
