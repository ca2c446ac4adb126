package publish

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"pawl/handoff"
)

// rebase puts what is not on origin's branch on top of it, but for what a rewrite of
// the branch took away. Where that cannot be done, the clone is as it was before it
// was tried.
func (c *Clone) rebase(ctx context.Context, s *signal, at *place) error {
	if err := c.apart(ctx, at); err != nil {
		return err
	}
	merges, err := c.git.ask(ctx, append([]string{"rev-list", "--max-count=1", "--merges", at.now}, without(c.tip)...)...)
	switch {
	case err != nil:
		return err
	case merges != "":
		err = c.join(ctx, at)
	default:
		err = c.move(ctx, at)
	}
	if err != nil {
		return err
	}
	return c.still(ctx, s, at)
}

// move has git rebase commits none of which is a merge.
func (c *Clone) move(ctx context.Context, at *place) error {
	stash, err := c.stashed(ctx)
	if err != nil {
		return err
	}
	_, err = c.git.run(ctx, call{limit: hooked, args: []string{
		"rebase", "--quiet", "--merge", "--autostash", "--reapply-cherry-picks", "--empty=keep", "--fork-point", c.tracking(),
	}})
	if err != nil {
		return c.abort(ctx, stash, err)
	}
	from := at.now
	if at.now, err = c.git.ask(ctx, "rev-parse", "--verify", "HEAD"); err != nil {
		return err
	}
	after, err := c.stashed(ctx)
	if err != nil || after == stash {
		return err
	}
	// Git could not put back what it put aside, keeps it in the stash, and calls that
	// success. On top of the commits that it was made on it fits.
	if _, err := c.git.ask(ctx, "reset", "--quiet", "--merge", from); err != nil {
		return fmt.Errorf("changes that were not committed are in git stash, and the clone could not be taken back to commit %s, on which they fit: %w", from, err)
	}
	at.now = from
	if err := c.unstash(ctx); err != nil {
		return err
	}
	return refuse("commit them, or git stash them, and try again",
		"origin's branch %s moved, and changes here which are not committed do not fit on top of it", c.branch)
}

// stashed is the newest entry of the stash; "" if there is none.
func (c *Clone) stashed(ctx context.Context) (string, error) {
	out, err := c.git.ask(ctx, "rev-parse", "--verify", "--quiet", "refs/stash")
	if exitCode(err) == 1 {
		return "", nil
	}
	return out, err
}

// unstash puts back what a rebase put aside and left in the stash.
func (c *Clone) unstash(ctx context.Context) error {
	if _, err := c.git.ask(ctx, "stash", "pop", "--quiet"); err != nil {
		return fmt.Errorf("changes that were not committed are in git stash, and git stash pop did not bring them back: %w", err)
	}
	return nil
}

// apart refuses a rebase that would have to merge what is not committed: git puts
// that aside and back again, which is certain only where nothing else changed it.
func (c *Clone) apart(ctx context.Context, at *place) error {
	t, err := c.changes(ctx)
	if err != nil || len(t.unstaged) == 0 {
		return err
	}
	ranges := []string{at.now + "..." + c.tip}
	fork, err := c.fork(ctx, at.now)
	if err != nil {
		return err
	}
	if fork != "" {
		ranges = append(ranges, fork+".."+c.tip) // with what a rewrite of the branch took away
	}
	var theirs []string
	for _, between := range ranges {
		out, err := c.git.run(ctx, call{limit: reading, args: []string{"diff", "--name-only", "-z", "--no-renames", between, "--"}})
		if exitCode(err) > 0 {
			return refuse("git stash, and try again", "origin's branch %s has no commit in common with this clone's", c.branch)
		}
		if err != nil {
			return err
		}
		theirs = append(theirs, strings.Split(out, "\x00")...)
	}
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

// abort ends a rebase that stopped, and says why it did. stash is the newest entry
// of the stash as it was before.
func (c *Clone) abort(ctx context.Context, stash string, failed error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	out, err := c.git.ask(ctx, "diff", "--name-only", "-z", "--diff-filter=U")
	if err != nil {
		return err
	}
	if c.underWay(ctx) != nil {
		end := "--abort"
		if headless(filepath.Join(c.dir, "rebase-merge")) {
			end = "--quit"
		}
		if _, err := c.git.ask(ctx, "rebase", end); err != nil {
			return fmt.Errorf("a rebase stopped and could not be ended; end it with git rebase %s: %w", end, err)
		}
	}
	after, err := c.stashed(ctx)
	if err == nil && after != stash {
		err = c.unstash(ctx)
	}
	if err != nil {
		return err
	}
	return c.conflict(c.pull(), strings.FieldsFunc(out, func(r rune) bool { return r == 0 }), failed)
}

// pull is the command that brings a clone up to date with origin.
func (c *Clone) pull() string { return "git pull --rebase " + c.remote + " " + c.branch }

// conflict refuses commits that do not fit on top of origin's branch.
func (c *Clone) conflict(pull string, files []string, failed error) error {
	hint := pull + ", resolve what conflicts, and try again"
	if len(files) == 0 {
		return refuse(hint, "origin's branch %s moved, and your commits cannot be put on top of it: %v", c.branch, failed)
	}
	return refuse(hint, "origin's branch %s moved, and your commits conflict with it in %s; nothing was committed or pushed", c.branch, named(files))
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
