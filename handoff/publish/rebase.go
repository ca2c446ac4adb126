package publish

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pawl/handoff"
)

// rebase puts what is not on origin's branch on top of it, but for what a rewrite of
// the branch took away. Where that cannot be
// done, the clone is as it was before it was tried.
func (c *Clone) rebase(ctx context.Context, s *signal, at *place) error {
	if err := c.apart(ctx, at); err != nil {
		return err
	}
	args := []string{
		"-c", "rebase.updateRefs=false", "-c", "rebase.autoSquash=false",
		"rebase", "--quiet", "--merge", "--autostash", "--reapply-cherry-picks", "--empty=keep",
	}
	merges, err := c.git.ask(ctx, append([]string{"rev-list", "--max-count=1", "--merges", at.now}, without(c.tip)...)...)
	if err != nil {
		return err
	}
	if merges != "" {
		args = append(args, "--rebase-merges")
	}
	if _, err = c.git.run(ctx, call{limit: hooked, args: append(args, "--fork-point", c.tracking())}); err != nil {
		return c.abort(ctx, err)
	}
	if at.now, err = c.git.ask(ctx, "rev-parse", "--verify", "HEAD"); err != nil {
		return err
	}
	return c.still(ctx, s, at)
}

// apart refuses a rebase that would have to merge what is not committed: git puts
// that aside and back again, which is certain only where nothing else changed it.
func (c *Clone) apart(ctx context.Context, at *place) error {
	t, err := c.changes(ctx)
	if err != nil || len(t.unstaged) == 0 {
		return err
	}
	out, err := c.git.run(ctx, call{limit: reading, args: []string{"diff", "--name-only", "-z", "--no-renames", at.now + "..." + c.tip, "--"}})
	if exitCode(err) > 0 {
		return refuse("git stash, and try again", "origin's branch %s has no commit in common with this clone's", c.branch)
	}
	if err != nil {
		return err
	}
	theirs := strings.Split(out, "\x00")
	clash := slices.DeleteFunc(slices.Clone(t.unstaged), func(f string) bool { return !touches(theirs, f) })
	if len(clash) == 0 {
		return nil
	}
	return refuse("commit them, or git stash them, and try again",
		"origin's branch %s moved and changes files that have changes here which are not committed: %s", c.branch, named(clash))
}

// touches says that one of the paths is file, or a folder where file was, or the
// other way round.
func touches(paths []string, file string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		return p == file || strings.HasPrefix(p, file+"/") || p != "" && strings.HasPrefix(file, p+"/")
	})
}

// abort ends a rebase that stopped, and says why it did.
func (c *Clone) abort(ctx context.Context, failed error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	out, err := c.git.ask(ctx, "diff", "--name-only", "-z", "--diff-filter=U")
	if err != nil {
		return err
	}
	conflicts := strings.FieldsFunc(out, func(r rune) bool { return r == 0 })
	if c.underWay(ctx) != nil {
		if _, err := c.git.ask(ctx, "rebase", "--abort"); err != nil {
			return fmt.Errorf("a rebase stopped and could not be ended; end it with git rebase --abort: %w", err)
		}
	}
	hint := "git pull --rebase " + c.remote + " " + c.branch + ", resolve what conflicts, and try again"
	if len(conflicts) == 0 {
		return refuse(hint, "origin's branch %s moved, and your commits cannot be put on top of it: %v", c.branch, failed)
	}
	return refuse(hint, "origin's branch %s moved, and your commits conflict with it in %s; nothing was committed or pushed", c.branch, named(conflicts))
}

// still sees to it that the rebase has left the signal on top: a hook may do
// anything.
func (c *Clone) still(ctx context.Context, s *signal, at *place) error {
	is, err := c.recorded(ctx, at.now)
	if err == nil && is != s.recorded() {
		err = refuse("look at .git/hooks and at git log", "after the rebase the signal is not on top any more, but %q is", handoff.Clean(is.subject, 200))
	}
	return err
}
