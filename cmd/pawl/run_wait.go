package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop/ledger"
)

func (a *app) waitCommand() *cobra.Command {
	var (
		first, asJSON bool
		timeout       time.Duration
	)
	c := &cobra.Command{
		Use: "wait ID…", Short: "wait until workers have ended", Args: cobra.MinimumNArgs(1),
		Long: "wait returns when all of the runs have ended, or with --any when one has, and prints those. It exits with 0 however they ended:\n" +
			"the status is what it prints. Where the timeout comes first it exits with 1.",
		RunE: func(c *cobra.Command, ids []string) error {
			if timeout < 0 {
				return &usageError{fmt.Errorf("--timeout %s is negative; write how long to wait, as 10m", timeout)}
			}
			return a.use(c.Context(), func(p *project) error {
				return p.wait(c.Context(), ids, first, timeout, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&first, "any", false, "return when one of them has ended")
	c.Flags().DurationVar(&timeout, "timeout", 0, "how `long` to wait at most (default: for ever)")
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func (p *project) wait(ctx context.Context, names []string, first bool, timeout time.Duration, asJSON bool) error {
	var ids []string
	for _, name := range names {
		r, err := p.run(ctx, name)
		if err != nil {
			return err
		}
		if !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	patience := ctx
	if timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		patience = limited
	}
	ended, left, err := p.await(patience, ids, first)
	if err != nil && (ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded)) {
		return err
	}
	if perr := p.printEnded(ctx, ended, asJSON); perr != nil {
		return perr
	}
	if err != nil {
		return &hinted{fmt.Errorf("after %s still running: %s", timeout, strings.Join(left, ", ")), "pawl peek shows what each does"}
	}
	return nil
}

// await looks again and again which runs have ended, until all of them have, or one
// where that is enough. When ctx ends first its error is returned, and what is left.
func (p *project) await(ctx context.Context, ids []string, first bool) (ended []ledger.Run, left []string, err error) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for warned := false; ; warned = true {
		if ended, left, err = p.split(context.WithoutCancel(ctx), ids); err != nil || len(left) == 0 || first && len(ended) > 0 {
			return ended, left, err
		}
		if !warned {
			p.warnIdle(ctx)
		}
		select {
		case <-ctx.Done():
			return ended, left, ctx.Err()
		case <-tick.C:
		}
	}
}

// split tells the runs that have ended from those that are left.
func (p *project) split(ctx context.Context, ids []string) (ended []ledger.Run, left []string, err error) {
	for _, id := range ids {
		r, err := p.ledger.Run(ctx, id)
		var none *ledger.NoRunError
		if errors.As(err, &none) {
			continue // it was cleared away meanwhile, so that it had ended
		}
		if err != nil {
			return nil, nil, err
		}
		if r.Status == ledger.RunRunning {
			left = append(left, id)
		} else {
			ended = append(ended, r)
		}
	}
	return ended, left, nil
}

// warnIdle says so where nothing drives the runs that are waited for.
func (p *project) warnIdle(ctx context.Context) {
	if _, err := p.client.Health(ctx); notRunning(err) {
		p.app.warn("no coordinator runs, so that nothing may change until one does; pawl up starts it")
	}
}

func (p *project) printEnded(ctx context.Context, ended []ledger.Run, asJSON bool) error {
	views, err := p.views(ctx, ended...)
	if err != nil {
		return err
	}
	if asJSON {
		return p.app.json(views)
	}
	for _, v := range views {
		if _, err := fmt.Fprintln(p.app.out, v.ID+" "+statusOf(v)); err != nil {
			return err
		}
	}
	return nil
}
