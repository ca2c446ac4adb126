package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"pawl/handoff/mirror"
	"pawl/loop/config"
	"pawl/loop/ledger"
)

// checkRange lists the commits that text names, or those that are not at the remote
// yet; a parent before its child.
func (a *app) checkRange(ctx context.Context, h *mirror.History, cfg *config.Config, text string) (hashes []string, more bool, err error) {
	if text == "" {
		return a.freshRange(ctx, h, cfg)
	}
	revs, alone, err := h.Revisions(ctx, text)
	if err == nil && alone {
		revs[0], err = h.Commit(ctx, revs[0]) // it may be a tag
	}
	if errors.Is(err, mirror.ErrUnknownCommit) {
		return nil, false, &hinted{&missingError{"git knows no commits by the name of " + quote(shown(text))}, "write a range as git log takes it, as main..HEAD; git fetch brings what this clone lacks"}
	}
	if err != nil || alone {
		return revs, false, err
	}
	return h.Range(ctx, maxChecked, revs...)
}

// freshRange is the range where none is given.
func (a *app) freshRange(ctx context.Context, h *mirror.History, cfg *config.Config) ([]string, bool, error) {
	head, err := h.Commit(ctx, "HEAD")
	if errors.Is(err, mirror.ErrUnknownCommit) {
		return nil, false, nil // nothing was committed yet
	}
	if err != nil {
		return nil, false, err
	}
	remote := originRemotes(cfg)[0]
	branch, err := a.watchedBranch(ctx, h, cfg, remote)
	if err != nil {
		return nil, false, err
	}
	bases := []string{"@{upstream}"}
	if branch != "" {
		bases = []string{"refs/remotes/" + remote + "/" + branch, "@{upstream}"}
	}
	for _, base := range bases {
		known, err := h.Commit(ctx, base)
		switch {
		case err == nil:
			return h.Range(ctx, maxChecked, head, "^"+known)
		case !errors.Is(err, mirror.ErrUnknownCommit):
			return nil, false, err
		}
	}
	return []string{head}, false, nil
}

// watchedBranch is the branch that the loop watches: the configured one, the one that
// the coordinator found, the one that the remote's HEAD named when this clone was made,
// or the usual one that the remote has. "" is not known.
func (a *app) watchedBranch(ctx context.Context, h *mirror.History, cfg *config.Config, remote string) (string, error) {
	branch := strings.TrimPrefix(cfg.Origin.Branch, "refs/heads/")
	if branch == "" {
		a.readLedger(ctx, cfg.StateDir, func(l *ledger.Ledger) {
			if st, err := l.Load(ctx); err == nil {
				branch = st.Loop.Branch
			}
		})
	}
	if branch != "" {
		return branch, nil
	}
	prefix := "refs/remotes/" + remote + "/"
	ref, err := h.Symbolic(ctx, prefix+"HEAD")
	if name, ok := strings.CutPrefix(ref, prefix); err != nil || ok {
		return name, err
	}
	for _, name := range []string{"main", "master"} {
		switch _, err := h.Commit(ctx, prefix+name); {
		case err == nil:
			return name, nil
		case !errors.Is(err, mirror.ErrUnknownCommit):
			return "", err
		}
	}
	return "", nil
}

// originRemotes are the remotes that lead to origin in the repository around the
// working directory. Where none is known to, it is the one that pawl.yaml names.
func originRemotes(cfg *config.Config) []string {
	configured := cfg.Origin.Remote
	wd, err := os.Getwd()
	origin := originURL(cfg)
	if err != nil || origin == "" {
		return []string{configured}
	}
	names := remotesTo(wd, origin)
	if len(names) == 0 || slices.Contains(names, configured) { // of several it comes first
		names = append([]string{configured}, slices.DeleteFunc(names, func(name string) bool { return name == configured })...)
	}
	return names
}

// originURL is where origin is; "" where that is not known.
func originURL(cfg *config.Config) string {
	if cfg.Origin.URL != "" {
		return cfg.Origin.URL
	}
	return remoteURL(cfg.Dir, cfg.Origin.Remote)
}
