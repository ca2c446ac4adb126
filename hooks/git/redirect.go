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

// installRedirect makes the folder of pawl's, which calls the hooks of the one that
// git used so far, and has git use it.
func (r *Repo) installRedirect(ctx context.Context, o Options) error {
	if err := r.checkOwn(o.Force); err != nil {
		return err
	}
	if err := os.MkdirAll(r.own(), 0o755); err != nil {
		return err
	}
	outside, err := r.outside(ctx)
	if err != nil {
		return err
	}
	inside := r.hooksPath // relative as it may be: each worktree has its own, then
	if inside == "" {
		inside = outside
	}
	names := slices.Concat(r.names(), forwarded)
	for _, name := range forwardedIfThere {
		if exists(filepath.Join(r.effective, name)) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		folder := outside
		if slices.Contains(oftenCalled, name) {
			folder = inside
		}
		s := script{Record: Record{Hook: forwardName(name)}, theirs: r.forwardExpression(name, folder)}
		if slices.Contains(r.names(), name) {
			s = o.script(name, s.theirs)
		}
		s.At, s.Theirs = r.Common, folder
		if err := writeScript(filepath.Join(r.own(), name), s); err != nil {
			return err
		}
	}
	return r.redirect(ctx)
}

// redirect has git use pawl's folder, and takes that back if something else overrules it.
func (r *Repo) redirect(ctx context.Context) error {
	err := r.include(ctx)
	if err == nil {
		err = r.readHooksPath(ctx)
	}
	if err == nil && r.effective != r.own() {
		err = fmt.Errorf("core.hooksPath is %s whatever the repository's own configuration says; set it there with git config --local, or use git 2.54", r.effective)
	}
	if err == nil {
		return nil
	}
	return errors.Join(err, r.removeRedirect(ctx, true))
}

// removeRedirect has git use the user's folder again, and removes pawl's.
func (r Repo) removeRedirect(ctx context.Context, force bool) error {
	here, err := r.included(ctx)
	if err != nil || len(here) == 0 {
		return err
	}
	if err := r.checkOwn(force); err != nil {
		return err
	}
	if err := r.exclude(ctx, here); err != nil {
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
		if whose != ours && !strings.HasPrefix(e.Name(), tempName) && !strings.HasPrefix(e.Name(), settingsName) {
			return &ChangedError{path}
		}
	}
	return nil
}
