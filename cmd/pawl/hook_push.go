package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"pawl/handoff"
	"pawl/handoff/mirror"
	verify "pawl/hooks/check"
	"pawl/loop/config"
	"pawl/loop/doctor"
)

const (
	maxPushed = 1000 // commits of a push that are judged: the newest ones
	maxTold   = 20   // findings of a refused push that are printed
)

// prePush judges what git is about to push to a remote, as it tells in: what is new
// for the watched branch of the watched remote.
func (a *app) prePush(ctx context.Context, path, remote, url string, in io.Reader) error {
	// Read whatever becomes of it: git waits for its hook to take all of it.
	pushes, perr := mirror.ParsePushes(in)
	cfg, err := config.Load(path)
	if err != nil {
		return err
	}
	if perr != nil {
		return perr
	}
	remotes := originRemotes(cfg)
	if origin := originURL(cfg); !slices.Contains(remotes, remote) && (origin == "" || url != origin && !samePlace(url, origin)) {
		return nil
	}
	if !slices.Contains(remotes, remote) {
		remote = remotes[0] // it is pushed to a URL
	}
	h, err := historyHere(ctx)
	if err != nil {
		return err
	}
	branch, err := a.watchedBranch(ctx, h, cfg, remote)
	if err != nil {
		return err
	}
	if branch == "" {
		a.warn("what is pushed is not judged: which branch is watched is not known here; git remote set-head %s --auto finds it", remote)
		return nil
	}
	for _, p := range pushes {
		if p.Local == "" || p.RemoteRef != "refs/heads/"+branch {
			continue
		}
		if err := a.judgePush(ctx, h, cfg, remote, p); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) judgePush(ctx context.Context, h *mirror.History, cfg *config.Config, remote string, p mirror.Push) error {
	hashes, more, err := h.Fresh(ctx, p, remote, maxPushed)
	if err != nil {
		return err
	}
	if more {
		a.warn("the push has more than %d new commits; only the newest %d are judged", maxPushed, maxPushed)
	}
	facts, err := checkFacts(ctx, h, cfg, hashes)
	if err != nil {
		return err
	}
	found := verify.Commits(facts)
	if len(found) == 0 {
		return nil
	}
	fmt.Fprintf(a.err, "pawl: nothing is pushed to %s: %s in %s\n", shown(p.RemoteRef), doctor.Count(len(found), "finding"), doctor.Count(len(hashes), "new commit"))
	for i, f := range found {
		if i == maxTold {
			fmt.Fprintf(a.err, "pawl: and %d more\n", len(found)-maxTold)
			break
		}
		fmt.Fprintf(a.err, "pawl: %s: %s: %s\n", handoff.Short(f.Commit), f.Rule, f.What)
	}
	fmt.Fprintln(a.err, "hint: "+mendHint(found, hashes))
	return errRefused
}

// mendHint is the simplest way to mend what was found in the commits of a push, of
// which the last one is the newest.
func mendHint(found []verify.Finding, hashes []string) string {
	oldest, declared := len(hashes)-1, false
	for _, f := range found {
		oldest = min(oldest, slices.Index(hashes, f.Commit))
		declared = declared || f.Rule == verify.RuleDone || f.Rule == verify.RulePhase
	}
	way := "mend the last commit with git commit --amend, and push again"
	if oldest < len(hashes)-1 {
		way = fmt.Sprintf("mend them with git rebase -i %s~1, and push again; pawl check says what is left", handoff.Short(hashes[oldest]))
	}
	if declared {
		way += "; a DONE that does not hold is mended by taking it out of its file in a further commit, too"
	}
	return way
}
