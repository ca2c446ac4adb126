package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"pawl/loop/config"
	"pawl/loop/doctor"
)

func (a *app) configCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "config", Short: "check, show and describe the configuration", Args: cobra.NoArgs,
	}
	c.AddCommand(a.configValidateCommand(), a.configShowCommand(), a.configSchemaCommand())
	return c
}

func (a *app) configSchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "print a JSON Schema of pawl.yaml, for editors", Args: cobra.NoArgs,
		Long: "schema prints a JSON Schema (draft 2020-12) of pawl.yaml. With it an editor completes keys, shows what they are\n" +
			"for, and marks mistakes. Write it beside the ledger:\n\n" +
			"  pawl config schema > .pawl/pawl.schema.json\n\n" +
			"and begin pawl.yaml with the line\n\n" +
			"  # yaml-language-server: $schema=.pawl/pawl.schema.json\n\n" +
			"That is read by the YAML language server, which VS Code (the extension YAML), Neovim and Helix use.",
		RunE: func(*cobra.Command, []string) error {
			text, err := config.Schema()
			if err != nil {
				return err
			}
			_, err = a.out.Write(text)
			return err
		},
	}
}

func (a *app) configValidateCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "validate [FILE]", Short: "say every fault of pawl.yaml, each with its place", Args: cobra.MaximumNArgs(1),
		Long: "validate reads FILE, or the pawl.yaml that other commands would use. Each fault is a line on stderr, as\n" +
			"file:line:col: what is wrong; what to write instead. Then the exit code is 3. Warnings tell of what is allowed\n" +
			"and hardly meant, and of files that are named and not there; with warnings alone the exit code is 0.",
		RunE: func(c *cobra.Command, args []string) error {
			path, err := a.configPath()
			if len(args) == 1 {
				path, err = filepath.Abs(args[0])
			}
			if err != nil {
				return err
			}
			return a.validate(c.Context(), path, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

// validation is the outcome as `config validate --json` prints it.
type validation struct {
	File     string           `json:"file"`
	Valid    bool             `json:"valid"`
	Errors   config.Errors    `json:"errors"`
	Warnings config.Errors    `json:"warnings"`
	Missing  []doctor.Finding `json:"missing"` // files that are named and not there
}

func (a *app) validate(ctx context.Context, path string, asJSON bool) error {
	data, err := config.Read(path)
	if err != nil {
		return err
	}
	cfg, doubts, err := config.Lint(path, data)
	result := validation{File: path, Valid: err == nil, Errors: config.Errors{}, Warnings: append(config.Errors{}, doubts...), Missing: []doctor.Finding{}}
	if err != nil && !errors.As(err, &result.Errors) {
		return err
	}
	if cfg != nil {
		result.Missing = append(result.Missing, a.missingFiles(ctx, path, cfg)...)
	}
	if asJSON {
		if err := a.json(result); err != nil {
			return err
		}
	} else {
		a.tellValidation(result, cfg)
	}
	if err != nil {
		return errors.Join(errSilent, err)
	}
	return nil
}

// tellValidation prints what editors read as file:line:col.
func (a *app) tellValidation(v validation, cfg *config.Config) {
	for _, fault := range v.Errors {
		fmt.Fprintln(a.err, fault.Error())
	}
	for _, doubt := range v.Warnings {
		doubt.Msg = "warning: " + doubt.Msg
		fmt.Fprintln(a.err, doubt.Error())
	}
	for _, f := range v.Missing {
		fmt.Fprintf(a.err, "%s: warning: %s %s; %s\n", v.File, f.Name(), f.Found, f.Hint)
	}
	if !v.Valid {
		return
	}
	text := fmt.Sprintf("%s is valid: %s, %s", v.File, doctor.Count(len(cfg.Agents), "agent"), doctor.Count(len(cfg.Phases.Sequence), "phase"))
	if n := len(v.Warnings) + len(v.Missing); n > 0 {
		text += ", " + doctor.Count(n, "warning")
	}
	a.say("%s", text)
}

// missingFiles are doctor's findings on plans, prompts and signers that pawl.yaml names
// and that are not there. A STATUS file is no fault: agents make it.
func (a *app) missingFiles(ctx context.Context, path string, cfg *config.Config) []doctor.Finding {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	e := newExaminer(a, path, cfg)
	findings := append(e.phaseFiles(ctx), e.prompts(), e.kickoff(), e.signers())
	var missing []doctor.Finding
	for _, f := range findings {
		if f.Status != doctor.OK && f.Name() != "status" {
			missing = append(missing, f)
		}
	}
	return missing
}

// kickoff judges the template of a file that names another one than the default.
func (e *examiner) kickoff() doctor.Finding {
	f := doctor.FileFacts{Sort: "kickoff", Instead: "the built-in one serves", Hint: "write it, or remove phases.kickoff"}
	path := e.cfg.Phases.Kickoff
	if path == filepath.Join(e.cfg.Dir, "prompts", "kickoff.md") {
		return doctor.Files(f)
	}
	f.Named = 1
	if !isThere(path) {
		f.Missing = []string{path}
	}
	return doctor.Files(f)
}
