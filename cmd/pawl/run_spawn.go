package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop/control"
	"pawl/loop/ledger"
)

type spawnOptions struct {
	name, typ, adapter, model, dir, parent string
	worktree, detach, force, asJSON        bool
}

func (a *app) spawnCommand() *cobra.Command {
	var o spawnOptions
	c := &cobra.Command{
		Use: "spawn TASK…", Short: "start a worker for one task", Args: cobra.MinimumNArgs(1),
		Long: "spawn starts a worker: an agent program that does one task in turns, without a terminal, and prints its id at once.\n" +
			"Its type says what it is for and what its program may use. A task of - is read from standard input. Whoever is its\n" +
			"parent, by default the agent that calls, is told once when it ends; pawl wait and pawl show are for all others.",
		RunE: func(c *cobra.Command, args []string) error {
			return a.use(c.Context(), func(p *project) error {
				task, err := a.words(args, maxTask)
				if err != nil {
					return err
				}
				if !c.Flags().Changed("parent") {
					o.parent = p.caller(c.Context())
				}
				return p.spawn(c.Context(), task, o)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&o.name, "name", "", "what to call it, a `NAME` of your own")
	f.StringVar(&o.typ, "type", "general", "its `TYPE`: general, explore, researcher, coder, verifier, or one of pawl.yaml's types")
	f.StringVar(&o.adapter, "adapter", "", "the adapter (a `NAME` from pawl.yaml)")
	f.StringVar(&o.model, "model", "", "the model (a `NAME` that the program knows)")
	f.StringVar(&o.dir, "dir", "", "the `folder` where it works (default: this one)")
	f.BoolVar(&o.worktree, "worktree", false, "give it a git worktree and a branch of its own, pawl/ID")
	f.StringVar(&o.parent, "parent", "", "the agent or run (its `ID`) that is told when it ends; '' is nobody")
	f.BoolVar(&o.detach, "detach", false, "do not wait until it was seen to start")
	f.BoolVar(&o.force, "force", false, "start it although another worker writes to the same files")
	f.BoolVar(&o.asJSON, "json", false, "print the run as JSON")
	return c
}

const (
	// maxTask bounds a task, in bytes.
	maxTask = 256 << 10
	// maxSent bounds what a run is told later, in bytes: it is one wake.
	maxSent = 40 << 10
)

// words are a command's arguments as one text, or standard input where they are "-".
func (a *app) words(args []string, most int) (string, error) {
	text := strings.Join(args, " ")
	if text == "-" {
		data, err := io.ReadAll(io.LimitReader(a.in, int64(most)+1))
		if err != nil {
			return "", fmt.Errorf("reading standard input: %w", err)
		}
		text = string(data)
	}
	if len(text) > most {
		return "", &hinted{&invalidError{fmt.Errorf("the text has more than %d bytes", most)}, "put it into a file, and name that"}
	}
	clean := handoff.CleanLines(text, most)
	if clean == "" {
		return "", &invalidError{errors.New("the text says nothing; write what is to be done")}
	}
	return clean, nil
}

// caller is the agent or run of this loop in whose session this command was called; ""
// where a person did.
func (p *project) caller(ctx context.Context) string {
	name := os.Getenv("PAWL_AGENT")
	if name == "" || os.Getenv("PAWL_CONFIG") != p.path {
		return ""
	}
	if _, known := p.cfg.Agent(name); known {
		return name
	}
	if r, err := p.ledger.Run(ctx, name); err == nil && r.ID == name {
		return r.ID
	}
	return ""
}

func (p *project) spawn(ctx context.Context, task string, o spawnOptions) error {
	p.warnFault()
	r, err := p.planRun(ctx, task, o)
	if err != nil {
		return err
	}
	if o.worktree {
		if err := addWorktree(ctx, &r); err != nil {
			return err
		}
	}
	err = p.ledger.Edit(ctx, func(s *ledger.State) error {
		if other := sharedArea(*s, r); other != "" && !o.force {
			return &hinted{&invalidError{fmt.Errorf("run %s writes to the files in %s already", other, r.Dir)}, "give it files of its own with --worktree, or --force"}
		}
		s.Runs[r.ID] = r
		s.Agents[r.ID] = ledger.Agent{Name: r.ID, Wanted: ledger.Up}
		s.Events = append(s.Events, ledger.Event{Time: r.Created, Kind: "run.spawned", Agent: r.ID, Data: map[string]any{
			"type": r.Type, "title": r.Title(), "adapter": r.Adapter, "model": r.Model, "parent": r.Parent, "dir": r.Dir, "branch": r.Branch,
		}})
		return nil
	})
	if err != nil {
		return errors.Join(err, dropWorktree(context.WithoutCancel(ctx), r))
	}
	if !o.asJSON {
		fmt.Fprintln(p.app.out, r.ID)
	}
	err = p.begin(ctx, r.ID, o.detach)
	if o.asJSON { // the run is there, whatever became of its start
		err = errors.Join(err, p.printRun(context.WithoutCancel(ctx), r.ID))
	}
	return err
}

// begin sees to it that something drives a run that is to work, and waits until it was
// seen to start.
func (p *project) begin(ctx context.Context, id string, detach bool) error {
	if p.recorded() == nil {
		if err := p.recordEnvironment(); err != nil {
			return err
		}
	}
	if _, err := p.startCoordinator(ctx); err != nil {
		return err
	}
	if detach {
		return p.client.Poke(ctx)
	}
	rep, err := p.order(ctx, "spawn", control.Order{Settle: settleTime, Local: true})
	if err != nil {
		return err
	}
	return failures(rep, []string{id})
}
