package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
)

// onWindows are the commands that run on Windows: those that need no session, no
// lock on a process and no hook. Each that is not named here says that it does not.
var onWindows = []string{"check", "completion", "config", "help", "man", "replay", "selftest", "version"}

// supported has each command say so that cannot do its work on a system.
func supported(root *cobra.Command, system string) {
	if system != "windows" {
		return
	}
	for _, c := range root.Commands() {
		if !slices.Contains(onWindows, c.Name()) {
			refuse(c)
		}
	}
}

func refuse(c *cobra.Command) {
	if c.Runnable() {
		c.RunE = func(c *cobra.Command, _ []string) error {
			return &hinted{
				fmt.Errorf("%s does not run on windows yet: agents' sessions, locks and hooks need a unix", c.CommandPath()),
				"use WSL: wsl --install once, then git, tmux and pawl inside of it",
			}
		}
	}
	for _, sub := range c.Commands() {
		refuse(sub)
	}
}
