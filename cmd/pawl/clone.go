package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"pawl/handoff/mirror"
	"pawl/loop/config"
	"pawl/loop/launcher/proc"
)

// cloneMissing clones origin into the folders of agents that do not exist yet,
// with a git identity of the agent's own. A folder that is there is not touched,
// and one on another host is for that host's people to clone.
func (p *project) cloneMissing(ctx context.Context, names []string) error {
	for _, a := range p.cfg.Agents {
		if !upMeans(a, names) && a.Name != p.cfg.Phases.OnComplete || p.elsewhere(a) {
			continue
		}
		if _, err := os.Lstat(a.Dir); err == nil {
			if info, err := os.Stat(a.Dir); err != nil || !info.IsDir() {
				return &hinted{fmt.Errorf("agent %s: %s is there, and is no folder", a.Name, a.Dir), "move it away, and pawl up clones origin"}
			}
			p.warnSharedClone(a)
			continue
		}
		url := p.originName()
		if url == p.cfg.Dir {
			return &hinted{fmt.Errorf("agent %s: its folder %s does not exist, and there is no origin to clone", a.Name, a.Dir),
				"set origin.url in pawl.yaml, or run git remote add " + p.cfg.Origin.Remote + " URL"}
		}
		if err := p.clone(ctx, a, url); err != nil {
			return fmt.Errorf("agent %s: %w", a.Name, err)
		}
		p.app.say("cloned origin into %s", a.Dir)
	}
	return nil
}

// homeFile is where a clone that `up` made says which pawl.yaml it belongs to: the
// one that lies in the clone itself is a copy, and no other loop.
var homeFile = filepath.Join(".git", "pawl-config")

// home is the pawl.yaml that the clone around a folder belongs to; "" when the
// folder is in none, or that file is gone.
func home(dir string) string {
	for ; ; dir = filepath.Dir(dir) {
		if text, err := os.ReadFile(filepath.Join(dir, homeFile)); err == nil {
			path := strings.TrimSpace(string(text))
			if info, err := os.Stat(path); err == nil && filepath.IsAbs(path) && info.Mode().IsRegular() {
				return path
			}
		}
		if _, err := os.Stat(filepath.Join(dir, config.Name)); err == nil || dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// clone makes the folder whole or not at all.
func (p *project) clone(ctx context.Context, a config.Agent, url string) error {
	if err := os.MkdirAll(filepath.Dir(a.Dir), 0o755); err != nil {
		return err
	}
	prefix := "." + filepath.Base(a.Dir) + ".clone-"
	if err := removeAbandoned(filepath.Dir(a.Dir), prefix); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(a.Dir), prefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return err
	}
	s := p.app.step("cloning origin into "+p.within(a.Dir), true)
	defer s.end()
	args := []string{"clone", "--progress"}
	if p.cfg.Origin.Branch != "" {
		args = append(args, "--branch", p.cfg.Origin.Branch)
	}
	plain, login := mirror.Login(url)
	err = git(ctx, p.cfg.Dir, login, s, append(args, "--", plain, tmp)...)
	if err == nil {
		err = keepLogin(tmp, plain, url)
	}
	for _, setting := range [][]string{{"user.name", a.Name}, {"user.email", a.Name + "@" + p.cfg.Project + ".invalid"}} {
		if err == nil {
			err = git(ctx, tmp, nil, s, append([]string{"config"}, setting...)...)
		}
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(tmp, homeFile), []byte(p.path+"\n"), 0o644)
	}
	if err == nil {
		err = os.Chmod(tmp, 0o755)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(tmp))
	}
	return os.Rename(tmp, a.Dir)
}

// removeAbandoned clears away clones that an `up` which was killed left half done.
// The process that makes one is in its name.
func removeAbandoned(dir, prefix string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		rest, ours := strings.CutPrefix(entry.Name(), prefix)
		pid, err := strconv.Atoi(strings.SplitN(rest, "-", 2)[0])
		if !ours || err != nil || !entry.IsDir() {
			continue
		}
		if _, _, alive, err := proc.Look(pid); alive || err != nil {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// within is a path as it is written in pawl.yaml, if it lies beside it.
func (p *project) within(path string) string {
	if short, ok := strings.CutPrefix(path, p.cfg.Dir+string(filepath.Separator)); ok {
		return short
	}
	return path
}

// withoutGit drops the variables that bind git to another repository, as hooks
// have them.
func withoutGit(env []string) []string {
	var out []string
	for _, kv := range env {
		if strings.HasPrefix(kv, "GIT_SSH") || !strings.HasPrefix(kv, "GIT_") {
			out = append(out, kv)
		}
	}
	return out
}

// remoteURL is the URL of a remote of the repository around dir; "" without
// one. A relative path counts from the top of the repository, as git has it.
func remoteURL(dir, remote string) string {
	url := gitAnswer(dir, "remote", "get-url", "--", remote)
	if url == "" || filepath.IsAbs(url) || strings.Contains(strings.SplitN(url, "/", 2)[0], ":") {
		return url // not a relative path: https://…, host:path
	}
	top := gitAnswer(dir, "rev-parse", "--show-toplevel")
	if top == "" {
		top = gitAnswer(dir, "rev-parse", "--absolute-git-dir") // it is bare
	}
	return filepath.Join(top, url)
}

// gitAnswer is what a quick git command prints, "" if it fails.
func gitAnswer(dir string, args ...string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = withoutGit(os.Environ())
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
