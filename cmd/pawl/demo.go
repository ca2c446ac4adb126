package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"pawl/loop/config"
	"pawl/loop/sim"
)

func (a *app) demoCommand() *cobra.Command {
	var (
		n        int
		keep     bool
		launcher string
	)
	c := &cobra.Command{
		Use: "demo", Short: "play a whole loop on throwaway repositories with scripted agents", Args: cobra.NoArgs,
		Long: "demo builds an origin and two agents in a temporary folder and runs the coordinator on them until the\n" +
			"last phase is done. It needs git and sh, asks no model, and leaves nothing behind.",
		RunE: func(c *cobra.Command, _ []string) error {
			if n < 1 || n > 50 {
				return &usageError{fmt.Errorf("--phases %d is not between 1 and 50", n)}
			}
			if launcher != "process" {
				return &invalidError{fmt.Errorf("--launcher %q is not available; use process", launcher)}
			}
			if err := needGit(); err != nil {
				return err
			}
			// A reader that goes away, as head does, must not keep the demo from
			// clearing up: writing to it fails, and nothing more.
			pipe := make(chan os.Signal, 1)
			signal.Notify(pipe, syscall.SIGPIPE)
			defer signal.Stop(pipe)
			begun := a.step("setting up an origin and two agents", false)
			out := &onFirstWrite{Writer: a.out, act: sync.OnceFunc(begun.end)}
			defer out.act()
			err := sim.Demo{
				Phases: n, Keep: keep, Out: out, Open: a.openDemo,
				Paint: func(style, text string) string { return paint(a.out, style, text) },
				Fit:   func(text string, indent int) string { return atEdge(a.out, text, indent) },
			}.Run(c.Context())
			if c.Context().Err() != nil {
				return errors.New("interrupted; everything was cleared away")
			}
			return err
		},
	}
	c.Flags().IntVar(&n, "phases", 2, "play `N` phases, at most 50")
	c.Flags().BoolVar(&keep, "keep", false, "keep the repositories, logs and ledger")
	c.Flags().StringVar(&launcher, "launcher", "process", "the launcher `NAME` that the agents run on")
	return c
}

// onFirstWrite acts before the first thing that is written.
type onFirstWrite struct {
	io.Writer
	act func()
}

func (w *onFirstWrite) Write(p []byte) (int, error) {
	w.act()
	return w.Writer.Write(p)
}

// openDemo puts the demo's loop together as watch does, with a runtime folder
// that is removed afterwards.
func (a *app) openDemo(ctx context.Context, path string, log *slog.Logger) (sim.Opened, error) {
	cfg, err := config.Load(path)
	if err != nil {
		return sim.Opened{}, err
	}
	p, err := a.openWith(ctx, path, cfg, nil)
	if err != nil {
		return sim.Opened{}, err
	}
	e, err := p.engine(log)
	if err != nil {
		return sim.Opened{}, errors.Join(err, p.close())
	}
	return sim.Opened{Engine: e, Close: func() error { return errors.Join(p.close(), p.place.Remove()) }}, nil
}
