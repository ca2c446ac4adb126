package main

import (
	"context"
	"fmt"
	"io"

	"pawl/handoff"
	"pawl/handoff/mirror"
	verify "pawl/hooks/check"
	"pawl/loop"
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
	if remote != cfg.Origin.Remote && (url == "" || url != cfg.Origin.URL) {
		return nil
	}
	h, err := historyHere(ctx)
	if err != nil {
		return err
	}
	branch, err := watchedBranch(ctx, h, cfg)
	if err != nil {
		return err
	}
	for _, p := range pushes {
		if p.Local == "" || branch != "" && p.RemoteRef != "refs/heads/"+branch {
			continue
		}
		if err := a.judgePush(ctx, h, cfg, p); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) judgePush(ctx context.Context, h *mirror.History, cfg *config.Config, p mirror.Push) error {
	hashes, more, err := h.Fresh(ctx, p, cfg.Origin.Remote, maxPushed)
	if err != nil {
		return err
	}
	if more {
		a.warn("the push has more than %d new commits; only the newest %d are judged", maxPushed, maxPushed)
	}
	facts, err := loop.CheckFacts(ctx, h, cfg, hashes)
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
	fmt.Fprintln(a.err, "hint: mend the last commit with git commit --amend, older ones with git rebase; pawl check then says what is left")
	return errRefused
}
