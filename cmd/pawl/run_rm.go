package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop/ledger"
)

func (a *app) rmCommand() *cobra.Command {
	var force, asJSON bool
	c := &cobra.Command{
		Use: "rm ID…", Short: "clear workers away that have ended", Args: cobra.MinimumNArgs(1),
		Long: "rm clears away what is left of a run: its entry, log and record, and its worktree and branch. A worktree with changes, or a branch\n" +
			"with commits that are nowhere else, is not removed without --force.",
		RunE: func(c *cobra.Command, ids []string) error {
			return a.use(c.Context(), func(p *project) error {
				return eachRun(ids, func(name string) error {
					id, err := p.remove(c.Context(), name, force)
					if err == nil && asJSON {
						err = a.json(map[string]any{"id": id, "removed": true})
					}
					return err
				})
			})
		},
	}
	c.Flags().BoolVar(&force, "force", false, "also what is not merged anywhere")
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON which runs were removed")
	return c
}

func (p *project) remove(ctx context.Context, name string, force bool) (id string, err error) {
	r, err := p.run(ctx, name)
	if err != nil {
		return r.ID, err
	}
	if r.Status == ledger.RunRunning {
		return r.ID, &hinted{&invalidError{fmt.Errorf("%s runs", r.ID)}, "pawl stop " + r.ID}
	}
	if !force {
		if err := unmerged(ctx, r); err != nil {
			return r.ID, err
		}
	}
	if err := p.markRemoved(ctx, r, time.Now()); err != nil {
		return r.ID, err
	}
	// From here on nothing has it go on, and its worktree can go.
	if err := dropWorktree(ctx, r); err != nil {
		return r.ID, &hinted{fmt.Errorf("%s is off the list, and its worktree %s is left: %w", r.ID, worktree(r), err), "git worktree remove --force " + worktree(r)}
	}
	p.app.note("%s removed", r.ID)
	return r.ID, p.clearFiles(r.ID)
}

// markRemoved takes a run off the list, if it has not gone on meanwhile.
func (p *project) markRemoved(ctx context.Context, r ledger.Run, now time.Time) error {
	return p.ledger.EditRun(ctx, r.ID, func(s *ledger.State, r ledger.Run) (ledger.Run, error) {
		if r.Status == ledger.RunRunning {
			return r, &hinted{&invalidError{fmt.Errorf("%s runs again", r.ID)}, "pawl stop " + r.ID}
		}
		r.Removed = now
		for id, it := range s.Items {
			if it.Agent == r.ID && it.State == handoff.Open {
				it.State = handoff.Withdrawn
				s.Items[id] = it
			}
		}
		s.Events = append(s.Events, ledger.Event{Time: now, Kind: "run.removed", Agent: r.ID})
		return r, nil
	})
}

// clearFiles removes what a run left in the state directory.
func (p *project) clearFiles(id string) error {
	var errs []error
	for _, pattern := range []string{"logs/" + id + ".log*", "prompts/" + id + "-*.md", "turns/" + id + "-*"} {
		found, err := filepath.Glob(filepath.Join(p.cfg.StateDir, filepath.FromSlash(pattern)))
		errs = append(errs, err)
		for _, path := range found {
			errs = append(errs, os.RemoveAll(path))
		}
	}
	return errors.Join(errs...)
}
