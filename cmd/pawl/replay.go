package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/handoff/mirror"
	"pawl/loop"
	"pawl/loop/config"
)

func (a *app) replayCommand() *cobra.Command {
	var (
		asJSON bool
		n      int
	)
	c := &cobra.Command{
		Use:   "replay RANGE",
		Short: "print what a range of commits would have caused",
		Long: "replay reads the commits of A..B, or those after A, and prints what a coordinator under the present pawl.yaml would have\n" +
			"made of them: whom each signal and inbox file would have been told, what answered it, where phases begin and end, and\n" +
			"which signals and markers are not well written. Each first-parent commit counts as one look at origin, and agents take\n" +
			"what they are told. It reads the repository around the working directory if that has the commits, else the mirror of\n" +
			"origin, and touches nothing.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if n < 0 {
				return &usageError{fmt.Errorf("-n %d is negative; write how many events, 0 or more", n)}
			}
			return a.replay(c.Context(), args[0], n, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON, with all events")
	c.Flags().IntVarP(&n, "lines", "n", 500, "the last `N` events")
	return c
}

func (a *app) replay(ctx context.Context, text string, n int, asJSON bool) error {
	path, err := a.configPath()
	if err != nil {
		return err
	}
	cfg, err := config.Load(path)
	if err != nil {
		return err
	}
	if err := needGit(); err != nil {
		return err
	}
	h, from, to, err := findRange(ctx, cfg, text)
	if err != nil {
		return err
	}
	s := a.step("replaying", false)
	r, err := loop.ReadReplay(ctx, h, cfg, from, to, func(done, all int) { s.at(fmt.Sprintf("commit %d of %d", done, all)) })
	s.end()
	if errors.Is(err, loop.ErrLongRange) {
		return &invalidError{err}
	}
	if err != nil {
		return err
	}
	if asJSON {
		return a.json(replayViewOf(r))
	}
	a.printReplay(r, n)
	return nil
}

// mirrorTip is the branch in the mirror of origin, as last fetched.
const mirrorTip = "refs/pawl/tip"

// depot is a repository that may have the commits of a range, and the names of its
// end where none is written.
type depot struct {
	folder, gitDir string
	tips           []string
}

// depots are the repository around the working directory and the mirror of origin.
func depots(cfg *config.Config, wd string) []depot {
	remote := "refs/remotes/" + cfg.Origin.Remote + "/"
	tip := remote + "HEAD"
	if cfg.Origin.Branch != "" {
		tip = remote + strings.TrimPrefix(cfg.Origin.Branch, "refs/heads/")
	}
	all := []depot{{folder: wd, tips: []string{tip, "HEAD"}}}
	fetched := filepath.Join(cfg.StateDir, "origin.git")
	if _, err := os.Stat(fetched); err == nil {
		all = append(all, depot{folder: cfg.Dir, gitDir: fetched, tips: []string{mirrorTip}})
	}
	return all
}

// findRange finds the two commits that text names, and a repository that has both.
func findRange(ctx context.Context, cfg *config.Config, text string) (h *mirror.History, from, to string, err error) {
	begin, end, _ := strings.Cut(text, "..")
	if begin == "" || strings.HasPrefix(end, ".") || strings.Contains(end, "..") {
		return nil, "", "", &usageError{fmt.Errorf("%s is no range; write A..B, or A for all that follows it", quote(handoff.Clean(text, 80)))}
	}
	wd, err := os.Getwd()
	if err != nil {
		return nil, "", "", err
	}
	var faults []error
	for _, d := range depots(cfg, wd) {
		if end != "" {
			d.tips = []string{end}
		}
		if h, err = mirror.FindHistory(ctx, d.folder, d.gitDir, os.Environ()); err == nil {
			if from, err = h.Commit(ctx, begin); err == nil {
				to, err = firstCommit(ctx, h, d.tips)
			}
		}
		if err == nil || ctx.Err() != nil {
			return h, from, to, err
		}
		faults = append(faults, err)
	}
	return nil, "", "", noRange(text, wd, faults)
}

// noRange says why no repository has the commits of a range.
func noRange(text, wd string, faults []error) error {
	if !slices.ContainsFunc(faults, func(err error) bool { return errors.Is(err, mirror.ErrUnknownCommit) }) {
		return &hinted{&missingError{errors.Join(faults...).Error()}, "run it in a clone of origin"}
	}
	missing := "neither the repository around " + wd + " nor the mirror of origin has the commits of " + quote(handoff.Clean(text, 80))
	return &hinted{&missingError{missing}, "git fetch, or run it in a clone that has them"}
}

// firstCommit is the commit of the first name that means one.
func firstCommit(ctx context.Context, h *mirror.History, names []string) (hash string, err error) {
	for _, name := range names {
		if hash, err = h.Commit(ctx, name); err == nil || !errors.Is(err, mirror.ErrUnknownCommit) {
			return hash, err
		}
	}
	return "", err
}
