package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/launcher/ssh"
)

// serveOptions are what the near side of an ssh launcher says about itself.
type serveOptions struct {
	kind    string
	socket  string
	far     string
	prompts string
}

// launcherServeCommand is the far side of an ssh launcher: pawl on another host
// starts it there, through ssh, and speaks the launcher protocol to it.
func (a *app) launcherServeCommand() *cobra.Command {
	var o serveOptions
	c := &cobra.Command{
		Use: "serve", Short: "serve this host's sessions to pawl on another one, over ssh", Args: cobra.NoArgs, Hidden: true,
		Long: "serve answers requests of the launcher protocol on standard input, a line each, until that ends. Sessions go on.",
		RunE: func(c *cobra.Command, _ []string) error { return a.serve(c.Context(), o) },
	}
	f := c.Flags()
	f.StringVar(&o.kind, "type", "tmux", "the `launcher` whose sessions are served; tmux is the only one")
	f.StringVar(&o.socket, "socket", "pawl", "the tmux server: a name, or the path of its `socket`")
	f.StringVar(&o.far, "far", "", "the `ID` of the project that asks; required")
	f.StringVar(&o.prompts, "prompts", "", "the `folder` that holds prompts where the project is")
	return c
}

func (a *app) serve(ctx context.Context, o serveOptions) error {
	if o.kind != "tmux" {
		return &hinted{&usageError{fmt.Errorf("sessions of launcher %s are not served", quote(o.kind))}, "use --type tmux"}
	}
	if _, err := ssh.Folder(o.far); err != nil {
		return &usageError{err}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return ssh.Serve(ctx, ssh.ServeOptions{
		ID: o.far, Prompts: o.prompts, Socket: o.socket, Self: []string{self, "pane"},
		Env: loop.AgentEnv(os.Environ(), config.Agent{}), Log: a.logger(a.err),
	}, a.in, a.out)
}

// launcherLogCommand prints a log that serve keeps.
func (a *app) launcherLogCommand() *cobra.Command {
	var (
		far    string
		lines  int
		follow bool
	)
	c := &cobra.Command{
		Use: "log AGENT", Short: "print the log of a session that is served to another host", Args: cobra.ExactArgs(1), Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			folder, err := ssh.Folder(far)
			if err != nil {
				return &usageError{err}
			}
			ctx, cancel := context.WithCancel(c.Context())
			defer cancel()
			if follow {
				go func() { // it ends with standard input, and at the latest with this process
					defer cancel()
					if _, err := io.Copy(io.Discard, a.in); err != nil {
						a.warn("standard input: %v", err)
					}
				}()
			}
			return tail(ctx, a.out, ssh.LogFile(folder, args[0]), lines, follow)
		},
	}
	c.Flags().StringVar(&far, "far", "", "the `ID` of the project; required")
	c.Flags().IntVar(&lines, "lines", 100, "the last `N` lines")
	c.Flags().BoolVar(&follow, "follow", false, "go on as it grows, until standard input ends")
	return c
}
