package loop

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/loop/launcher"
	"pawl/loop/ledger"
)

// observe gathers the facts of one moment.
func (e *Engine) observe(ctx context.Context, cfg *config.Config, look Look) (World, error) {
	st, err := e.Ledger.Load(ctx)
	if err != nil {
		return World{}, err
	}
	e.seats(st)
	file := cfg
	cfg = Staffed(cfg, st)
	w := World{
		Now: e.Now(), Config: cfg, Rules: Rules(file), State: st, Default: e.Default,
		Sessions: map[string]map[string]launcher.Observation{}, Blind: map[string]error{}, Astray: map[string]bool{},
		Terminals: map[string]bool{}, Hosts: map[string]string{}, Places: e.places(),
	}
	if w.Origin, err = e.facts(ctx, cfg, st, look); err != nil {
		return World{}, err
	}
	e.lookAtSessions(ctx, &w)
	for name, l := range e.where() { // some know only once they were asked something
		_, w.Terminals[name] = launcher.AsTerminal(l)
		if h, tells := l.(launcher.Hosted); tells {
			w.Hosts[name] = h.Host()
		}
	}
	e.findAstray(&w)
	w.Readings, w.Turns = e.readings(ctx, w), e.turns(w)
	readTurnStates(w)
	w.Witness = e.witnesses(w)
	if w.Unheard, err = e.unheard(ctx, w); err != nil {
		return World{}, err
	}
	if w.Past, err = e.watching.pasts(ctx, e.Ledger, w); err != nil {
		return World{}, err
	}
	w.Steps = e.watching.steps(w, e.Log)
	w.Tails = e.tails(ctx, w)
	w.Texts, w.Missing = e.texts(w), missing(w)
	return w, nil
}

// missing looks for the files of sessions that are starting.
func missing(w World) map[string]Missing {
	out := map[string]Missing{}
	for name, row := range w.State.Sessions {
		a, ok := w.Config.Agent(name)
		if ok && row.State == ledger.Starting {
			out[name] = missingFiles(w.Config, a, row.Phase)
		}
	}
	return out
}

// texts reads the prompt files of schedules that have something due.
func (e *Engine) texts(w World) map[string]string {
	out := map[string]string{}
	for _, a := range w.Config.Agents {
		_, runs := w.State.Sessions[a.Name]
		if row := w.State.Agents[a.Name]; row.Parked || row.Wanted != ledger.Up && !runs {
			continue // its slots wait
		}
		for _, t := range Timetables(a) {
			if at, _ := t.latest(w.State, w.Now); at.IsZero() || t.PromptFile == "" {
				continue
			}
			text, err := readText(t.PromptFile)
			if err != nil {
				e.Log.Debug("the prompt file of a schedule cannot be read", "agent", a.Name, "schedule", t.Cron, "error", err)
				continue // the plan tells of it, once
			}
			out[t.PromptFile] = text
		}
	}
	return out
}

// lookAtSessions looks at all launchers at once: one that hangs does not make
// the others wait.
func (e *Engine) lookAtSessions(ctx context.Context, w *World) {
	used := inUse(*w)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for name, l := range e.where() {
		if !used[name] {
			continue
		}
		wg.Go(func() {
			seen, err := e.sights.look(ctx, name, l, e.Late)
			err = errors.Join(err, elsewhere(*w, name, l))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				w.Blind[name] = err
				return
			}
			w.Sessions[name] = seen
		})
	}
	wg.Wait()
	e.outages(w.Blind)
}

// outages tells of launchers that cannot be looked at, and can be again: once each.
func (e *Engine) outages(blind map[string]error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for name, err := range blind {
		if !e.out[name] {
			e.Log.Info("the sessions of a launcher cannot be seen", "launcher", name, "error", err)
		}
	}
	for name := range e.out {
		if blind[name] == nil {
			e.Log.Info("the sessions of a launcher are looked at again", "launcher", name)
		}
	}
	e.out = map[string]bool{}
	for name := range blind {
		e.out[name] = true
	}
}

// elsewhere says that a launcher leads to another host than the one that its
// sessions were started on: what is not there is not gone.
func elsewhere(w World, name string, l launcher.Launcher) error {
	h, tells := l.(launcher.Hosted)
	if !tells || h.Host() == "" {
		return nil
	}
	for _, row := range w.State.Sessions {
		if row.Launcher == name && row.Host != "" && row.Host != h.Host() {
			return fmt.Errorf("launcher %s leads to another host than the one where %s was started; see that it leads there again", name, row.Agent)
		}
	}
	return nil
}

// inUse are the launchers that have, or may have, a session of ours: no other is
// worth a call.
func inUse(w World) map[string]bool {
	used := map[string]bool{}
	for _, a := range w.Config.Agents {
		used[cmp.Or(a.Launcher, w.Default)] = true
	}
	for _, s := range w.Config.Services {
		used[cmp.Or(s.Launcher, w.Default)] = true
	}
	for _, row := range w.State.Sessions {
		used[row.Launcher] = true
	}
	return used
}

const (
	// tailLines is how much of a quiet session's output is searched for WAITING-UNTIL.
	tailLines = 200
	// tailTimeout bounds the reading of them all.
	tailTimeout = 5 * time.Second
)

// tails reads the last lines of sessions that stand still and owe something:
// only there do they matter.
func (e *Engine) tails(ctx context.Context, w World) map[string][]string {
	ctx, cancel := context.WithTimeout(ctx, tailTimeout)
	defer cancel()
	out := map[string][]string{}
	for _, id := range w.State.Order {
		h := w.State.Handoffs[id]
		row, running := w.State.Sessions[h.Agent]
		if h.State != handoff.Taken || !running || row.Doing != "idle" || out[h.Agent] != nil {
			continue
		}
		if w.Now.Sub(row.DoingSince) < stallAfter(w.Config, row.Adapter)/2 {
			continue
		}
		l, ok := e.where()[row.Launcher]
		if !ok {
			continue
		}
		lines, err := l.Capture(ctx, launcher.Ref{Session: row.Name, Generation: row.Generation}, tailLines)
		if err != nil {
			e.Log.Warn("the last lines of a session cannot be read", "agent", h.Agent, "session", row.Name, "error", err)
			continue
		}
		out[h.Agent] = lines
	}
	return out
}

// findAstray looks for the processes of sessions on record that their launcher
// does not know: its runtime files may have been removed under it.
func (e *Engine) findAstray(w *World) {
	for agent, row := range w.State.Sessions {
		seen, looked := w.Sessions[row.Launcher]
		if _, there := seen[row.Name]; there || !looked || row.PID == 0 {
			continue
		}
		known, ok := e.where()[row.Launcher].(launcher.Identifier)
		if !ok {
			continue
		}
		running, err := known.Running(row.PID, row.Started)
		if err != nil {
			e.Log.Warn("a process cannot be looked at", "agent", agent, "pid", row.PID, "error", err)
		}
		w.Astray[agent] = running || err != nil
	}
}
