package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// quoted is a text in quotes, which is one argument.
var quoted = regexp.MustCompile(`'[^']*'|"[^"]*"`)

// lookUp says what is wrong with a command line that a document names: the
// command, its flags, and how many arguments there are, if there are any.
func lookUp(line string) error {
	line, _, _ = strings.Cut(quoted.ReplaceAllString(line, "TEXT"), " | ")
	line, _, _ = strings.Cut(line, " >")
	words := strings.Fields(line)
	if len(words) == 0 || words[0] != "pawl" {
		return nil
	}
	root := (&app{in: strings.NewReader(""), out: io.Discard, err: io.Discard}).root()
	root.InitDefaultHelpFlag()
	root.InitDefaultVersionFlag()
	cmd, rest, err := root.Find(words[1:])
	if err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag()
	if err := cmd.ParseFlags(rest); err != nil {
		return fmt.Errorf("%s: %w", cmd.CommandPath(), err)
	}
	args := cmd.Flags().Args()
	if cmd == root && len(args) > 0 || cmd.HasSubCommands() && !cmd.Runnable() && len(args) > 0 {
		return fmt.Errorf("%s has no command %q", cmd.CommandPath(), args[0])
	}
	if len(args) == 0 {
		return nil // only named
	}
	return cmd.ValidateArgs(args)
}

// lookUpSpans looks up every pawl command line that stands in the text.
func (d document) lookUpSpans() []error {
	var errs []error
	for _, s := range d.spans {
		if err := lookUp(s.text); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: `%s`: %w", d.name, s.line, s.text, err))
		}
	}
	return errs
}

// lookUpCron looks up the pawl command line behind each schedule of a block.
func (b block) lookUpCron(name string) []error {
	var errs []error
	for i, line := range b.text {
		_, command, found := strings.Cut(line, " pawl ")
		if !found {
			continue
		}
		if err := lookUp("pawl " + command); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %s: %w", name, b.line+i, line, err))
		}
	}
	return errs
}
