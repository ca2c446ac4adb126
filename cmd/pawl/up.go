package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/control"
	"pawl/loop/doctor"
	"pawl/loop/ledger"
	"pawl/loop/supervise"
)

type upOptions struct {
	noWatch bool
	model   string
	adapter string
}

func (a *app) upCommand() *cobra.Command {
	var o upOptions
	c := &cobra.Command{
		Use:   "up [NAME…]",
		Short: "start agents, services and the coordinator",
		Long: "up starts what pawl.yaml has: all enabled loop and persistent agents and services, or those that are named.\n" +
			"It clones origin into agents' folders that do not exist yet. What runs is left alone; what `down NAME` stopped\n" +
			"stays down until it is named here, and so does a parked agent.",
		RunE: func(c *cobra.Command, names []string) error {
			a.mends = "up"
			return a.mending(c.Context(), a.open, func(p *project) error { return p.up(c.Context(), names, o) })
		},
	}
	c.Flags().BoolVar(&o.noWatch, "no-watch", false, "start no coordinator: pawl tick, called from cron, does its work")
	c.Flags().StringVar(&o.model, "model", "", "the model (a `NAME` that its CLI knows) of the named agents, until they are named again")
	c.Flags().StringVar(&o.adapter, "adapter", "", "the adapter (a `NAME` from pawl.yaml) of the named agents, until they are named again")
	return c
}

func (p *project) up(ctx context.Context, names []string, o upOptions) error {
	if p.fresh = !p.poorer(os.Environ()); !p.fresh {
		p.app.say("agents keep the environment of an earlier pawl up: this one has no terminal and fewer programs on PATH")
	}
	if err := p.checkUp(ctx, names, o); err != nil {
		return err
	}
	if err := p.approve(ctx); err != nil {
		return err
	}
	if err := p.cloneMissing(ctx, names); err != nil {
		return err
	}
	if p.fresh {
		if err := p.recordEnvironment(); err != nil {
			return err
		}
	}
	before, err := p.ledger.Load(ctx)
	if err != nil {
		return err
	}
	if err := p.ledger.Edit(ctx, func(s *ledger.State) error { return p.want(s, names, o) }); err != nil {
		return err
	}
	if !o.noWatch {
		started, err := p.startCoordinator(ctx)
		if err != nil {
			return err
		}
		if started {
			p.app.say("coordinator started; its log: pawl logs coordinator")
		}
		// A new one may have put another ledger in this one's place.
		if err := p.ledger.Refresh(ctx); err != nil {
			return err
		}
	}
	rep, err := p.lookingOrder(ctx, "up")
	if err != nil {
		return err
	}
	p.app.tellOrigin(rep)
	after, err := p.ledger.Load(ctx)
	if err != nil {
		return err
	}
	waits, conflict, err := p.waits(ctx, after, names)
	if err != nil {
		return err
	}
	if !p.tellStarted(before, after, names) && conflict == nil && !waits {
		p.app.say("nothing to start")
	}
	return cmp.Or(conflict, failures(rep, nil))
}

// tellStarted says what runs now that did not before, whoever started it: a
// coordinator may be faster than the command that asked. Of those that were
// named it also says what does not count yet. It is false when there is nothing
// to say.
func (p *project) tellStarted(before, after ledger.State, names []string) (news bool) {
	for _, name := range p.cfg.Names() {
		row, runs := after.Sessions[name]
		agent := after.Agent(name)
		switch {
		case runs && row.Generation != before.Sessions[name].Generation:
			news = true
			p.app.say("%s", started(row))
		case runs && slices.Contains(names, name) && runsOtherwise(before.Agent(name), agent, row):
			news = true
			p.app.say("%s runs already; it starts again with the new settings once it is idle and owes nothing, or now: pawl restart %s", name, name)
		case !runs && agent.Wanted == ledger.Up && agent.Restart != "":
			news = true
			p.app.warn("%s does not run: %s", name, handoff.Clean(agent.Restart, 400))
		}
	}
	return news
}

// runsOtherwise says that a session has another model or adapter than `up` was
// just given for its agent, or one that `up` took back.
func runsOtherwise(before, after ledger.Agent, row ledger.Session) bool {
	differs := func(before, after, runs string) bool {
		if after != "" {
			return after != runs
		}
		return before != "" && before == runs
	}
	return differs(before.Model, after.Model, row.Model) || differs(before.Adapter, after.Adapter, row.Adapter)
}

func started(row ledger.Session) string {
	text := row.Agent + " started"
	if row.Reason == "adopted" {
		text = row.Agent + " runs already"
	}
	if row.Phase != "" {
		text += ", phase " + row.Phase
	}
	if row.Model != "" {
		text += ", model " + row.Model
	}
	return text
}

