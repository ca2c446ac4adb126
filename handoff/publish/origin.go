package publish

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"pawl/handoff"
)

// findRemote finds the remote of the clone that leads to origin.
func (c *Clone) findRemote(ctx context.Context) error {
	out, err := c.git.ask(ctx, "remote")
	if err != nil {
		return err
	}
	names := strings.Fields(out)
	slices.SortStableFunc(names, func(a, b string) int { // the usual one first
		switch c.opt.Remote {
		case a:
			return -1
		case b:
			return 1
		}
		return 0
	})
	for _, name := range names {
		if c.opt.IsOrigin == nil && name != c.opt.Remote {
			continue
		}
		is, err := c.leads(ctx, name)
		if err != nil {
			return err
		}
		if is {
			c.remote = name
			return c.pushes(ctx)
		}
	}
	hint := "git remote add " + c.opt.Remote + " URL"
	if len(names) > 0 {
		hint = "cd into a clone of origin, or " + hint
	}
	return refuse(hint, "no remote of the clone %s leads to origin, %s", c.top, c.opt.Origin)
}

// leads says that a remote leads to origin, by the URL that is written in the clone
// or by what the user's settings (url.*.insteadOf) make of it.
func (c *Clone) leads(ctx context.Context, name string) (bool, error) {
	for _, args := range [][]string{{"remote", "get-url", "--", name}, {"config", "--get", "remote." + name + ".url"}} {
		url, err := c.git.ask(ctx, args...)
		if err != nil && exitCode(err) == 0 {
			return false, err
		}
		if url != "" && (c.opt.IsOrigin == nil || c.opt.IsOrigin(absolute(c.top, url))) {
			return true, nil
		}
	}
	return false, nil
}

// pushes refuses a remote that fetches from origin and pushes to somewhere else:
// what went there would reach nobody. Without a pushurl of its own it pushes to
// where it fetches from.
func (c *Clone) pushes(ctx context.Context) error {
	set, err := c.git.ask(ctx, "config", "--get-all", "remote."+c.remote+".pushurl")
	if exitCode(err) == 1 || c.opt.IsOrigin == nil {
		return nil
	}
	if err != nil {
		return err
	}
	used, err := c.git.ask(ctx, "remote", "get-url", "--push", "--all", "--", c.remote)
	if err != nil {
		return err
	}
	becomes := strings.Split(used, "\n") // in the same order
	for i, url := range strings.Split(set, "\n") {
		if !c.opt.IsOrigin(absolute(c.top, url)) && (i >= len(becomes) || !c.opt.IsOrigin(absolute(c.top, becomes[i]))) {
			return refuse("git config --unset-all remote."+c.remote+".pushurl",
				"remote %s of this clone leads to origin, %s, and pushes to somewhere else", c.remote, c.opt.Origin)
		}
	}
	return nil
}

// absolute makes a path out of a relative one, which counts from the top of the
// working tree.
func absolute(top, url string) string {
	first, _, _ := strings.Cut(url, "/")
	if filepath.IsAbs(url) || strings.Contains(first, ":") {
		return url
	}
	return filepath.Join(top, url)
}

// findBranch finds the watched branch, and refuses another one: what is committed
// there would reach nobody.
func (c *Clone) findBranch(ctx context.Context) error {
	c.branch = strings.TrimPrefix(c.opt.Branch, "refs/heads/")
	if c.branch == "" {
		var err error
		if c.branch, err = c.headOfRemote(ctx); err != nil {
			return err
		}
	}
	if c.branch == "" || c.branch == c.local {
		c.branch = c.local // an empty origin gets its first branch
		return nil
	}
	merge, err := c.git.ask(ctx, "config", "--get", "branch."+c.local+".merge")
	if err != nil && exitCode(err) == 0 {
		return err
	}
	remote, err := c.git.ask(ctx, "config", "--get", "branch."+c.local+".remote")
	if err != nil && exitCode(err) == 0 {
		return err
	}
	if merge == "refs/heads/"+c.branch && remote == c.remote {
		return nil
	}
	return refuse("git switch "+c.branch+", and bring your commits there with git cherry-pick or git merge",
		"branch %s is checked out, and the one that is watched is %s", handoff.Clean(c.local, handoff.MaxLabel), c.branch)
}

// headOfRemote is the branch that the remote's HEAD names: as the clone has it on
// record, else as the remote says; "" where it names none.
func (c *Clone) headOfRemote(ctx context.Context) (string, error) {
	prefix := "refs/remotes/" + c.remote + "/"
	head, err := c.git.ask(ctx, "symbolic-ref", "--quiet", prefix+"HEAD")
	if err == nil {
		return strings.TrimPrefix(head, prefix), nil
	}
	if exitCode(err) == 0 {
		return "", err
	}
	out, err := c.git.run(ctx, call{limit: network, args: []string{"ls-remote", "--symref", "--", c.remote, "HEAD"}})
	if err != nil {
		return "", c.unreachable(err)
	}
	for line := range strings.Lines(out) {
		if ref, ok := strings.CutPrefix(line, "ref: refs/heads/"); ok {
			name, _, _ := strings.Cut(ref, "\t")
			return name, nil
		}
	}
	return "", nil
}

