package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"pawl/loop/atomicfile"
)

func (a *app) manCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "man", Short: "print the manual page", Args: cobra.NoArgs,
		Long: "man prints the manual page pawl(1), which has every command. It reads well with man -l.\n" +
			"With --dir it is written to pawl.1 in that folder, as packages need it.",
		RunE: func(c *cobra.Command, _ []string) error {
			page := manual(c.Root())
			if dir == "" {
				_, err := fmt.Fprint(a.out, page)
				return err
			}
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			path := filepath.Join(dir, "pawl.1")
			if err := atomicfile.Write(path, []byte(page)); err != nil {
				return err
			}
			a.say("wrote  %s", path)
			return os.Chmod(path, 0o644)
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "write pawl.1 into this `folder` instead")
	return c
}
