package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop/sim/origin"
	"pawl/loop/sim/trial"
)

func (a *app) simulateCommand() *cobra.Command {
	var (
		o       trial.Options
		origins []string
		keep    bool
	)
	c := &cobra.Command{
		Use: "simulate", Short: "break a loop on throwaway repositories in every way, and count what was lost", Args: cobra.NoArgs,
		Long: "simulate runs real coordinators on real repositories with scripted agents, in a temporary folder: some draw a\n" +
			"screen in tmux, some run in turns, some read lines. It makes\n" +
			"faults at random moments: it kills, unplugs, rewrites, fills, truncates. Then it holds what the agents wrote\n" +
			"down of what they were told against git's history. It fails if anything was lost or told twice, and prints the\n" +
			"seed that plays the same faults again. It asks no model, and leaves nothing behind.\n\n" +
			"The faults:\n  " + strings.Join(trial.Faults(), "\n  "),
		RunE: func(c *cobra.Command, _ []string) error {
			if !c.Flags().Changed("seed") {
				o.Seed = uint64(rand.Uint32())
			}
			return a.simulate(c.Context(), o, origins, keep)
		},
	}
	c.Flags().Uint64Var(&o.Seed, "seed", 0, "draw the faults from `N`; without it, from chance")
	c.Flags().DurationVar(&o.Duration, "duration", 30*time.Second, fmt.Sprintf("make faults for that long, %s to %s; what is open then is waited for", trial.MinDuration, trial.MaxDuration))
	c.Flags().StringSliceVar(&o.Faults, "faults", nil, "make only the faults in `LIST`")
	c.Flags().IntVar(&o.Agents, "agents", 5, fmt.Sprintf("`N` agents in each loop, %d to %d: an auditor, and pairs of a builder and an adversary", trial.MinAgents, trial.MaxAgents))
	c.Flags().IntVar(&o.Claims, "claims", 0, "push `N` claims in each loop; without it, one every two seconds")
	c.Flags().StringSliceVar(&origins, "origin", nil, "reach origin by the ways in `LIST`, a loop for each: path, http, ssh")
	c.Flags().BoolVar(&keep, "keep", false, "keep the repositories, records and logs")
	return c
}

// claimEvery is how often a claim is pushed where nobody says how many there are.
const claimEvery = 2 * time.Second

func (a *app) simulate(ctx context.Context, o trial.Options, origins []string, keep bool) (err error) {
	if err := needGit(); err != nil {
		return err
	}
	if o.Claims == 0 {
		o.Claims = max(int(o.Duration/claimEvery), 1)
	}
	absent := a.chooseOrigins(&o, origins)
	if err := o.Check(); err != nil {
		return &usageError{err}
	}
	here := trial.LookAround()
	if err := o.Possible(here); err != nil {
		return &usageError{err}
	}
	dir, err := simulateFolder()
	if err != nil {
		return err
	}
	if !keep {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	log, err := os.OpenFile(filepath.Join(dir, "simulate.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	program, err := os.Executable()
	if err != nil {
		return err
	}
	// A reader that goes away must not keep the simulation from clearing up.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)
	a.simulateHead(o, here, absent)
	begin := time.Now()
	outcomes, err := trial.Run(ctx, o, here, trial.Setting{
		Dir: dir, Program: program, Log: slog.New(slog.NewTextHandler(log, nil)), Tell: a.simulateLine,
	})
	if ctx.Err() != nil {
		return errors.New("interrupted; everything was cleared away")
	}
	a.simulateTable(outcomes, time.Since(begin))
	if keep {
		fmt.Fprintf(a.out, "everything is kept in %s\n", dir)
	}
	return errors.Join(err, a.simulateVerdict(o, outcomes))
}

// chooseOrigins takes all ways that can be had where none were asked for, and says
// which cannot.
func (a *app) chooseOrigins(o *trial.Options, asked []string) (absent []string) {
	for _, name := range asked {
		o.Origins = append(o.Origins, origin.Kind(name))
	}
	if len(asked) > 0 {
		return nil
	}
	for _, kind := range trial.Kinds {
		if err := origin.Available(kind); err != nil {
			absent = append(absent, fmt.Sprintf("origin by %s: %v", kind, err))
			continue
		}
		o.Origins = append(o.Origins, kind)
	}
	return absent
}

// simulateFolder is short: a socket lies in it.
func simulateFolder() (string, error) {
	dir, err := os.MkdirTemp("", "pawl-sim-")
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}
