package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop/control"
	"pawl/loop/daemon"
	"pawl/loop/ledger"
)

// stopPatience is how long down waits for sessions: the polite deadline, the
// kill, and a little.
const stopPatience = 15 * time.Second

// stopEach is how much longer it waits for each of them: hundreds do not end at once.
const stopEach = 100 * time.Millisecond

func (a *app) downCommand() *cobra.Command {
	var forget bool
	c := &cobra.Command{
		Use:   "down [NAME…]",
		Short: "stop agents, or everything",
		Long: "down stops the named agents and services, which then stay down until `pawl up NAME`.\n" +
			"Without names it stops all of them and the coordinator.",
		RunE: func(c *cobra.Command, names []string) error {
			a.mends = "down" // what cannot be read stops nobody from being stopped
			return a.use(c.Context(), func(p *project) error {
				if forget {
					if err := p.giveUp(c.Context(), names); err != nil {
						return err
					}
				}
				return p.down(c.Context(), names, lockPatience)
			})
		},
	}
	c.Flags().BoolVar(&forget, "forget", false, "give up sessions whose launcher cannot be looked at: they may still run there")
	return c
}

// down stops agents and, without names, the coordinator, which has patience to end.
// One that takes longer stops no agent any more, so they are stopped here.
func (p *project) down(ctx context.Context, names []string, patience time.Duration) error {
	if err := p.agents(ctx, names...); err != nil {
		return err
	}
	// What runs is looked up first: a coordinator may be faster than this
	// command, and then there is nothing left in its report.
	was, err := p.running(ctx, names)
	if err != nil {
		return err
	}
	if err := p.ledger.Edit(ctx, func(s *ledger.State) error { return p.unwant(s, names) }); err != nil {
		return err
	}
	var (
		ended bool
		stuck error // the coordinator is asked to end, and has its lock still
		held  *daemon.HeldError
	)
	if len(names) == 0 {
		if ended, stuck = p.stopCoordinator(ctx, patience); stuck != nil && !errors.As(stuck, &held) {
			return stuck
		}
	}
	s := p.app.step(strings.TrimSpace("stopping "+strings.Join(was, ", ")), false)
	rep, err := p.order(ctx, "down", control.Order{Settle: stopPatience + time.Duration(len(was))*stopEach, Local: true})
	s.end()
	if err != nil && !errors.As(err, &held) {
		return err
	}
	if stuck != nil && (err == nil || held.Holder.What != "watch") {
		ended, stuck = true, nil // it has let go meanwhile
	}
	// Who has the lock, such as a tick that waits for origin, goes on passing and
	// has stopped by now what is to stop.
	left, err := p.running(ctx, names)
	if err != nil {
		return err
	}
	for _, name := range was {
		if !slices.Contains(left, name) {
			p.app.say("%s stopped", name)
		}
	}
	if ended {
		p.app.say("coordinator stopped")
	}
	if len(left) > 0 {
		p.app.tell(rep)
		return &hinted{fmt.Errorf("still running: %s", strings.Join(left, ", ")), "pawl down again, or see pawl logs coordinator"}
	}
	if stuck != nil {
		return &hinted{stuck, "end that process, and pawl down again"}
	}
	if len(was) == 0 && !ended {
		p.app.say("nothing was running")
	}
	return nil
}

// unwant records what is to stop: the named agents for good, or everything.
func (p *project) unwant(s *ledger.State, names []string) error {
	for _, name := range p.cfg.Names() {
		if len(names) > 0 && !slices.Contains(names, name) {
			continue // a restart of another one that is due stays due
		}
		row := s.Agent(name)
		switch {
		case len(names) > 0:
			row.Wanted = ledger.Down
		case row.Wanted != ledger.Down:
			row.Wanted = ledger.Off
		}
		row.Restart, row.RestartAt = "", time.Time{}
		s.Agents[name] = row
	}
	if len(names) == 0 {
		wantRuns(s, ledger.Off)
	}
	s.Events = append(s.Events, operatorEvent("down", "", map[string]any{"agents": strings.Join(names, " ")}))
	return nil
}

// running are the agents and services that have a session, on record or not:
// one whose record was deleted runs as well.
func (p *project) running(ctx context.Context, names []string) ([]string, error) {
	w, d, err := p.preview(ctx)
	if err != nil {
		return nil, err
	}
	var found []string
	for name, row := range d.After.Sessions {
		_, recorded := w.State.Sessions[name]
		if !recorded && row.LiveAt.IsZero() {
			continue // a pass would start it
		}
		if len(names) == 0 || slices.Contains(names, name) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found, nil
}

// stopCoordinator ends the coordinator, if one runs, and waits within patience until
// its lock is free; it is a *daemon.HeldError if it is not.
func (p *project) stopCoordinator(ctx context.Context, patience time.Duration) (ended bool, err error) {
	err = p.client.Stop(ctx)
	if notRunning(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	lock, err := p.lock(ctx, "down", patience)
	if err != nil {
		return false, fmt.Errorf("the coordinator does not end: %w", err)
	}
	return true, lock.Release()
}
