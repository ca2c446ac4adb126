package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// shells are those that pawl completes for, and how each is told so for good.
var shells = []struct {
	name, how string
	generate  func(*cobra.Command, io.Writer) error
}{
	{"bash", "echo 'source <(pawl completion bash)' >>~/.bashrc", func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
	{"zsh", `pawl completion zsh >"${fpath[1]}/_pawl"`, func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) }},
	{"fish", "pawl completion fish >~/.config/fish/completions/pawl.fish", func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) }},
}

func (a *app) completionCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "print what a shell needs to complete pawl's command lines",
		Args:  cobra.ExactArgs(1),
	}
	var how strings.Builder
	for _, s := range shells {
		c.ValidArgs = append(c.ValidArgs, s.name)
		how.WriteString("\n  " + pad(s.name, 6) + s.how)
	}
	c.Long = "completion prints a script for a shell. With it, the Tab key knows commands and flags, and of the project around the\n" +
		"working directory agents, services, phases, adapters and handoffs. bash needs its package bash-completion, zsh compinit.\n" +
		"Each shell is told once:\n" + how.String()
	c.RunE = func(c *cobra.Command, args []string) error {
		for _, s := range shells {
			if s.name == args[0] {
				return s.generate(c.Root(), a.out)
			}
		}
		return &hinted{&usageError{fmt.Errorf("there is no completion for shell %q", args[0])}, "there is one for " + strings.Join(c.ValidArgs, ", ")}
	}
	return c
}
