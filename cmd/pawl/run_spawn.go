package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop/config"
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

// planRun is the run that is asked for, after a look at whether it can be.
func (p *project) planRun(ctx context.Context, task string, o spawnOptions) (ledger.Run, error) {
	t, known := p.cfg.Type(o.typ)
	if !known {
		return ledger.Run{}, &hinted{&missingError{"there is no type " + quote(handoff.Clean(o.typ, 80))}, "there are " + strings.Join(p.cfg.TypeNames(), ", ") + "; declare others under types: in pawl.yaml"}
	}
	dir, err := workDir(o.dir)
	if err != nil {
		return ledger.Run{}, err
	}
	r := ledger.Run{
		Name: handoff.Clean(o.name, ledger.MaxRunName), Type: t.Name, Task: task, Role: t.Role, Allow: t.Allow, Dir: dir,
		Adapter: cmp.Or(o.adapter, t.Adapter, p.cfg.Workers.Adapter), Status: ledger.RunRunning, Created: time.Now(),
	}
	r.Since = r.Created
	if r.Model = cmp.Or(o.model, t.Model); r.Model == "" && r.Adapter == p.cfg.Workers.Adapter {
		r.Model = p.cfg.Workers.Model
	}
	if r.Parent, err = p.parent(ctx, o.parent); err != nil {
		return r, err
	}
	if r.ID, err = p.freshID(ctx); err != nil {
		return r, err
	}
	if err := p.canWork(r); err != nil {
		return r, err
	}
	r.Base = gitAnswer(dir, "rev-parse", "--verify", "--quiet", "HEAD")
	return r, nil
}

// canWork says why a run could not be started, and warns where its program cannot be
// held to what its type allows.
func (p *project) canWork(r ledger.Run) error {
	profile, known := p.cfg.Profile(r.Adapter, "turns")
	if !known {
		return &hinted{&missingError{"there is no adapter " + quote(handoff.Clean(r.Adapter, 80))}, "there are " + strings.Join(slices.Sorted(maps.Keys(p.cfg.Adapters)), ", ") + "; declare others under adapters: in pawl.yaml"}
	}
	if what, hint := profile.Turns.Lacks(); what != "" {
		return &hinted{&invalidError{fmt.Errorf("adapter %s cannot be run in turns: %s", r.Adapter, what)},
			"add adapters: {" + r.Adapter + ": " + hint + "}, or name another with --adapter"}
	}
	held, enforced := profile.HeldTo(r.Allow)
	if !enforced {
		p.app.warn("adapter %s cannot be held to what type %s allows (%s): the worker is only told so", r.Adapter, r.Type, r.Allow)
	}
	a := p.cfg.WorkerAgent(config.Worker{ID: r.ID, Dir: r.Dir, Adapter: r.Adapter, Model: r.Model})
	if p.refusesRoot(a, held.Command) {
		return &hinted{&invalidError{fmt.Errorf("%q asks for what Claude Code refuses to root", strings.Join(held.Command, " "))},
			"run pawl as another user, or set workers.env: {IS_SANDBOX: \"1\"} in a container"}
	}
	if !p.findsProgram(a, held.Command[0]) {
		return lacksProgram(a, r.Adapter, held.Command[0])
	}
	return nil
}

// workDir is the folder where a run works.
func workDir(given string) (string, error) {
	dir, err := filepath.Abs(cmp.Or(given, "."))
	if err != nil {
		return "", err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", &missingError{fmt.Sprintf("--dir %q: %v", given, err)}
	}
	if !info.IsDir() {
		return "", &invalidError{fmt.Errorf("--dir %q is not a folder", given)}
	}
	return filepath.EvalSymlinks(dir)
}

// parent is who is told, by its full name.
func (p *project) parent(ctx context.Context, name string) (string, error) {
	if _, known := p.cfg.Agent(name); known || name == "" {
		return name, nil
	}
	r, err := p.run(ctx, name)
	return r.ID, err
}

// freshID names a run: short, to be typed, and like no agent.
func (p *project) freshID(ctx context.Context) (string, error) {
	const letters = "bcdfghjkmnpqrstvwxz23456789"
	for {
		raw := make([]byte, 5)
		if _, err := rand.Read(raw); err != nil {
			return "", err
		}
		for i, b := range raw {
			raw[i] = letters[int(b)%len(letters)]
		}
		id := "r" + string(raw)
		free, err := p.ledger.FreeRun(ctx, id)
		if err != nil || free && !slices.Contains(p.cfg.Names(), id) {
			return id, err
		}
	}
}

// sharedArea is a run that changes files where r would; "" none.
func sharedArea(s ledger.State, r ledger.Run) string {
	if !writes(r) || r.Repo != "" {
		return ""
	}
	for _, id := range slices.Sorted(maps.Keys(s.Runs)) {
		other := s.Runs[id]
		if other.Status == ledger.RunRunning && writes(other) && (within(r.Dir, other.Dir) || within(other.Dir, r.Dir)) {
			return id
		}
	}
	return ""
}

func writes(r ledger.Run) bool { return r.Allow == "" || r.Allow == config.AllowAll }

// within says that a folder is another, or lies in it.
func within(dir, other string) bool {
	rel, err := filepath.Rel(other, dir)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
