package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// formerPath is where the repository's own core.hooksPath is kept while pawl's
// stands in its place.
const formerPath = "pawl.hooksPath"

// forwarded are the hooks that pawl's folder calls whether they are there or
// not, so that one which is written later runs.
var forwarded = []string{
	"applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg", commitMsg, "post-commit",
	"pre-rebase", "post-checkout", "post-merge", prePush, "post-rewrite", "pre-auto-gc",
}

// forwardedIfThere are called only where they are there by now: git calls them
// very often, or does something else because there is one.
var forwardedIfThere = []string{
	"pre-receive", "update", "proc-receive", postReceive, "post-update", referenceTransaction, "push-to-checkout", "post-index-change",
	"fsmonitor-watchman", "sendemail-validate", "p4-changelist", "p4-prepare-changelist", "p4-post-changelist", "p4-pre-submit",
}

// installRedirect makes the folder of pawl's, which calls the hooks of the one that
// git used so far, and has git use it.
func (r *Repo) installRedirect(ctx context.Context, o Options) error {
	if err := r.checkOwn(o.Force); err != nil {
		return err
	}
	if err := os.MkdirAll(r.own(), 0o755); err != nil {
		return err
	}
	folder := r.hooksPath // relative as it may be: each worktree has its own, then
	if folder == "" {
		folder = filepath.Join(r.Common, "hooks")
	}
	names := slices.Concat(r.names(), forwarded)
	for _, name := range forwardedIfThere {
		if exists(filepath.Join(r.effective, name)) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		s := script{Record: Record{Hook: name, Theirs: folder}, theirs: r.forwardExpression(name, folder)}
		if slices.Contains(r.names(), name) {
			s = o.script(name, s.theirs, folder)
		} else {
			s.Hook = forwardName(name)
		}
		if err := writeScript(filepath.Join(r.own(), name), s); err != nil {
			return err
		}
	}
	return r.redirect(ctx)
}

// forwardExpression is the user's hook to a script in pawl's folder. Where it is in
// the repository itself the path counts from the script's own.
func (r Repo) forwardExpression(name, folder string) string {
	if folder == filepath.Join(r.Common, "hooks") {
		return `"${0%/*}"` + quote("/../hooks/"+name)
	}
	return quote(folder + "/" + name)
}

// forwardName is what a script that only forwards says it is: it must not be
// taken for pawl's hook of that name.
func forwardName(name string) string { return "forward " + name }

// redirect sets core.hooksPath, and takes it back if something else overrules it.
func (r *Repo) redirect(ctx context.Context) error {
	former, err := r.setting(ctx, "--local", "--get", "core.hooksPath")
	if err != nil {
		return err
	}
	if former != "" {
		if _, err := r.ask(ctx, "config", "--local", formerPath, former); err != nil {
			return err
		}
	}
	if _, err := r.ask(ctx, "config", "--local", "core.hooksPath", r.own()); err != nil {
		return err
	}
	if err := r.readHooksPath(ctx); err != nil || r.effective == r.own() {
		return err
	}
	now := r.effective
	return errors.Join(fmt.Errorf("core.hooksPath is %s whatever the repository's own configuration says; set it there with git config --local, or use git 2.54", now),
		r.removeRedirect(ctx, true))
}

// redirected says whether the repository's own core.hooksPath is pawl's folder. In
// a copy or after a move it is that of the other place.
func (r Repo) redirected(ctx context.Context) (bool, error) {
	value, err := r.setting(ctx, "--local", "--type=path", "--get", "core.hooksPath")
	return value == r.own() || filepath.IsAbs(value) && filepath.Base(value) == ownName, err
}

// removeRedirect has git use the former folder again, and removes pawl's.
func (r Repo) removeRedirect(ctx context.Context, force bool) error {
	here, err := r.redirected(ctx)
	if err != nil || !here {
		return err
	}
	if err := r.checkOwn(force); err != nil {
		return err
	}
	former, err := r.setting(ctx, "--local", "--get", formerPath)
	if err != nil {
		return err
	}
	if former != "" {
		_, err = r.ask(ctx, "config", "--local", "core.hooksPath", former)
	} else {
		_, err = r.ask(ctx, "config", "--local", "--unset", "core.hooksPath")
	}
	if err == nil && former != "" {
		_, err = r.ask(ctx, "config", "--local", "--remove-section", "pawl")
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(r.own())
}

// checkOwn is a *ChangedError if somebody changed a script in pawl's folder.
func (r Repo) checkOwn(force bool) error {
	entries, err := os.ReadDir(r.own())
	if errors.Is(err, fs.ErrNotExist) || force {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(r.own(), e.Name())
		_, whose, err := readScript(path)
		if err != nil {
			return err
		}
		if whose != ours && !strings.HasPrefix(e.Name(), ".new-") {
			return &ChangedError{path}
		}
	}
	return nil
}
