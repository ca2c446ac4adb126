package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop/ledger"
)

func (a *app) lsCommand() *cobra.Command {
	var (
		status            string
		attention, asJSON bool
	)
	c := &cobra.Command{
		Use: "ls", Short: "list the workers that were spawned", Args: cobra.NoArgs,
		Long: "ls lists the runs that pawl spawn started, oldest first, until pawl rm clears them away.",
		RunE: func(c *cobra.Command, _ []string) error {
			known := []string{string(ledger.RunRunning), string(ledger.RunCompleted), string(ledger.RunFailed), string(ledger.RunStopped)}
			if status != "" && !slices.Contains(known, status) {
				return &usageError{fmt.Errorf("--status %q is none; write %s", status, strings.Join(known, ", "))}
			}
			return a.use(c.Context(), func(p *project) error {
				all, err := p.runs(c.Context())
				if err != nil {
					return err
				}
				list := slices.DeleteFunc(all, func(v runView) bool {
					return status != "" && v.Status != status || attention && v.Attention == ""
				})
				if asJSON {
					return a.json(list)
				}
				a.printRuns(list, len(all))
				return nil
			})
		},
	}
	c.Flags().StringVar(&status, "status", "", "those with this `STATUS` only: running, completed, failed or stopped")
	c.Flags().BoolVar(&attention, "needs-attention", false, "those only that failed, or do not go on without a person")
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func (a *app) printRuns(list []runView, all int) {
	switch {
	case all == 0:
		a.say("there are no runs; pawl spawn TASK starts one")
		return
	case len(list) == 0:
		a.say("none of %d runs is so", all)
		return
	}
	t := newTable("RUN", "TYPE", "STATUS", "FOR", "TOKENS", "ASKED BY", "TASK")
	for _, v := range list {
		status := v.Status
		if v.State != "" {
			status = v.State
		}
		t.row(v.ID, v.Type, status, ago(time.Duration(v.Seconds)*time.Second), fmt.Sprint(v.Usage.Tokens()), v.Parent, v.Title)
		t.note("needs", v.Attention)
	}
	t.print(a.out)
}

// workersLine says how many workers run and how many have failed; "" where it is none.
func (p *project) workersLine(ctx context.Context) (string, error) {
	n, err := p.ledger.CountRuns(ctx)
	if err != nil {
		return "", err
	}
	switch run, failed := n[ledger.RunRunning], n[ledger.RunFailed]; {
	case failed > 0:
		return fmt.Sprintf("%d running, %d failed: pawl ls --needs-attention", run, failed), nil
	case run > 0:
		return fmt.Sprintf("%d running: pawl ls", run), nil
	}
	return "", nil
}
