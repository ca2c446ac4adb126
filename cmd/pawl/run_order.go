package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/adapter"
	"pawl/loop/control"
	"pawl/loop/ledger"
)

func (a *app) sendCommand() *cobra.Command {
	var force, asJSON bool
	c := &cobra.Command{
		Use: "send ID TEXT…", Short: "tell a worker something", Args: cobra.MinimumNArgs(2),
		Long: "send tells a worker something: one that runs in its next turn, and one that has ended goes on with the same conversation.\n" +
			"A text of - is read from standard input.",
		RunE: func(c *cobra.Command, args []string) error {
			return a.use(c.Context(), func(p *project) error {
				text, err := a.words(args[1:], maxSent)
				if err != nil {
					return err
				}
				id, err := p.send(c.Context(), args[0], text, force)
				if err != nil || !asJSON {
					return err
				}
				return p.printRun(c.Context(), id)
			})
		},
	}
	c.Flags().BoolVar(&force, "force", false, "have it go on although another worker writes to the same files")
	c.Flags().BoolVar(&asJSON, "json", false, "print the run as JSON")
	return c
}

func (p *project) send(ctx context.Context, name, text string, force bool) (id string, err error) {
	r, err := p.run(ctx, name)
	if err != nil {
		return "", err
	}
	p.warnFault()
	if err := p.goesOn(r); err != nil {
		return "", err
	}
	now := time.Now()
	err = p.ledger.EditRun(ctx, r.ID, func(s *ledger.State, r ledger.Run) (ledger.Run, error) {
		s.PutItem(newMessage(r.ID, text))
		if r.Status != ledger.RunRunning || r.Stop != "" {
			if other := sharedArea(*s, r); other != "" && !force {
				return r, &hinted{&invalidError{fmt.Errorf("run %s writes to the files in %s already", other, r.Dir)}, "wait until it has ended, or --force"}
			}
			r = loop.ContinueRun(s, r, now)
			s.Events = append(s.Events, ledger.Event{Time: now, Kind: "run.continued", Agent: r.ID, Data: map[string]any{"message": handoff.Clean(text, 200)}})
			return r, nil
		}
		s.Events = append(s.Events, operatorEvent("wake", r.ID, map[string]any{"message": handoff.Clean(text, 200)}))
		return r, nil
	})
	if err != nil {
		return "", err
	}
	st, err := p.ledger.Load(ctx)
	if err == nil && st.Agent(r.ID).Wanted == ledger.Off {
		p.app.note("%s was stopped with all others; it is told after pawl up", r.ID)
		return r.ID, nil
	}
	return r.ID, errors.Join(err, p.begin(ctx, r.ID, false))
}

// goesOn says why a run could not be told anything more.
func (p *project) goesOn(r ledger.Run) error {
	if _, err := os.Stat(r.Dir); err != nil {
		return &invalidError{fmt.Errorf("run %s cannot go on: %w", r.ID, err)}
	}
	profile, known := p.cfg.Profile(r.Adapter, adapter.ModeTurns)
	if !known {
		return &hinted{&invalidError{fmt.Errorf("run %s cannot go on: there is no adapter %s any more", r.ID, quote(r.Adapter))}, "declare it under adapters: in pawl.yaml"}
	}
	if r.Status != ledger.RunRunning && len(profile.Resume) == 0 {
		return &hinted{&invalidError{fmt.Errorf("run %s cannot go on: adapter %s does not say how a conversation is resumed", r.ID, r.Adapter)}, "set adapters." + r.Adapter + ".turns.resume, or spawn another worker"}
	}
	return nil
}

func (a *app) stopCommand() *cobra.Command {
	var (
		reason string
		asJSON bool
	)
	c := &cobra.Command{
		Use: "stop ID…", Short: "stop workers", Args: cobra.MinimumNArgs(1),
		Long: "stop ends the turn and the session of a worker. What it did stays as it is, and pawl send has it go on.",
		RunE: func(c *cobra.Command, ids []string) error {
			return a.use(c.Context(), func(p *project) error {
				return eachRun(ids, func(name string) error {
					id, err := p.stopRun(c.Context(), name, reason)
					if err == nil && asJSON {
						err = p.printRun(c.Context(), id)
					}
					return err
				})
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why, in a few `WORDS`: its parent is told")
	c.Flags().BoolVar(&asJSON, "json", false, "print the runs as JSON")
	return c
}

func (p *project) stopRun(ctx context.Context, name, reason string) (id string, err error) {
	r, err := p.run(ctx, name)
	if err != nil {
		return "", err
	}
	if r.Status != ledger.RunRunning {
		p.app.note("%s is not running: %s", r.ID, r.Status)
		return r.ID, nil
	}
	if reason = handoff.Clean(reason, 300); reason == "" {
		reason = "it was asked to stop"
	}
	err = p.ledger.EditRun(ctx, r.ID, func(s *ledger.State, r ledger.Run) (ledger.Run, error) {
		if r.Status != ledger.RunRunning {
			return r, nil // it was faster
		}
		r.Stop = reason
		agent := s.Agent(r.ID)
		agent.Wanted, agent.Restart, agent.RestartAt = ledger.Down, "", time.Time{}
		s.Agents[r.ID] = agent
		return r, nil
	})
	if err != nil {
		return "", err
	}
	rep, err := p.order(ctx, "stop", control.Order{Settle: stopPatience, Local: true})
	if err != nil {
		return r.ID, err
	}
	if r, err = p.ledger.Run(ctx, r.ID); err != nil {
		return r.ID, err
	}
	if r.Status == ledger.RunRunning {
		p.app.tell(rep)
		return r.ID, &hinted{fmt.Errorf("%s still runs", r.ID), "pawl stop again, or see pawl logs coordinator"}
	}
	p.app.note("%s %s", r.ID, r.Status)
	return r.ID, nil
}

// eachRun does one thing about each run; what fails for one does not keep the others
// from it.
func eachRun(ids []string, do func(id string) error) error {
	var errs []error
	for _, id := range ids {
		errs = append(errs, do(id))
	}
	return errors.Join(errs...)
}

// wantRuns has all runs that have not ended stop with all others, or go on.
func wantRuns(s *ledger.State, want ledger.Want) {
	for id, r := range s.Runs {
		if agent := s.Agent(id); r.Status == ledger.RunRunning && r.Stop == "" {
			agent.Wanted, agent.Restart, agent.RestartAt = want, "", time.Time{}
			s.Agents[id] = agent
		}
	}
}

// note prints what a command did, beside what it prints for programs.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintln(a.err, strings.TrimRight(fmt.Sprintf(format, args...), "\n"))
	}
}
