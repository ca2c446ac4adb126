package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	githooks "pawl/hooks/git"
	"pawl/loop/doctor"
)

// probeTime is how long a probe may take to reach the coordinator. It is told in
// a few milliseconds where the machine is not busy.
const probeTime = healthTime

// hooks judges the hooks in origin and in the agents' clones. Where a coordinator
// runs, the one that tells of a push is called in each.
func (e *examiner) hooks(ctx context.Context) []doctor.Finding {
	if e.git == "" {
		return nil
	}
	p := &project{app: e.p.app, path: e.p.path, cfg: e.cfg}
	p.originName = func() string {
		url, _ := e.originURL(ctx)
		return url
	}
	if !p.anyHooks() {
		return doctor.Hooks(nil, e.cfg.Origin.Poll)
	}
	places := p.hookPlaces(ctx)
	facts, states := make([]doctor.HookFacts, len(places)), make([]githooks.State, len(places))
	var looking sync.WaitGroup
	for i, place := range places {
		looking.Go(func() { facts[i], states[i] = e.hookFacts(ctx, place) })
	}
	looking.Wait()
	_, err := e.p.client.Health(ctx)
	for i := range facts {
		// Without a coordinator a poke would start a tick.
		if err == nil && states[i].Installed(e.p.path) {
			e.probe(ctx, p, places[i].repo, states[i], &facts[i])
		}
	}
	return doctor.Hooks(facts, e.cfg.Origin.Poll)
}

func (e *examiner) hookFacts(ctx context.Context, place hookPlace) (doctor.HookFacts, githooks.State) {
	f := doctor.HookFacts{Of: strings.Join(place.names, ","), Dir: place.dir, Origin: slices.Contains(place.names, "origin")}
	err := place.err
	var s githooks.State
	if err == nil {
		s, err = place.repo.State(ctx)
	}
	if err != nil {
		f.Trouble = err.Error()
	}
	f.NotRun = s.NotRun
	for _, h := range s.Hooks {
		switch {
		case h.Fault != "":
			f.There, f.Faults = true, append(f.Faults, h.Name+": "+h.Fault)
		case !h.Installed:
			f.Missing = append(f.Missing, h.Name)
		default:
			f.There = true
		}
		if h.Installed && h.Config != e.p.path {
			f.Config = h.Config
		}
	}
	return f, s
}

// probe calls a hook as git would after a push, and sees whether the coordinator
// is told.
func (e *examiner) probe(ctx context.Context, p *project, repo githooks.Repo, s githooks.State, f *doctor.HookFacts) {
	o, err := p.hookOptions(ctx, repo)
	if err != nil {
		f.Refused = err.Error()
		return
	}
	call, err := repo.Probe(s, o)
	if err != nil {
		f.Refused = err.Error()
		return
	}
	before, err := e.p.client.Health(ctx)
	if err != nil {
		return
	}
	began := time.Now()
	q := question{program: "sh", args: slices.Concat([]string{"-c", call.Script}, call.Args), dir: call.Dir, env: slices.Concat(e.env, []string{call.Env}), stdin: call.Stdin}
	if _, err := ask(ctx, q); err != nil {
		f.Refused = err.Error()
		return
	}
	f.Probed = true
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		now, err := e.p.client.Health(ctx)
		if err == nil && now.Pokes > before.Pokes {
			f.Arrived, f.Took = true, time.Since(began)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
