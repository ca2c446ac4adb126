package loop

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"pawl/handoff"
	"pawl/handoff/mirror"
	"pawl/hooks/check"
	"pawl/loop/config"
	"pawl/phases"
)

// maxStatus bounds what is read of a STATUS file, in bytes: as much as phases.Done
// takes, and one more for it to see that there is more.
const maxStatus = 1<<20 + 1

// claimDepth is how many commits are looked through for a claim.
const claimDepth = 100_000

// CheckInput is what commits are judged by, without any.
func CheckInput(cfg *config.Config) check.Input {
	in := check.Input{Rules: Rules(cfg).Signals, Proof: cfg.Phases.Gate == config.GateVerdict, Signed: cfg.Signers != ""}
	for _, p := range cfg.Protect {
		in.Protect = append(in.Protect, check.Protect{Pattern: p.Pattern, Only: p.Only, Not: p.Not, AppendOnly: p.AppendOnly})
	}
	for _, a := range cfg.Agents {
		in.Agents = append(in.Agents, check.Agent{Name: a.Name, Role: a.Role})
	}
	return in
}

// CheckFacts gathers what check.Commits is to know of some commits, which are full
// hashes of one history, a parent before its child: the last one is the tip.
func CheckFacts(ctx context.Context, h *mirror.History, cfg *config.Config, hashes []string) (check.Input, error) {
	f := &checkFacts{h: h, cfg: cfg, in: CheckInput(cfg), objects: h.Objects(ctx), verdicts: map[string]phases.Verdict{}}
	err := f.gather(ctx, hashes)
	return f.in, errors.Join(err, f.objects.Close())
}

// MessageFacts is the same for a message that is about to become a child of the
// commit that HEAD names.
func MessageFacts(ctx context.Context, h *mirror.History, cfg *config.Config, message string) (check.Input, check.Commit, error) {
	f := &checkFacts{h: h, cfg: cfg, in: CheckInput(cfg)}
	var c check.Commit
	c.Commit, c.Stray = mirror.ParseMessage(message)
	head, err := h.Commit(ctx, "HEAD")
	if errors.Is(err, mirror.ErrUnknownCommit) {
		c.Review.Unknown = true // the first commit of all
		return f.in, c, nil
	}
	if err == nil {
		c.Review, err = f.review(ctx, c.Commit, head)
	}
	return f.in, c, err
}

// checkFacts is the gathering of one call.
type checkFacts struct {
	h        *mirror.History
	cfg      *config.Config
	in       check.Input
	objects  *mirror.Objects
	verdicts map[string]phases.Verdict // by blob
}

func (f *checkFacts) gather(ctx context.Context, hashes []string) error {
	entries, err := f.h.Commits(ctx, hashes)
	if err != nil {
		return err
	}
	changes := map[string][]mirror.Change{}
	err = f.h.Changes(ctx, hashes, func(commit string, c mirror.Change) {
		if f.in.Protected(c.Path) || len(f.phasesAt(c.Path)) > 0 {
			changes[commit] = append(changes[commit], c)
		}
	})
	if err != nil {
		return err
	}
	merged, err := f.merged(ctx, entries)
	if err != nil {
		return err
	}
	line := newMainline(entries)
	for _, e := range entries {
		c := check.Commit{Commit: e.Commit, Stray: e.Stray}
		if c.Review, err = f.review(ctx, e.Commit, e.Hash); err != nil {
			return fmt.Errorf("commit %s: %w", e.Hash, err)
		}
		if c.Status, err = f.status(ctx, e.Commit, changes[e.Hash], line); err != nil {
			return fmt.Errorf("commit %s: %w", e.Hash, err)
		}
		if len(e.Parents) > 1 {
			c.Changes, err = f.mergeChanges(ctx, e, merged[e.Hash])
		} else {
			c.Changes, err = f.changes(changes[e.Hash])
		}
		if err != nil {
			return fmt.Errorf("commit %s: %w", e.Hash, err)
		}
		f.in.Commits = append(f.in.Commits, c)
	}
	return f.signers(ctx)
}