// unreachable says what a fetch that failed means.
func (c *Clone) unreachable(err error) error {
	switch {
	case exitCode(err) == 0 && errors.Is(err, context.Canceled):
		return err
	case forbidden(err):
		return unwritable(c.dir, err)
	case locked(err):
		return refuse("wait for it and try again; if no git runs in this clone, remove the .lock file that is named",
			"another git has locked this clone; nothing was committed: %v", err)
	}
	return refuse("try again once it answers; nothing was committed", "origin %s cannot be reached: %v", c.opt.Origin, err)
}

// locked says that git found a lock of another git in this clone, or lost a race
// against it.
func locked(err error) bool {
	var failed *gitError
	return errors.As(err, &failed) && !forbidden(err) &&
		(strings.Contains(failed.said, "cannot lock ref") || strings.Contains(failed.said, ".lock'"))
}

// forbidden says that git was not let write into this clone. Of ssh's complaints
// none has a quoted path before it.
func forbidden(err error) bool {
	var failed *gitError
	return errors.As(err, &failed) && (strings.Contains(failed.said, "insufficient permission") ||
		strings.Contains(failed.said, "': Permission denied") || strings.Contains(failed.said, ": Read-only file system"))
}

func (c *Clone) tracking() string { return "refs/remotes/" + c.remote + "/" + c.branch }

// maxLocked is how often a fetch is tried that finds a lock of another git, which
// takes moments: three seconds or so in all.
const maxLocked = 8

// fetch brings what is on origin's branch now, as git fetch does.
func (c *Clone) fetch(ctx context.Context) error {
	for n := 1; ; n++ {
		err := c.fetchOnce(ctx)
		if !locked(err) || n == maxLocked {
			return err
		}
		if err := pause(ctx, n); err != nil {
			return err
		}
	}
}

func (c *Clone) fetchOnce(ctx context.Context) error {
	_, err := c.git.run(ctx, call{limit: network, args: []string{
		"fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--",
		c.remote, "+refs/heads/" + c.branch + ":" + c.tracking(),
	}})
	var failed *gitError
	if errors.As(err, &failed) && strings.Contains(failed.said, "couldn't find remote ref") {
		c.tip = "" // the first push makes the branch
		return nil
	}
	if err != nil {
		return err
	}
	c.tip, err = c.git.ask(ctx, "rev-parse", "--verify", "--quiet", c.tracking()+"^{commit}")
	return err
}

// remoteTip asks where origin's branch stands, and writes nothing; "" is nowhere.
func (c *Clone) remoteTip(ctx context.Context) (string, error) {
	out, err := c.git.run(ctx, call{limit: network, args: []string{"ls-remote", "--", c.remote, "refs/heads/" + c.branch}})
	hash, _, _ := strings.Cut(out, "\t")
	return hash, err
}

// fork is the commit of origin's branch that commit was made on, though a rewrite
// may have taken it away since; "" where none is known.
func (c *Clone) fork(ctx context.Context, commit string) (string, error) {
	out, err := c.git.ask(ctx, "merge-base", "--fork-point", c.tracking(), commit)
	if exitCode(err) == 1 {
		return "", nil
	}
	return out, err
}

// ahead counts the commits that are not on origin's branch, and never were: one
// that a rewrite of the branch took away is nobody's work any more.
func (c *Clone) ahead(ctx context.Context) (int, error) {
	args := []string{"rev-list", "--count", "HEAD"}
	if c.tip != "" {
		fork, err := c.fork(ctx, "HEAD")
		if err != nil {
			return 0, err
		}
		if fork != "" {
			args = append(args, "^"+fork)
		}
	}
	out, err := c.git.ask(ctx, append(args, without(c.tip)...)...)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(out)
}

// without leaves a commit and its ancestors out of a list; "" leaves out nothing.
func without(commit string) []string {
	if commit == "" {
		return []string{"--"}
	}
	return []string{"^" + commit, "--"}
}

// contains says that ancestor is commit or an ancestor of it.
func (c *Clone) contains(ctx context.Context, commit, ancestor string) (bool, error) {
	if ancestor == "" || ancestor == commit {
		return true, nil
	}
	_, err := c.git.ask(ctx, "merge-base", "--is-ancestor", ancestor, commit)
	if exitCode(err) == 1 {
		return false, nil
	}
	return err == nil, err
}
