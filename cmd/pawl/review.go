package main

import (
	"cmp"
	"context"
	"errors"

	"github.com/spf13/cobra"

	"pawl/handoff/publish"
	"pawl/loop/ledger"
)

func (a *app) reviewCommand() *cobra.Command {
	var (
		f          signalFlags
		pass, fail bool
		reviewed   string
	)
	c := &cobra.Command{
		Use:   "review GATE --pass|--fail [-m TEXT | -F FILE]",
		Short: "commit a verdict on a claim in this clone, and push it",
		Long: "review commits review(GATE): TEXT with the verdict and the commit that it is of, the newest claim of the gate, and pushes it\n" +
			"as claim does. What is staged goes with it if it is notes: STATUS, REVIEW and inbox files, and what lies in handoff.docs.\n" +
			"What is refused changes nothing.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if pass == fail {
				return &usageError{errors.New("a review has one verdict; write either --pass or --fail")}
			}
			verdict := "fail"
			if pass {
				verdict = "pass"
			}
			text, err := f.text(a.in)
			if err != nil {
				return err
			}
			r := publish.Request{Gate: args[0], Text: text, AllowEmpty: f.allowEmpty, Staged: f.staged, Verdict: verdict, Reviewed: reviewed}
			return a.publish(c.Context(), f, func(ctx context.Context, clone *publish.Clone) (publish.Result, error) {
				return clone.Review(ctx, r)
			})
		},
	}
	f.add(c)
	c.Flags().BoolVar(&pass, "pass", false, "the claim holds")
	c.Flags().BoolVar(&fail, "fail", false, "the claim does not hold")
	c.Flags().StringVar(&reviewed, "reviewed", "", "the `COMMIT` that was reviewed, if it is another one than the newest claim")
	c.Flags().Lookup("allow-empty").Usage = "review again in the same words, if anything came since; a review needs no change"
	return c
}

// gateWords are the gates on record that were claimed or reviewed, those with something open first.
func gateWords(ctx context.Context, a *app) []cobra.Completion {
	seen := map[string]bool{}
	var list []cobra.Completion
	path, err := a.configPath()
	if err != nil {
		return nil
	}
	a.readLedger(ctx, cmp.Or(a.seen(ctx).StateDir, stateDirOf(path)), func(l *ledger.Ledger) {
		rows, err := l.Handoffs(ctx, true, closedShown)
		if err != nil {
			return
		}
		for _, h := range rows {
			if h.Gate != "" && !seen[h.Gate] && len(list) < mostHandoffs {
				seen[h.Gate] = true
				list = append(list, described(h.Gate, h.Label()+", "+string(h.State)))
			}
		}
	})
	return list
}
