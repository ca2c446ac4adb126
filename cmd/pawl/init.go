package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/prompts"
)

func (a *app) initCommand() *cobra.Command {
	var name, from string
	c := &cobra.Command{
		Use: "init [DIR]", Short: "write a pawl.yaml, prompts and STATUS files to start from", Args: cobra.MaximumNArgs(1),
		Long: "init writes a loop of a Builder and an Adversary. It never overwrites: files that are there stay as they are,\n" +
			"and where there is a pawl.yaml already nothing is written at all.\n\n" +
			"With --from it converts the configuration of agent-orchestrator instead, and lists what it could not carry over.",
		RunE: func(c *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			if c.Flags().Changed("from") {
				if c.Flags().Changed("adapter") {
					return &hinted{&usageError{errors.New("--adapter and --from do not go together")}, "the adapters of the file are taken: leave --adapter out"}
				}
				return a.initialiseFrom(dir, from)
			}
			return a.initialise(dir, name)
		},
	}
	c.Flags().StringVar(&name, "adapter", "claude", "the agent CLI's `NAME`: claude, codex, opencode, gemini or script")
	c.Flags().StringVar(&from, "from", "", "convert this `agents.toml`")
	return c
}

func (a *app) initialise(dir, name string) error {
	if _, ok := adapter.Builtin()[name]; !ok {
		return &hinted{&invalidError{fmt.Errorf("there is no built-in adapter %q", name)}, "use claude, codex, opencode, gemini or script"}
	}
	path, err := newConfig(dir)
	if err != nil {
		return err
	}
	dir = filepath.Dir(path)
	var files []starterFile
	for _, f := range starterFiles(config.Starter(filepath.Base(dir), name)) {
		files = append(files, starterFile{filepath.Join(dir, f.path), f.text})
	}
	if err := a.writeStarters(dir, files); err != nil {
		return err
	}
	a.say("\nnext: choose the adapter in pawl.yaml, write plans/first.md, commit and push both, then run pawl up")
	return nil
}

// writeStarters writes the files that are not there yet.
func (a *app) writeStarters(dir string, files []starterFile) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := privateDir(filepath.Join(dir, ".pawl")); err != nil {
		return err
	}
	for _, f := range files {
		if err := a.writeNew(f.path, f.text); err != nil {
			return err
		}
	}
	return nil
}

type starterFile struct{ path, text string }

func starterFiles(yaml string) []starterFile {
	files := []starterFile{
		{"plans/first.md", "# first\n\nWhat is to be built in this phase, and by which gates it is judged.\n"},
		{"machine-docs/STATUS-first.md", "# first\n\nThe Builder keeps this file: what is claimed, what has passed, what is left.\nThe phase is over when it has the heading that pawl.yaml calls done_marker.\n"},
		{".pawl/.gitignore", "*\n"},
		{"work/.gitignore", "*\n"},
	}
	for _, role := range []string{"builder", "adversary", "supervisor"} {
		if text, ok := prompts.Builtin(role); ok {
			files = append(files, starterFile{"prompts/" + role + ".md", text})
		}
	}
	// The configuration comes last: an interrupted init can be run again.
	return append(files, starterFile{config.Name, yaml})
}

// writeNew writes a file that is not there yet, and leaves one that is alone.
func (a *app) writeNew(path, text string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		a.say("kept   %s", path)
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	a.say("wrote  %s", path)
	_, err = f.WriteString(text)
	return err
}
