package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop/doctor"
	"pawl/loop/launcher/conformance"
	"pawl/loop/launcher/exec"
	"pawl/loop/launcher/proc"
)

// launcherTest are the flags of `pawl launcher test`, and what came of it: its JSON.
type launcherTest struct {
	Program  string         `json:"program"`
	Name     string         `json:"name"`
	Features []string       `json:"features"`
	Cases    []launcherCase `json:"cases"`
	Passed   int            `json:"passed"`
	Failed   int            `json:"failed"`
	Skipped  int            `json:"skipped"`

	only     string
	options  map[string]string
	deadline time.Duration
	asJSON   bool
}

// launcherCase is what came of one case. Contract is what the protocol says.
type launcherCase struct {
	Name     string   `json:"name"`
	Contract string   `json:"contract"`
	Outcome  string   `json:"outcome"`
	Reasons  []string `json:"reasons,omitempty"`
	Seconds  float64  `json:"seconds"`
}

// helloPatience is how long the program may take to start: here that is not what
// is tried.
const helloPatience = 30 * time.Second

// endPatience is how long it may take to end when its input has: a machine that runs
// cases is busy, and a coordinator's two seconds would be judged by that.
const endPatience = 10 * time.Second

// casesAtOnce is how many cases run at a time: they mostly wait.
const casesAtOnce = 4

func (a *app) launcherTestCommand() *cobra.Command {
	var o launcherTest
	c := &cobra.Command{
		Use: "test PROGRAM", Short: "put a launcher's program to the suite that the built-in ones pass", Args: cobra.ExactArgs(1),
		Long: "test starts PROGRAM as a coordinator would, has it run sessions of shell scripts, and looks at them from outside. It says of each\n" +
			"case whether it passed, and of one that failed what happened and what the protocol asks for. Everything is in a temporary folder,\n" +
			"and what was started is ended, also after Ctrl-C. The sessions must run on this machine, and see its files.",
		RunE: func(c *cobra.Command, args []string) error {
			o.Program = args[0]
			return a.testLauncher(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.only, "run", "", "run only the cases with `TEXT` in their names")
	f.StringToStringVar(&o.options, "option", nil, "an option for the program, `KEY=VALUE`, as pawl.yaml gives them")
	f.DurationVar(&o.deadline, "deadline", 90*time.Second, "how long one case may take")
	f.BoolVar(&o.asJSON, "json", false, "print the outcome as JSON")
	return c
}

func (a *app) testLauncher(ctx context.Context, o launcherTest) (err error) {
	cases, err := chosenCases(o.only)
	if err != nil {
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	program, err := proc.FindProgram(o.Program, here, os.Environ())
	if err != nil {
		return &hinted{&missingError{err.Error()}, "name the launcher's program, as ./pawl-launcher-mine; it must be executable"}
	}
	dir, err := os.MkdirTemp("", "pawl-launcher-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	o.Program = program
	opts := exec.Options{
		Name: filepath.Base(program), Argv: []string{program}, Dir: dir, Options: o.options, Pawl: versionText(),
		Env: func() []string { return append(ownEnvironment(), "TMPDIR="+dir) }, Attach: func(session string) []string { return []string{"pawl", "attach", session} }, Log: a.quietLog(),
		Times: exec.Times{Hello: helloPatience, Polite: endPatience},
	}
	welcome, err := probe(ctx, opts)
	if err != nil {
		return &hinted{err, "docs/launcher-protocol.md says what a launcher's program is asked, and what it answers"}
	}
	o.Name, o.Features, o.Cases = handoff.Clean(welcome.Name, 80), welcome.Features, []launcherCase{}
	if o.Features == nil {
		o.Features = []string{}
	}
	if !o.asJSON {
		a.say("%s speaks version %d of the protocol; %s", o.Name, welcome.Protocol, doctor.Count(len(cases), "case"))
	}
	conformance.Judge(ctx, cases, casesAtOnce, o.deadline, harnessOf(opts, welcome), func(v conformance.Verdict) { a.judged(&o, v) })
	return a.outcome(ctx, o)
}

// chosenCases are the cases whose names have a text in them.
func chosenCases(text string) ([]conformance.Case, error) {
	var chosen []conformance.Case
	var names []string
	for _, c := range conformance.Cases() {
		names = append(names, c.Name)
		if strings.Contains(strings.ToLower(c.Name), strings.ToLower(text)) {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 {
		return nil, &hinted{&missingError{"no case has " + quote(handoff.Clean(text, 80)) + " in its name"}, "the cases are: " + strings.Join(names, "; ")}
	}
	return chosen, nil
}

// quietLog is for what is shown with --verbose alone: the words of a launcher's program
// that cases kill on purpose, and trouble that a page tells of in its own words.
func (a *app) quietLog() *slog.Logger {
	if a.verbose {
		return a.logger(a.err)
	}
	return slog.New(slog.DiscardHandler)
}

// probe starts the program once, so that one that does not even say hello fails
// once and not in every case.
func probe(ctx context.Context, opts exec.Options) (exec.Welcome, error) {
	s := exec.NewSuite(opts)
	w, err := s.Probe(ctx)
	return w, errors.Join(err, s.Close())
}

func harnessOf(opts exec.Options, w exec.Welcome) func(conformance.T) (conformance.Harness, error) {
	return func(t conformance.T) (conformance.Harness, error) {
		s := exec.NewSuite(opts)
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s.Harness(w), nil
	}
}

// judged counts what came of a case, and tells of it.
func (a *app) judged(o *launcherTest, v conformance.Verdict) {
	o.Cases = append(o.Cases, launcherCase{v.Name, v.Rule, v.Outcome, v.Reasons, v.Took.Round(time.Millisecond).Seconds()})
	took := v.Took.Round(100 * time.Millisecond)
	switch v.Outcome {
	case conformance.Passed:
		o.Passed++
	case conformance.Skipped:
		o.Skipped++
	default:
		o.Failed++
	}
	switch {
	case o.asJSON:
	case v.Outcome == conformance.Passed:
		a.say("ok      %s (%v)", v.Name, took)
	case v.Outcome == conformance.Skipped:
		a.say("skipped %s: %s", v.Name, strings.Join(v.Reasons, "; "))
	default:
		fmt.Fprintf(a.out, "FAILED  %s (%v)\n", v.Name, took)
		for _, reason := range v.Reasons {
			fmt.Fprintf(a.out, "        %s\n", handoff.Clean(reason, 600))
		}
		fmt.Fprintf(a.out, "        the contract: %s\n", v.Rule)
	}
}

func (a *app) outcome(ctx context.Context, o launcherTest) error {
	if o.asJSON {
		if err := a.json(o); err != nil {
			return err
		}
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted; %d cases passed, %d failed", o.Passed, o.Failed)
	case o.Failed > 0:
		return fmt.Errorf("%d of %d cases failed", o.Failed, len(o.Cases))
	case !o.asJSON:
		a.say("%d passed, %d skipped", o.Passed, o.Skipped)
	}
	return nil
}
