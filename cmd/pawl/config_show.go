package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/ledger"
)

func (a *app) configShowCommand() *cobra.Command {
	var asJSON, all bool
	c := &cobra.Command{
		Use: "show", Short: "print the configuration as it is in effect", Args: cobra.NoArgs,
		Long: "show prints pawl.yaml with every default filled in, paths absolute, and what agents take from defaults written\n" +
			"out. What it prints is itself a pawl.yaml that means the same, but for secrets: *** stands for values of variables,\n" +
			"options and headers with a name like TOKEN, KEY, SECRET or PASSWORD, for tokens of well-known kinds, for the\n" +
			"credentials in URLs and the paths of notify's. ${NAME} stays as it is. A secret that nothing marks as one is shown.\n" +
			"If pawl.yaml has faults, or a change of it waits for `pawl up`, that goes to stderr and the configuration is shown\n" +
			"which a coordinator goes on with. What `up --model` and `up --adapter` set is in pawl status.",
		RunE: func(c *cobra.Command, _ []string) error {
			path, err := a.configPath()
			if err != nil {
				return err
			}
			return a.showConfig(c.Context(), path, asJSON, all)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	c.Flags().BoolVar(&all, "all", false, "show the built-in adapters that no agent uses as well")
	return c
}

func (a *app) showConfig(ctx context.Context, path string, asJSON, all bool) error {
	cfg, why, err := inEffect(ctx, path)
	if err != nil {
		return err
	}
	var held *loop.HeldError
	switch {
	case errors.As(why, &held):
		a.warn("%s", held)
	case why != nil:
		for line := range strings.SplitSeq(why.Error(), "\n") {
			a.warn("%s", line)
		}
		a.warn("this is the last good configuration")
	}
	if asJSON {
		text, err := config.ShowJSON(cfg, all)
		if err != nil {
			return err
		}
		_, err = a.out.Write(text)
		return err
	}
	text, err := config.Show(cfg, all)
	if err != nil {
		return err
	}
	return a.printConfig(path, why, text)
}

// printConfig prints under a line that says where it is from, and why it is not
// the file as it is now.
func (a *app) printConfig(path string, why error, text []byte) error {
	head := fmt.Sprintf("# from %s", path)
	var held *loop.HeldError
	switch {
	case errors.As(why, &held):
		head = fmt.Sprintf("# the approved configuration; a change of %s waits for `pawl up`", path)
	case why != nil:
		first, _, _ := strings.Cut(why.Error(), "\n")
		head = fmt.Sprintf("# the last good configuration; %s as it is now is not used:\n# %s", path, first)
	}
	if _, err := fmt.Fprintln(a.out, head); err != nil {
		return err
	}
	_, err := a.out.Write(text)
	return err
}

// inEffect is the configuration that a coordinator uses, and why that is not the
// file as it is now; nil when it is. It makes no ledger.
func inEffect(ctx context.Context, path string) (cfg *config.Config, why, err error) {
	data, err := config.Read(path)
	if err == nil {
		cfg, err = config.Parse(path, data)
	}
	if err != nil {
		good, missing := lastGood(ctx, path, err)
		return good, err, missing
	}
	l, err := ledger.OpenExisting(ctx, cfg.StateDir)
	if errors.Is(err, fs.ErrNotExist) {
		return cfg, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	before, err := loop.Held(ctx, l, path, data)
	closed := l.Close()
	var held *loop.HeldError
	if errors.As(err, &held) {
		return before, held, closed
	}
	return cfg, nil, errors.Join(err, closed)
}

// lastGood is the configuration that the ledger keeps for a file with faults.
// Without one the error is the fault.
func lastGood(ctx context.Context, path string, fault error) (*config.Config, error) {
	l, err := ledger.OpenExisting(ctx, stateDirOf(path))
	if err != nil {
		return nil, fault
	}
	good, err := loop.LastGood(ctx, l)
	if err := errors.Join(err, l.Close()); err != nil || good == nil || good.Path != path {
		return nil, errors.Join(fault, err)
	}
	return good, nil
}
