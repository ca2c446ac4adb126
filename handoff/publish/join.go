package publish

import (
	"context"
	"fmt"
	"strings"
)

// join puts the signal on a merge of the commits below it with origin's branch. A
// rebase makes the merges among them anew, and loses what was changed in one of them
// by hand. All is made aside before the branch moves, so nothing is left half-done.
func (c *Clone) join(ctx context.Context, at *place) error {
	fork, err := c.fork(ctx, at.now)
	if err != nil {
		return err
	}
	if stands, err := c.contains(ctx, c.tip, fork); err != nil {
		return err
	} else if !stands {
		return refuse("git rebase --rebase-merges --fork-point "+c.remote+"/"+c.branch+", see that what your merges changed is still there, and try again",
			"origin's branch %s was rewritten, and there are merges on what it was: what was taken away would come back with them", c.branch)
	}
	below, err := c.git.ask(ctx, "rev-parse", "--verify", at.made+"^")
	if err != nil {
		return err
	}
	base, err := c.merged(ctx, below)
	if err != nil {
		return err
	}
	whole, err := c.merged(ctx, at.made)
	if err != nil {
		return err
	}
	merge, err := c.object(ctx, call{stdin: "Merge branch '" + c.branch + "' of " + c.remote + "\n"}, base, below, c.tip)
	if err != nil {
		return err
	}
	again, err := c.git.ask(ctx, "log", "--max-count=1", "--no-show-signature", "--format=%an%n%ae%n%aI%n%B", at.made, "--")
	if err != nil {
		return err
	}
	lines := strings.SplitN(again, "\n", 4)
	if len(lines) != 4 {
		return fmt.Errorf("git log says %d things of commit %s, not 4", len(lines), at.made)
	}
	now, err := c.object(ctx, call{
		stdin: lines[3] + "\n", env: []string{"GIT_AUTHOR_NAME=" + lines[0], "GIT_AUTHOR_EMAIL=" + lines[1], "GIT_AUTHOR_DATE=" + lines[2]},
	}, whole, merge)
	if err != nil {
		return err
	}
	// What was changed here and not committed stays, and what is in the way is not lost.
	if _, err := c.git.ask(ctx, "reset", "--quiet", "--keep", now); err != nil {
		return c.conflict(c.pullMerge(), nil, err)
	}
	at.now = now
	return nil
}

// pullMerge is the command that brings a clone up to date that has merges of its own.
func (c *Clone) pullMerge() string { return "git pull --no-rebase " + c.remote + " " + c.branch }

// merged is the tree of a commit merged with origin's branch.
func (c *Clone) merged(ctx context.Context, commit string) (string, error) {
	out, err := c.git.run(ctx, call{limit: reading, args: []string{"merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", commit, c.tip}})
	switch exitCode(err) {
	case 0:
		return strings.TrimRight(out, "\x00"), err
	case 1: // conflicts: the tree, and the files
		return "", c.conflict(c.pullMerge(), strings.FieldsFunc(out, func(r rune) bool { return r == 0 })[1:], err)
	}
	// Before git 2.38 there was no merge without a working tree.
	return "", c.conflict(c.pullMerge(), nil, err)
}

// object writes a commit that no branch has, signed if the clone's commits are.
func (c *Clone) object(ctx context.Context, with call, tree string, parents ...string) (string, error) {
	with.limit, with.args = quick, []string{"commit-tree", tree}
	for _, p := range parents {
		with.args = append(with.args, "-p", p)
	}
	signs, err := c.git.ask(ctx, "config", "--type=bool", "--get", "commit.gpgSign")
	if err != nil && exitCode(err) == 0 {
		return "", err
	}
	if signs == "true" {
		with.args = append(with.args, "-S")
	}
	return c.git.run(ctx, with)
}
