package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop/config"
	"pawl/loop/control"
	"pawl/loop/doctor"
	"pawl/loop/launcher/proc"
)

// checkTime is how long one check may take. Checks run side by side.
const checkTime = 2 * time.Second

func (a *app) doctorCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "doctor", Short: "look whether everything that the loop needs is there", Args: cobra.NoArgs,
		Long: "doctor looks at pawl.yaml, git, origin, tmux, the agents' programs and clones, the state directory,\n" +
			"the coordinator and the clock, and says what to do about what it finds. It changes nothing.\n" +
			"The exit code is 1 if a check failed; warnings alone are 0.",
		RunE: func(c *cobra.Command, _ []string) error {
			path, err := a.configPath()
			if err != nil {
				return err
			}
			cfg, err := config.Load(path)
			if err != nil {
				return err
			}
			return a.doctor(c.Context(), newExaminer(a, path, cfg), asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func (a *app) doctor(ctx context.Context, e *examiner, asJSON bool) error {
	s := a.step("checking", false)
	list := e.examine(ctx)
	s.end()
	if err := ctx.Err(); err != nil {
		return err
	}
	if asJSON {
		if err := a.json(list); err != nil {
			return err
		}
	} else {
		printFindings(a.out, list, a.quiet)
	}
	if doctor.Failed(list) {
		return errSilent
	}
	return nil
}

// examiner gathers facts. It opens nothing that could be written by opening it:
// its project has no ledger.
type examiner struct {
	p   *project
	cfg *config.Config
	env []string // that `up` recorded
	git string   // the program; "" without one
	uid int
	now time.Time

	// What several checks ask for is found out by the first of them.
	tipOnce    sync.Once
	tipFound   originTip
	ledgerOnce sync.Once
	ledgerKept keptLedger
}

func newExaminer(a *app, path string, cfg *config.Config) *examiner {
	place := runtimePlace(cfg.StateDir)
	p := &project{app: a, path: path, cfg: cfg, place: place, client: control.NewClient(place.Socket())}
	e := &examiner{p: p, cfg: cfg, env: p.environment(), uid: os.Geteuid(), now: time.Now()}
	if git, err := proc.FindTool("git", cfg.Dir, e.env); err == nil {
		e.git = git
	}
	return e
}

// check finds out about one thing before its context ends.
type check func(context.Context) []doctor.Finding

// checks are all checks, in the order in which they are told.
func (e *examiner) checks() []check {
	list := []check{e.configuration, e.gitProgram, e.origin, e.tmuxProgram}
	list = append(list, e.tmuxServers()...)
	list = append(append(list, e.hosts()...), e.versions()...)
	for i := range e.cfg.Agents {
		if e.cfg.Agents[i].Enabled {
			list = append(list, e.agent(i))
		}
	}
	return append(list, e.hooks, e.services, e.stateDir, e.coordinator, e.clock)
}

// examine runs all checks side by side.
func (e *examiner) examine(ctx context.Context) []doctor.Finding {
	checks := e.checks()
	found := make([][]doctor.Finding, len(checks))
	var running sync.WaitGroup
	for i, look := range checks {
		running.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, checkTime)
			defer cancel()
			found[i] = look(ctx)
		})
	}
	running.Wait()
	list := []doctor.Finding{}
	for _, some := range found {
		list = append(list, some...)
	}
	return list
}

// printFindings prints a line for each check, under a line for each group; with
// quiet only what failed.
func printFindings(w io.Writer, list []doctor.Finding, quiet bool) {
	longest := 0
	for _, f := range list {
		longest = max(longest, width(f.Name()))
	}
	group := ""
	for _, f := range list {
		if quiet && f.Status != doctor.Fail {
			continue
		}
		if f.Group() != group {
			if group != "" {
				fmt.Fprintln(w)
			}
			group = f.Group()
			fmt.Fprintln(w, paint(w, bold, group))
		}
		status := paint(w, statusStyle(f.Status), fmt.Sprintf("%-4s", f.Status))
		hang(w, w, status+"  "+pad(f.Name(), longest)+"  ", 8+longest, "", f.Found)
		if f.Hint != "" {
			hang(w, w, "      "+paint(w, faint, "hint:")+" ", 12, "", f.Hint)
		}
	}
	if !quiet {
		fmt.Fprintf(w, "\n%s\n", doctor.Summary(list))
	}
}

func statusStyle(s doctor.Status) string {
	switch s {
	case doctor.Fail:
		return red
	case doctor.Warn:
		return yellow
	}
	return green
}
