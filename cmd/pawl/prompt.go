package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/prompts"
)

func (a *app) promptCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "prompt", Short: "print the prompts that agents are started with",
		Long: "prompt prints what agents are told when they begin. Built in are\n" + strings.Join(prompts.Names(), ", ") + ".\n" +
			"Those of roles serve where the folder of prompts.roles has no <role>.md; pilot and orchestrator are for an agent of\n" +
			"your own that gives work to others with pawl spawn.",
	}
	c.AddCommand(a.promptShowCommand())
	return c
}

func (a *app) promptShowCommand() *cobra.Command {
	var builtin bool
	c := &cobra.Command{
		Use: "show NAME", Short: "print one prompt, as it is before its names are filled in", Args: cobra.ExactArgs(1),
		Long: "show prints the prompt of that name: the project's own where there is one, else the built-in one.",
		RunE: func(_ *cobra.Command, args []string) error {
			text, ok := prompts.Builtin(args[0])
			if !builtin {
				own, err := a.ownPrompt(args[0])
				if err != nil {
					return err
				}
				if own != "" {
					text, ok = own, true
				}
			}
			if !ok {
				return &hinted{&missingError{"there is no prompt " + quote(handoff.Clean(args[0], 80))}, "built in are " + strings.Join(prompts.Names(), ", ")}
			}
			_, err := a.out.Write([]byte(text))
			return err
		},
	}
	c.Flags().BoolVar(&builtin, "builtin", false, "the built-in one, whatever the project has")
	return c
}

// ownPrompt is the project's prompt of that name; "" where it has none, or there is no
// project here.
func (a *app) ownPrompt(name string) (string, error) {
	path, err := a.configPath()
	if err != nil || name != filepath.Base(name) {
		return "", nil
	}
	cfg, err := config.Load(path)
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(filepath.Join(cfg.Prompts.Roles, name+".md"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(data), err
}
