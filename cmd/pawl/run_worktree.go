package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pawl/loop/ledger"
)

// gitPatience bounds one git command about a worktree.
const gitPatience = time.Minute

// addWorktree gives a run a worktree of the repository around its folder, on a branch of
// its own. It lies beside that repository: what is in it survives the state directory.
func addWorktree(ctx context.Context, r *ledger.Run) error {
	top := gitAnswer(r.Dir, "rev-parse", "--show-toplevel")
	if top == "" || r.Base == "" {
		return &hinted{&invalidError{fmt.Errorf("--worktree: %s is in no git repository with a commit", r.Dir)}, "name one with --dir"}
	}
	inner, err := filepath.Rel(top, r.Dir)
	if err != nil {
		return err
	}
	// The first is the repository itself: another run's worktree may be removed before.
	list, err := gitSays(ctx, top, "worktree", "list", "--porcelain")
	if err != nil {
		return fmt.Errorf("--worktree: %w", err)
	}
	first, _, _ := strings.Cut(list, "\n")
	own := *r
	own.Repo, own.Branch = strings.TrimPrefix(first, "worktree "), "pawl/"+r.ID
	tree := worktree(own)
	own.Dir = filepath.Join(tree, inner)
	if _, err := gitSays(ctx, top, "worktree", "add", "--quiet", "-b", own.Branch, tree, r.Base); err != nil {
		return fmt.Errorf("--worktree: %w", err)
	}
	if _, err := os.Stat(own.Dir); err != nil {
		return errors.Join(&hinted{&invalidError{fmt.Errorf("--worktree: %s is in no commit", r.Dir)}, "commit it, or name another folder with --dir"},
			dropWorktree(context.WithoutCancel(ctx), own))
	}
	*r = own
	return nil
}

// worktree is the folder of a run's own worktree.
func worktree(r ledger.Run) string { return filepath.Join(r.Repo+".worktrees", r.ID) }

// dropWorktree removes a run's worktree and branch, with all that is in them.
func dropWorktree(ctx context.Context, r ledger.Run) error {
	if gone(r) {
		return nil
	}
	tree := worktree(r)
	_, err := gitSays(ctx, r.Repo, "worktree", "remove", "--force", tree)
	if _, missing := os.Stat(tree); missing != nil {
		_, err = gitSays(ctx, r.Repo, "worktree", "prune")
	}
	if err != nil {
		return err
	}
	_, err = gitSays(ctx, r.Repo, "update-ref", "-d", "refs/heads/"+r.Branch)
	return err
}

// gone says that a run has no worktree, or none any more as its repository is not there.
func gone(r ledger.Run) bool {
	if r.Repo == "" {
		return true
	}
	_, err := os.Stat(r.Repo)
	return errors.Is(err, fs.ErrNotExist)
}

// unmerged says what of a run's work is nowhere else. What git does not answer counts
// as something that would be lost.
func unmerged(ctx context.Context, r ledger.Run) error {
	if gone(r) {
		return nil
	}
	hint := "merge branch " + r.Branch + ", or pawl rm --force " + r.ID
	tree := worktree(r)
	tips := map[string]string{}
	if _, err := os.Stat(tree); err == nil {
		// Whatever the user's settings hide from a status is there all the same.
		changes, err := gitSays(ctx, tree, "status", "--porcelain", "--untracked-files=all", "--ignore-submodules=none")
		if err != nil || changes != "" {
			return &hinted{errors.Join(fmt.Errorf("worktree %s has changes that are not committed", tree), err), hint}
		}
		if tips["what is checked out in "+tree], err = gitSays(ctx, tree, "rev-parse", "HEAD"); err != nil {
			return err
		}
	}
	tip, err := gitSays(ctx, r.Repo, "for-each-ref", "--format=%(objectname)", "refs/heads/"+r.Branch)
	if err != nil {
		return err
	}
	tips["branch "+r.Branch] = tip
	for what, tip := range tips {
		if tip == "" || tip == r.Base {
			continue
		}
		having, err := gitSays(ctx, r.Repo, "for-each-ref", "--contains", tip, "--format=%(refname)")
		if err != nil {
			return err
		}
		others := slices.DeleteFunc(strings.Fields(having), func(ref string) bool { return ref == "refs/heads/"+r.Branch })
		if len(others) == 0 {
			return &hinted{fmt.Errorf("%s has commits that no other branch has", what), hint}
		}
	}
	return nil
}

// gitSays is what one git command printed; its error is what git complained of.
func gitSays(ctx context.Context, dir string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	out, err := ask(ctx, question{program: "git", args: args, dir: dir, env: withoutGit(os.Environ())})
	if err != nil {
		return "", fmt.Errorf("git %s: %w", strings.Join(args[:min(2, len(args))], " "), err)
	}
	return strings.TrimSpace(out), nil
}
