package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pawl/handoff"
)

// find finds the working tree and returns its git folder.
func (c *Clone) find(ctx context.Context) (string, error) {
	out, err := c.git.ask(ctx, "rev-parse", "--is-inside-work-tree")
	switch {
	case exitCode(err) > 0:
		return "", refuse("cd into your clone of origin", "%s is in no git repository that can be used: %v", c.opt.Dir, err)
	case err != nil:
		return "", err
	case out != "true":
		return "", refuse("cd into your clone of origin", "%s is in no working tree of a git repository", c.opt.Dir)
	}
	out, err = c.git.ask(ctx, "rev-parse", "--path-format=absolute", "--git-dir", "--show-toplevel")
	dir, top, ok := strings.Cut(out, "\n")
	if err != nil || !ok {
		return "", fmt.Errorf("find the working tree around %s: %w", c.opt.Dir, err)
	}
	c.top, c.git.dir = top, top
	return dir, nil
}

// ready refuses a clone in a state that cannot be published from, and finds out
// what is published, and where to.
func (c *Clone) ready(ctx context.Context) error {
	if err := c.underWay(ctx); err != nil {
		return err
	}
	ref, err := c.git.ask(ctx, "symbolic-ref", "--quiet", "HEAD")
	if exitCode(err) == 1 {
		return refuse("check out the branch with git switch BRANCH; git switch -c NAME keeps what was committed here", "HEAD is detached: no branch is checked out")
	}
	if err != nil {
		return err
	}
	c.local = strings.TrimPrefix(ref, "refs/heads/")
	if _, err := c.git.ask(ctx, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"); exitCode(err) > 0 {
		return refuse("make a first commit with git commit", "branch %s has no commit yet", handoff.Clean(c.local, handoff.MaxLabel))
	} else if err != nil {
		return err
	}
	if err := c.identity(ctx); err != nil {
		return err
	}
	if err := c.findRemote(ctx); err != nil {
		return err
	}
	return c.findBranch(ctx)
}

// operations are what git leaves behind while something is under way, and what
// ends that. A rebase comes before what may stop it.
var operations = []struct{ file, name, end string }{
	{"rebase-merge", "a rebase", "git rebase --continue or --abort"},
	{"rebase-apply", "a rebase", "git rebase --continue or --abort; git am --abort if it is one"},
	{"CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --continue or --abort"},
	{"REVERT_HEAD", "a revert", "git revert --continue or --abort"},
	{"MERGE_HEAD", "a merge", "git merge --continue or --abort"},
	{"BISECT_LOG", "a bisection", "git bisect reset"},
}

func (c *Clone) underWay(ctx context.Context) error {
	args := []string{"rev-parse", "--path-format=absolute"}
	for _, op := range operations {
		args = append(args, "--git-path", op.file)
	}
	out, err := c.git.ask(ctx, args...)
	if err != nil {
		return err
	}
	for i, path := range strings.Split(out, "\n") {
		if _, err := os.Lstat(path); err != nil || i >= len(operations) {
			continue
		}
		end := operations[i].end
		if i == 0 && headless(path) {
			end = "git rebase --quit"
			if _, err := os.Lstat(filepath.Join(path, "autostash")); err == nil {
				end += ", then git stash pop"
			}
		}
		return refuse("end it with "+end, "%s is under way in this clone", operations[i].name)
	}
	return nil
}

// headless says that a rebase has nothing on record but what it put aside: git can
// neither go on with it nor abort it.
func headless(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, "head-name"))
	return errors.Is(err, fs.ErrNotExist)
}

// identity refuses to commit in the name of nobody: git would make one up from
// the machine's name.
func (c *Clone) identity(ctx context.Context) error {
	for _, name := range []string{"GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"} {
		who, err := c.git.run(ctx, call{limit: quick, config: []string{"user.useConfigOnly=true"}, args: []string{"var", name}})
		if exitCode(err) > 0 {
			return refuse("git config user.name NAME && git config user.email ADDRESS", "git does not know who commits here")
		}
		if err != nil {
			return err
		}
		if name == "GIT_AUTHOR_IDENT" { // NAME <ADDRESS> SECONDS ZONE
			c.author = who[strings.LastIndexByte(who, '<')+1 : max(strings.LastIndexByte(who, '>'), strings.LastIndexByte(who, '<')+1)]
		}
	}
	return nil
}

// tree is what is changed in the working tree and not committed, by path.
type tree struct {
	staged   []string
	unstaged []string // tracked files only
	both     []string // staged, and changed again since
}

// changes looks at index and files. Unmerged files are refused.
func (c *Clone) changes(ctx context.Context) (tree, error) {
	out, err := c.git.ask(ctx, "status", "--porcelain=v2", "-z", "--untracked-files=no", "--no-renames", "--ignore-submodules=dirty")
	if err != nil {
		return tree{}, err
	}
	var t tree
	var unmerged []string
	for entry := range strings.SplitSeq(out, "\x00") {
		// "1 XY sub mH mI mW hH hI path", and two fields more where it is unmerged.
		fields := strings.SplitN(entry, " ", 9)
		if len(fields) < 9 || len(fields[1]) != 2 {
			continue
		}
		if fields[0] == "u" {
			unmerged = append(unmerged, entry[strings.LastIndexByte(entry, ' ')+1:])
			continue
		}
		index, file := fields[1][0] != '.', fields[1][1] != '.'
		if index {
			t.staged = append(t.staged, fields[8])
		}
		if file {
			t.unstaged = append(t.unstaged, fields[8])
		}
		if index && file {
			t.both = append(t.both, fields[8])
		}
	}
	if len(unmerged) > 0 {
		return t, refuse("resolve them and git add them, or git reset", "files are not merged: %s", named(unmerged))
	}
	return t, nil
}

// meant refuses an index that is older than the files it is of: what would be
// committed is most often not what was tried last.
func (t tree) meant(staged bool) error {
	if staged || len(t.both) == 0 {
		return nil
	}
	return refuse("git add them again, or commit what is staged with --staged", "staged files were changed since: %s", named(t.both))
}

// onlyNotes refuses a review that brings along a change of what is reviewed.
func (c *Clone) onlyNotes(t tree, staged bool) error {
	if staged || c.opt.Note == nil {
		return nil
	}
	others := slices.DeleteFunc(slices.Clone(t.staged), c.opt.Note)
	if len(others) == 0 {
		return nil
	}
	return refuse("git restore --staged FILES, or commit them with it by --staged",
		"a review would change what it is of: staged are %s", named(others))
}