// review looks for what a review's Reviewed trailer is bound to, in the history of
// the commit at, which is the review or its parent.
func (f *checkFacts) review(ctx context.Context, c handoff.Commit, at string) (check.Review, error) {
	gate, ok := f.judged(c)
	if !ok {
		return check.Review{}, nil
	}
	var r check.Review
	var err error
	if c.Trailers.Reviewed == "" || !c.Trailers.NamesCommit() {
		r.Newest, err = f.claim(ctx, at, gate)
		return r, err
	}
	r.Commit, err = f.h.Commit(ctx, c.Trailers.Reviewed)
	switch {
	case errors.Is(err, mirror.ErrUnknownCommit), err == nil && !strings.HasPrefix(r.Commit, c.Trailers.Reviewed):
		r.Commit = "" // or it is a branch's name
	case err != nil:
		return r, err
	default:
		if r.Within, err = f.h.Contains(ctx, at, r.Commit); err != nil {
			return r, err
		}
	}
	if r.Within {
		claim, err := f.claim(ctx, r.Commit, gate)
		if err != nil {
			return r, err
		}
		r.Claimed = claim != ""
	}
	if !r.Claimed {
		r.Unknown = f.h.Shallow()
		r.Newest, err = f.claim(ctx, at, gate)
	}
	return r, err
}

// judged is the gate that a commit reviews.
func (f *checkFacts) judged(c handoff.Commit) (gate string, ok bool) {
	for _, m := range handoff.Mentions(c, f.in.Rules) {
		if m.Rule.Judges() && m.Gate != "" {
			return m.Gate, true
		}
	}
	return "", false
}

// claim is the newest claim of a gate that a commit holds, itself included; "" when
// there is none.
func (f *checkFacts) claim(ctx context.Context, from, gate string) (string, error) {
	found := ""
	err := f.h.Subjects(ctx, from, claimDepth, func(hash, subject string) bool {
		for _, m := range handoff.Mentions(handoff.Commit{Subject: subject}, f.in.Rules) {
			if m.Rule.Claims() && m.Gate == gate {
				found = hash
			}
		}
		return found != ""
	})
	return found, err
}

// places are where a STATUS file may lie, the first one first.
func (f *checkFacts) places(status string) []string {
	in := path.Join(f.cfg.Handoff.Docs, status)
	if in == status {
		return []string{status}
	}
	return []string{in, status}
}

// changes says what a commit with one parent or none did to protected paths.
func (f *checkFacts) changes(changes []mirror.Change) ([]check.Change, error) {
	var out []check.Change
	for _, c := range changes {
		if !f.in.Protected(c.Path) {
			continue
		}
		old := c.Old[0]
		made := check.Change{Path: c.Path, Created: old.Mode == "", Deleted: c.New.Mode == ""}
		if f.in.Appends(c.Path) && old.IsFile() && c.New.IsFile() {
			var err error
			if made.Kept, err = f.objects.Begins(old.Hash, c.New.Hash); err != nil {
				return nil, fmt.Errorf("%q: %w", handoff.Clean(c.Path, handoff.MaxLabel), err)
			}
		}
		out = append(out, made)
	}
	return out, nil
}

// signers verifies the commits that touch a protected path, if that is asked for.
func (f *checkFacts) signers(ctx context.Context) error {
	if !f.in.Signed {
		return nil
	}
	var asked []string
	for _, c := range f.in.Commits {
		if len(c.Changes) > 0 {
			asked = append(asked, c.Hash)
		}
		for _, change := range c.Changes {
			for _, lost := range change.Lost {
				asked = append(asked, lost.Hash)
			}
		}
	}
	found, err := f.h.Signers(ctx, asked, f.cfg.Signers)
	if err != nil {
		return err
	}
	for i, c := range f.in.Commits {
		f.in.Commits[i].Signature = check.Signature(found[c.Hash])
		for _, change := range c.Changes {
			for k, lost := range change.Lost {
				change.Lost[k].Signature = check.Signature(found[lost.Hash])
			}
		}
	}
	return nil
}
