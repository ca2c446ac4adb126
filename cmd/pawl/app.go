package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/control"
	"pawl/loop/daemon"
	"pawl/loop/launcher/process"
	"pawl/loop/launcher/tmux"
	"pawl/loop/sim/actor"
	"pawl/loop/turn/runner"
	"pawl/phases"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitInvalid = 3 // configuration or input
	exitMissing = 4 // an agent, id or phase that is not there
)

// app is what every command gets: its streams and the global flags.
type app struct {
	in       io.Reader
	out, err io.Writer

	config  string
	quiet   bool
	verbose bool
	mends   string // the command that runs, if it sets a damaged ledger aside
}

// run runs one command line and returns its exit code.
func run(args []string, in io.Reader, out, errw io.Writer) int {
	if len(args) > 0 && args[0] == "pump" {
		return process.PumpMain(args[1:], out, errw)
	}
	if len(args) > 0 && args[0] == "pane" {
		return tmux.Main(context.Background(), args[1:], in, errw)
	}
	if len(args) > 0 && args[0] == runner.Word {
		return runner.Main(os.Stdin, out, errw)
	}
	if len(args) > 0 && args[0] == actor.Word {
		return actor.Main(context.Background(), args[1:], os.Stdin, errw)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{in: in, out: out, err: errw}
	root := a.root()
	root.SetVersionTemplate("pawl {{.Version}}\n")
	if len(args) > 0 && args[0] == cobra.ShellCompRequestCmd {
		plainFlags(root)
	}
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errw)
	return a.report(unknownCommand(root, root.ExecuteContext(ctx)))
}

// unknownCommand makes cobra's words for a command that does not exist, which
// take several lines, one with a hint.
func unknownCommand(root *cobra.Command, err error) error {
	if err == nil || !strings.HasPrefix(err.Error(), "unknown command") {
		return err
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	hint := root.CommandPath() + " --help lists the commands"
	if words := strings.Split(line, `"`); len(words) > 3 { // unknown command "statsu" for "pawl phase"
		if above, _, err := root.Find(strings.Fields(words[3])[1:]); err == nil {
			hint = meantCommand(above, words[1])
		}
	}
	return &hinted{&usageError{errors.New(line)}, hint}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:     "pawl",
		Version: versionText(),
		Short:   "keep coding agents handing each other work through one git repository",
		Long: "pawl watches origin's branch for claim(gate) and review(gate) commits and for inbox files,\n" +
			"wakes the agent whose turn it is, advances the phases when a STATUS file says ## DONE,\n" +
			"and keeps the agents' sessions alive.",
		SilenceErrors: true, SilenceUsage: true, SuggestionsMinimumDistance: 2,
	}
	f := root.PersistentFlags()
	f.StringVar(&a.config, "config", "", "the configuration `file` (default: PAWL_CONFIG, else pawl.yaml here or in a folder above)")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "print errors only")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "log more")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &hinted{&usageError{flagError(err)}, meantFlag(c, err)}
	})
	root.AddCommand(
		a.initCommand(), a.upCommand(), a.downCommand(), a.watchCommand(), a.tickCommand(),
		a.statusCommand(), a.scheduleCommand(), a.logsCommand(), a.attachCommand(), a.wakeCommand(), a.phaseCommand(), a.handoffsCommand(),
		a.pauseCommand(), a.resumeCommand(), a.restartCommand(), a.eventsCommand(), a.pokeCommand(),
		a.explainCommand(), a.reportCommand(), a.claimCommand(), a.reviewCommand(), a.replayCommand(), a.checkCommand(), a.hooksCommand(), a.hookCommand(), a.serviceCommand(),
		a.configCommand(), a.doctorCommand(), a.selftestCommand(), a.launcherCommand(), a.spawnCommand(), a.sendCommand(), a.lsCommand(), a.peekCommand(), a.showCommand(), a.trajectoryCommand(), a.waitCommand(), a.stopCommand(), a.rmCommand(), a.costsCommand(), a.promptCommand(),
		a.demoCommand(), a.simulateCommand(), a.completionCommand(), a.manCommand(), a.versionCommand(),
	)
	for _, c := range root.Commands() {
		usageArgs(c)
	}
	helps(root)
	a.completes(root)
	supported(root, runtime.GOOS)
	return root
}

// flagError says what a flag takes instead of which Go function refused it.
func flagError(err error) error {
	if text, _, parsed := strings.Cut(err.Error(), ": strconv."); parsed {
		return errors.New(text + ": write a whole number")
	}
	return err
}

// usageArgs makes wrong arguments of c and the commands below it usage errors. A command
// that is there for those below it alone prints its help.
func usageArgs(c *cobra.Command) {
	if c.HasSubCommands() && !c.Runnable() {
		// Cobra would print its help whatever word follows, and be content.
		c.Args, c.RunE = cobra.NoArgs, func(c *cobra.Command, _ []string) error { return c.Help() }
	}
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return argumentError(c, args, err)
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		usageArgs(sub)
	}
}

// argumentError says what a command takes instead of how many arguments cobra
// counted.
func argumentError(c *cobra.Command, args []string, err error) error {
	if c.HasSubCommands() {
		return &usageError{err}
	}
	_, takes, _ := strings.Cut(c.Use, " ")
	what := nameOf(c) + " takes " + cmp.Or(takes, "no arguments")
	if given := handoff.Clean(strings.Join(args, " "), 80); given != "" {
		what += ", and was given " + quote(given)
	}
	return &hinted{&usageError{errors.New(what)}, c.CommandPath() + " --help says more"}
}

// usageError is a command line that makes no sense: exit 2.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// missingError names something that is not there: exit 4.
type missingError struct{ msg string }

func (e *missingError) Error() string { return e.msg }

// invalidError is input that is not valid: exit 3.
type invalidError struct{ err error }

func (e *invalidError) Error() string { return e.err.Error() }
func (e *invalidError) Unwrap() error { return e.err }

// hinted adds a line that says what to do.
type hinted struct {
	err  error
	hint string
}

func (e *hinted) Error() string { return e.err.Error() }
func (e *hinted) Unwrap() error { return e.err }

// silent is a failure that was told already.
var errSilent = errors.New("")

// report prints err as people read it and returns the exit code for it.
func (a *app) report(err error) int {
	if err == nil {
		return exitOK
	}
	err = damagedHint(err)
	if !errors.Is(err, errSilent) {
		for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
			fmt.Fprintf(a.err, "pawl: %s\n", line)
		}
	}
	var h *hinted
	if errors.As(err, &h) {
		fmt.Fprintf(a.err, "hint: %s\n", h.hint)
	}
	return exitCode(err)
}

func exitCode(err error) int {
	var (
		usage   *usageError
		missing *missingError
		phase   *phases.UnknownPhaseError
		invalid *invalidError
		faults  config.Errors
	)
	switch {
	case errors.As(err, new(refusal)):
		return exitRefused
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &missing), errors.As(err, &phase):
		return exitMissing
	case errors.As(err, &invalid), errors.As(err, &faults), errors.Is(err, config.ErrNotFound):
		return exitInvalid
	}
	return exitFailed
}

// say prints progress and results that --quiet leaves out.
func (a *app) say(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.out, format+"\n", args...)
	}
}

// heldHint explains who has the coordinator's lock.
func heldHint(err error) error {
	var held *daemon.HeldError
	if errors.As(err, &held) {
		return &hinted{err, "pawl status shows what it does; pawl down ends it"}
	}
	return err
}

func notRunning(err error) bool { return errors.Is(err, control.ErrNotRunning) }
