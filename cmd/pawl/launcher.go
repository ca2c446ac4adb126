package main

import (
	"github.com/spf13/cobra"
)

func (a *app) launcherCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "launcher", Short: "try a launcher of your own: a program that runs sessions for pawl", Args: cobra.NoArgs,
		Long: "launcher is about sessions that a program of yours runs. Where TYPE in pawl.yaml is none that is built in, it is a\n" +
			"program pawl-launcher-TYPE on PATH. What that has to do is written down in docs/launcher-protocol.md;\n" +
			"pawl launcher test says whether it does.",
	}
	c.AddCommand(a.launcherTestCommand(), a.launcherServeCommand(), a.launcherLogCommand())
	return c
}
