package main

import (
	"context"
	"errors"
	"fmt"
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
			"out. What it prints is itself a pawl.yaml that means the same, but for secrets: values of variables and options with\n" +
			"a name like TOKEN, KEY, SECRET or PASSWORD and the credentials in URLs are shown as ***. ${NAME} stays as it is.\n" +
			"If pawl.yaml has faults, they go to stderr and the last good configuration is shown, which a coordinator goes on\n" +
			"with. What `up --model` and `up --adapter` set is in pawl status.",
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
	cfg, fault := config.Load(path)
	if fault != nil {
		var err error
		if cfg, err = lastGood(ctx, path, fault); err != nil {
			return err
		}
		for line := range strings.SplitSeq(fault.Error(), "\n") {
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
	return a.printConfig(path, fault, text)
}

// printConfig prints under a line that says where it is from.
func (a *app) printConfig(path string, fault error, text []byte) error {
	head := fmt.Sprintf("# from %s", path)
	if fault != nil {
		first, _, _ := strings.Cut(fault.Error(), "\n")
		head = fmt.Sprintf("# the last good configuration; %s as it is now is not used:\n# %s", path, first)
	}
	if _, err := fmt.Fprintln(a.out, head); err != nil {
		return err
	}
	_, err := a.out.Write(text)
	return err
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