// failures makes a command fail whose pass could not do something that it is
// about: the named agents, or without names all of them.
func failures(rep control.Report, names []string) error {
	for _, act := range rep.Actions {
		if act.Result == loop.Fail && (len(names) == 0 || slices.Contains(names, act.Agent)) {
			return fmt.Errorf("%s %s failed: %s", act.Kind, act.Agent, act.Error)
		}
	}
	return nil
}

func (p *project) checkUp(ctx context.Context, names []string, o upOptions) error {
	if err := readsOrigin(); err != nil {
		return err
	}
	if err := p.agents(ctx, names...); err != nil {
		return err
	}
	if (o.model != "" || o.adapter != "") && len(names) == 0 {
		return &hinted{&usageError{errors.New("--model and --adapter go with the names of agents")}, "pawl up NAME --model M"}
	}
	if _, ok := p.cfg.Adapters[o.adapter]; o.adapter != "" && !ok {
		return p.noAdapter(o.adapter)
	}
	for _, a := range p.cfg.Agents {
		if !upMeans(a, names) {
			continue
		}
		if err := p.canRun(a, o); err != nil {
			return err
		}
	}
	return nil
}

// noAdapter says which adapters there are.
func (p *project) noAdapter(name string) error {
	return &hinted{&missingError{"there is no adapter " + quote(handoff.Clean(name, 80))}, "there are " + strings.Join(slices.Sorted(maps.Keys(p.cfg.Adapters)), ", ") + "; declare others under adapters: in pawl.yaml"}
}

// upMeans says whether `up names…` is about a. Without names it is about every
// enabled agent but tasks, which run when they are named, or when the sequence
// is complete.
func upMeans(a config.Agent, names []string) bool {
	if len(names) > 0 {
		return slices.Contains(names, a.Name)
	}
	return a.Enabled && a.Kind != config.KindTask
}

// canRun finds out before anything starts what would make a start fail.
func (p *project) canRun(a config.Agent, o upOptions) error {
	name := a.Adapter
	if o.adapter != "" {
		name = o.adapter
	}
	profile, _ := p.cfg.Profile(name, a.Mode)
	where := p.launcherFor(a)
	if why, hint := p.unavailable(where); why != "" {
		return &hinted{&invalidError{fmt.Errorf("agent %s: %s", a.Name, why)}, hint}
	}
	if where.Type == "ssh" {
		return nil // program and root are that host's, and known at the start
	}
	if where.Type == "process" && profile.NeedsTerminal() {
		return &hinted{&invalidError{fmt.Errorf("agent %s: adapter %s needs a terminal, and launcher %s has none", a.Name, name, where.Name)},
			"use mode: turns, install tmux, or use adapter: script with a program that reads its wakes from standard input"}
	}
	if p.refusesRoot(a, profile.Command) {
		return &hinted{&invalidError{fmt.Errorf("agent %s: %q asks for what Claude Code refuses to root", a.Name, strings.Join(profile.Command, " "))},
			"run pawl as another user, or set adapters." + name + ".command without it and with --allowedTools or --permission-mode"}
	}
	if what, hint := profile.Turns.Lacks(); a.Turns() && what != "" {
		return &hinted{&invalidError{fmt.Errorf("agent %s: adapter %s cannot be run in turns: %s", a.Name, name, what)},
			"add adapters: {" + name + ": " + hint + "}, or give the agent mode: session"}
	}
	if len(profile.Command) > 0 && !p.findsProgram(a, profile.Command[0]) {
		return lacksProgram(a, name, profile.Command[0])
	}
	return nil
}

func (p *project) refusesRoot(a config.Agent, command []string) bool {
	return len(command) > 0 && doctor.RefusesRoot(doctor.AgentFacts{
		Program: command[0], Command: command, Wrap: a.Wrap, Root: os.Geteuid() == 0,
		Sandbox: slices.Contains(loop.AgentEnv(p.environment(), a), "IS_SANDBOX=1"),
	})
}

// want records what is to run.
func (p *project) want(s *ledger.State, names []string, o upOptions) error {
	for _, a := range p.cfg.Agents {
		if upMeans(a, names) {
			p.wantOne(s, a.Name, len(names) > 0, o)
		}
	}
	for _, svc := range p.cfg.Services {
		if len(names) == 0 || slices.Contains(names, svc.Name) {
			p.wantOne(s, svc.Name, len(names) > 0, upOptions{})
		}
	}
	if len(names) == 0 {
		wantRuns(s, ledger.Up)
	}
	s.Events = append(s.Events, operatorEvent("up", "", map[string]any{"agents": strings.Join(names, " ")}))
	return nil
}

func (p *project) wantOne(s *ledger.State, name string, named bool, o upOptions) {
	row := s.Agent(name)
	if named {
		row.Model, row.Adapter = o.model, o.adapter
		row.Parked, row.Finished, row.Restart, row.RestartAt, row.History = false, false, "", time.Time{}, supervise.History{}
	}
	if named || row.Wanted != ledger.Down {
		row.Wanted = ledger.Up
	}
	s.Agents[name] = row
}
