package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/ledger"
)

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
		Status: ledger.RunRunning, Created: time.Now(),
	}
	r.Since = r.Created
	r.Adapter, r.Model = p.cfg.Means(t, o.adapter, o.model)
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
	profile, known := p.cfg.Profile(r.Adapter, adapter.ModeTurns)
	if !known {
		return p.noAdapter(r.Adapter)
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
		if other.Status == ledger.RunRunning && writes(other) && (config.Inside(r.Dir, other.Dir) || config.Inside(other.Dir, r.Dir)) {
			return id
		}
	}
	return ""
}

func writes(r ledger.Run) bool { return r.Allow == "" || r.Allow == config.AllowAll }
