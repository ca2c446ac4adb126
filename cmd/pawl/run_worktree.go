package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	branch, tree := "pawl/"+r.ID, filepath.Join(top+".worktrees", r.ID)
	if _, err := gitSays(ctx, top, "worktree", "add", "--quiet", "-b", branch, tree, r.Base); err != nil {
		return fmt.Errorf("--worktree: %w", err)
	}
	r.Repo, r.Branch, r.Dir = top, branch, filepath.Join(tree, inner)
	return nil
}

// worktree is the folder of a run's own worktree.
func worktree(r ledger.Run) string { return filepath.Join(r.Repo+".worktrees", r.ID) }

// dropWorktree removes a run's worktree and branch. Without force it does not, and says
// why, where that would lose something.
func dropWorktree(ctx context.Context, r ledger.Run, force bool) error {
	if r.Repo == "" {
		return nil
	}
	tree := worktree(r)
	if _, err := os.Stat(r.Repo); err != nil {
		return nil // with its repository it is gone
	}
	if !force {
		if err := unmerged(ctx, r); err != nil {
			return err
		}
	}
	_, err := gitSays(ctx, r.Repo, "worktree", "remove", "--force", tree)
	if _, gone := os.Stat(tree); gone != nil {
		_, err = gitSays(ctx, r.Repo, "worktree", "prune")
	}
	if err != nil {
		return err
	}
	_, err = gitSays(ctx, r.Repo, "update-ref", "-d", "refs/heads/"+r.Branch)
	return err
}

// unmerged says what of a run's work is nowhere else. What git does not answer counts
// as something that would be lost.
func unmerged(ctx context.Context, r ledger.Run) error {
	hint := "merge branch " + r.Branch + ", or pawl rm --force " + r.ID
	tree := worktree(r)
	if _, err := os.Stat(tree); err == nil {
		changes, err := gitSays(ctx, tree, "status", "--porcelain")
		if err != nil || changes != "" {
			return &hinted{errors.Join(fmt.Errorf("worktree %s has changes that are not committed", tree), err), hint}
		}
	}
	refs, err := gitSays(ctx, r.Repo, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/"+r.Branch)
	if err != nil {
		return err
	}
	tip, _, _ := strings.Cut(refs, " ")
	if tip == "" || tip == r.Base {
		return nil
	}
	having, err := gitSays(ctx, r.Repo, "for-each-ref", "--contains", tip, "--format=%(refname)")
	if err != nil {
		return err
	}
	for line := range strings.Lines(having) {
		if ref := strings.TrimSpace(line); ref != "" && ref != "refs/heads/"+r.Branch {
			return nil
		}
	}
	return &hinted{fmt.Errorf("branch %s has commits that no other branch has", r.Branch), hint}
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
