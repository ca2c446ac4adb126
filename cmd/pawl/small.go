package main

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"pawl/loop/ledger"
)

// version is set by release builds.
var version = ""

func versionText() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return info.Main.Version
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.out, "pawl", versionText())
			return err
		},
	}
}

func (a *app) pokeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "poke", Short: "have origin looked at now (what git hooks call)", Args: cobra.NoArgs,
		Long: "poke tells the coordinator to look at origin now. Where none runs and something is wanted up, one detached tick does it.",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.use(c.Context(), func(p *project) error {
				return p.poke(c.Context())
			})
		},
	}
}

func (p *project) poke(ctx context.Context) error {
	if err := p.endStray(ctx); err != nil {
		return err
	}
	err := p.client.Poke(ctx)
	if !notRunning(err) {
		return err
	}
	s, err := p.ledger.Load(ctx)
	if err != nil {
		return err
	}
	for _, row := range s.Agents {
		if row.Wanted == ledger.Up {
			return p.detachedTick(ctx)
		}
	}
	return nil
}

// warn prints what a person should know although the command goes on.
func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.err, "pawl: "+format+"\n", args...)
}
