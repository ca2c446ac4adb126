package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop/ledger"
)

func (a *app) peekCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "peek ID", Short: "glance at a worker: whether it runs, and the last that it did", Args: cobra.ExactArgs(1),
		Long: "peek is cheap, for those who look again and again. pawl wait is for those who want to know when it ends.",
		RunE: func(c *cobra.Command, args []string) error {
			return a.use(c.Context(), func(p *project) error {
				r, err := p.run(c.Context(), args[0])
				if err != nil {
					return err
				}
				v, err := p.peek(c.Context(), r)
				if err != nil {
					return err
				}
				if asJSON {
					return a.json(v)
				}
				line := v.Status
				if v.State != "" {
					line += " (" + v.State + ")"
				}
				if v.Latest != "" {
					line += ": " + v.Latest
				}
				_, err = fmt.Fprintln(a.out, line)
				return err
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

// peekView is `pawl peek --json`.
type peekView struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	State   string `json:"state"`
	Running bool   `json:"is_running"`
	Latest  string `json:"latest"` // the last that it did or said, cut
}

func (p *project) peek(ctx context.Context, r ledger.Run) (peekView, error) {
	v, err := p.view(ctx, r)
	if err != nil {
		return peekView{}, err
	}
	out := peekView{ID: v.ID, Status: v.Status, State: v.State, Running: r.Status == ledger.RunRunning, Latest: v.latest}
	if out.Latest == "" {
		list, err := p.ledger.TurnsOf(ctx, r.ID, ledger.Newest)
		if err != nil {
			return out, err
		}
		if n := len(list); n > 0 {
			out.Latest = handoff.Clean(list[n-1].Answer, maxLatest)
		}
	}
	return out, nil
}
