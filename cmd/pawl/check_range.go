package main

import (
	"context"
	"errors"
	"strings"

	"pawl/handoff/mirror"
	"pawl/loop/config"
)

// checkRange lists the commits that text names, or those that are not at the remote
// yet; a parent before its child.
func checkRange(ctx context.Context, h *mirror.History, cfg *config.Config, text string) (hashes []string, more bool, err error) {
	if text == "" {
		return freshRange(ctx, h, cfg)
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
func freshRange(ctx context.Context, h *mirror.History, cfg *config.Config) ([]string, bool, error) {
	head, err := h.Commit(ctx, "HEAD")
	if errors.Is(err, mirror.ErrUnknownCommit) {
		return nil, false, nil // nothing was committed yet
	}
	if err != nil {
		return nil, false, err
	}
	branch, err := watchedBranch(ctx, h, cfg)
	if err != nil {
		return nil, false, err
	}
	bases := []string{"@{upstream}"}
	if branch != "" {
		bases = []string{"refs/remotes/" + cfg.Origin.Remote + "/" + branch, "@{upstream}"}
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

// watchedBranch is the branch that the loop watches, as far as the clone knows:
// the configured one, or the one that the remote's HEAD named when it was cloned.
func watchedBranch(ctx context.Context, h *mirror.History, cfg *config.Config) (string, error) {
	if cfg.Origin.Branch != "" {
		return cfg.Origin.Branch, nil
	}
	prefix := "refs/remotes/" + cfg.Origin.Remote + "/"
	ref, err := h.Symbolic(ctx, prefix+"HEAD")
	return strings.TrimPrefix(ref, prefix), err
}
