package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop/config"
	"pawl/loop/ledger"
	"pawl/loop/report"
	"pawl/loop/turn"
)

// costView is one row of `pawl costs --json`.
type costView struct {
	Key   string     `json:"key"` // the agent or run, the model, or the day
	Turns int        `json:"turns"`
	Usage turn.Usage `json:"usage"`
	costPart
}

func (a *app) costsCommand() *cobra.Command {
	var (
		by     string
		after  string
		asJSON bool
	)
	c := &cobra.Command{
		Use: "costs", Short: "add up what turns cost", Args: cobra.NoArgs,
		Long: "costs adds up the turns of workers and of agents that run in turns. What a program says that it cost counts; else its tokens and the\n" +
			"prices in pawl.yaml, or the built-in list prices of " + config.PricesAsOf + ". What has no price is unknown, and is not guessed.",
		RunE: func(c *cobra.Command, _ []string) error {
			key, known := costKeys[by]
			if !known {
				return &usageError{fmt.Errorf("--by %q is none; write agent, model or day", by)}
			}
			from := time.Time{}
			if after != "" {
				var err error
				if from, err = report.Since(after, time.Now()); err != nil {
					return &usageError{fmt.Errorf("--since %w", err)}
				}
			}
			return a.use(c.Context(), func(p *project) error {
				rows, all, err := p.costs(c.Context(), from, key)
				if err != nil {
					return err
				}
				if asJSON {
					return a.json(rows)
				}
				a.printCosts(by, rows, all)
				return nil
			})
		},
	}
	c.Flags().StringVar(&by, "by", "agent", "a row for each `WHAT`: agent, model or day")
	c.Flags().StringVar(&after, "since", "", "turns that ended after a `TIME`: 20:00, 2026-01-02, 36h (default: all)")
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

// costKeys are what turns can be added up by.
var costKeys = map[string]func(ledger.Turn) string{
	"agent": func(t ledger.Turn) string { return t.Agent },
	"model": func(t ledger.Turn) string {
		if t.Model == "" {
			return t.Adapter + " (its own)"
		}
		return t.Model
	},
	"day": func(t ledger.Turn) string { return t.Ended.Local().Format(time.DateOnly) },
}

func (p *project) costs(ctx context.Context, from time.Time, key func(ledger.Turn) string) (rows []costView, all costView, err error) {
	list, err := p.ledger.Turns(ctx, from)
	if err != nil {
		return nil, all, err
	}
	groups := map[string][]ledger.Turn{}
	for _, t := range list {
		groups[key(t)] = append(groups[key(t)], t)
	}
	rows = []costView{}
	for name, group := range groups {
		rows = append(rows, p.costRow(name, group))
	}
	slices.SortFunc(rows, func(a, b costView) int { return strings.Compare(a.Key, b.Key) })
	return rows, p.costRow("all", list), nil
}

func (p *project) costRow(name string, group []ledger.Turn) costView {
	v := costView{Key: name, Turns: len(group), costPart: p.costOf(group)}
	for _, t := range group {
		v.Usage = v.Usage.Plus(t.Usage)
	}
	return v
}

func (a *app) printCosts(by string, rows []costView, all costView) {
	if len(rows) == 0 {
		a.say("no turn has ended yet; agents whose program runs all the time do not say what they cost")
		return
	}
	t := newTable(strings.ToUpper(by), "TURNS", "READ", "CACHED", "WRITTEN", "MADE", "COST")
	for _, v := range rows {
		t.row(costCells(v)...)
	}
	if len(rows) > 1 {
		t.row(costCells(all)...)
	}
	t.print(a.out)
}

func costCells(v costView) []string {
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	u := v.Usage
	return []string{v.Key, strconv.Itoa(v.Turns), n(u.Input), n(u.Cached), n(u.Written), n(u.Output), v.text(v.Turns)}
}
