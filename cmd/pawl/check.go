package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/handoff/mirror"
	verify "pawl/hooks/check"
	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/doctor"
)

// maxChecked bounds how many commits `pawl check` judges at once: the newest ones.
const maxChecked = 10_000

func (a *app) checkCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "check [RANGE]", Short: "say what is wrong with commits: signals, verdicts, DONE, protected paths", Args: cobra.MaximumNArgs(1),
		Long: "check judges commits of the repository around the working directory, as the hooks and the coordinator do: whether\n" +
			"signals and their trailers are well written, verdicts are bound to what was claimed, a DONE is borne out and in its\n" +
			"turn, and protected paths were changed by who may (`protect` and `signers` in pawl.yaml). Each finding is a line,\n" +
			"commit: rule: what is wrong and what to do; then the exit code is 1.\n\n" +
			"RANGE is what git log takes, as main..HEAD; a single commit is judged alone. Without it, what the watched branch of\n" +
			"the remote does not have yet is judged (origin/main..HEAD), else what the branch's upstream does not, else the last\n" +
			"commit. What is judged by is pawl.yaml: the one around, or --config FILE or PAWL_CONFIG. Nothing is written, no\n" +
			"network is used, and no coordinator need run.",
		RunE: func(c *cobra.Command, args []string) error {
			text := ""
			if len(args) == 1 {
				text = args[0]
				if text == "" {
					return &usageError{errors.New("RANGE is empty; write one as main..HEAD, or leave it out")}
				}
			}
			return a.check(c.Context(), text, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	return c
}

func (a *app) check(ctx context.Context, text string, asJSON bool) error {
	path, err := a.configPath()
	if err != nil {
		return noConfigHint(err)
	}
	cfg, err := config.Load(path)
	if err != nil {
		return noConfigHint(err)
	}
	h, err := historyHere(ctx)
	if err != nil {
		return err
	}
	hashes, more, err := a.checkRange(ctx, h, cfg, text)
	if err != nil {
		return err
	}
	if more {
		a.warn("only the newest %d commits are judged", maxChecked)
	}
	in, err := checkFacts(ctx, h, cfg, hashes)
	if err != nil {
		return err
	}
	if h.Shallow() {
		a.warn("this clone is shallow: what its oldest commits changed is not judged, nor whether a DONE is borne out; git fetch --unshallow brings the rest")
	}
	a.tellDoubts(in)
	return a.findings(verify.Commits(in), len(hashes), asJSON)
}

// checkFacts is loop.CheckFacts. That pawl.yaml names signers which are not there is
// a fault of pawl.yaml.
func checkFacts(ctx context.Context, h *mirror.History, cfg *config.Config, hashes []string) (verify.Input, error) {
	in, err := loop.CheckFacts(ctx, h, cfg, hashes)
	if errors.Is(err, mirror.ErrNoSigners) {
		err = &hinted{&invalidError{err}, "write it (ssh-keygen(1), allowed signers), mend signers in pawl.yaml, or take that out"}
	}
	return in, err
}

// tellDoubts warns of what is likely wrong and is no finding.
func (a *app) tellDoubts(in verify.Input) {
	told := 0
	for _, c := range in.Commits {
		for _, doubt := range verify.Doubts(in, c) {
			if told++; told <= maxTold {
				a.warn("%s: %s", handoff.Short(c.Hash), doubt)
			}
		}
	}
	if told > maxTold {
		a.warn("and %d more like that", told-maxTold)
	}
}

// noConfigHint says how a configuration is named where there is none around.
func noConfigHint(err error) error {
	if errors.Is(err, config.ErrNotFound) {
		return &hinted{err, "name one with --config FILE or PAWL_CONFIG; CI can check one in"}
	}
	return err
}

// historyHere opens the repository around the working directory, or the one that
// git names to what it calls.
func historyHere(ctx context.Context) (*mirror.History, error) {
	if err := needGit(); err != nil {
		return nil, err
	}
	wd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	h, err := mirror.FindHistory(ctx, wd, os.Getenv("GIT_DIR"), os.Environ())
	if err != nil {
		return nil, &hinted{err, "run it in a clone of the repository whose commits are to be judged"}
	}
	return h, nil
}

// findings prints what was found, and fails if that is anything.
func (a *app) findings(found []verify.Finding, commits int, asJSON bool) error {
	if asJSON {
		if err := a.json(append([]verify.Finding{}, found...)); err != nil {
			return err
		}
	} else {
		for _, f := range found {
			fmt.Fprintln(a.out, a.findingLine(f))
		}
	}
	switch {
	case len(found) > 0:
		return fmt.Errorf("%s in %s", doctor.Count(len(found), "finding"), doctor.Count(commits, "commit"))
	case !asJSON:
		a.say("%s, nothing to say", doctor.Count(commits, "commit"))
	}
	return nil
}

func (a *app) findingLine(f verify.Finding) string {
	commit := f.Commit
	if terminal(a.out) != nil {
		commit = handoff.Short(commit)
	}
	return commit + ": " + paint(a.out, yellow, f.Rule) + ": " + f.What
}
