package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/loop/ledger"
	workers "pawl/loop/run"
	"pawl/loop/turn"
)

// runView is one run of `pawl ls --json`; show adds to it.
type runView struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Type      string     `json:"type"`
	Status    string     `json:"status"`
	State     string     `json:"state"` // while it runs: queued, starting, active, idle, limited, waiting …
	Title     string     `json:"title"`
	Adapter   string     `json:"adapter"`
	Model     string     `json:"model"`
	Dir       string     `json:"dir"`
	Branch    string     `json:"branch"`
	Parent    string     `json:"parent"`
	Created   string     `json:"created_at"`
	Since     string     `json:"since"`
	Ended     string     `json:"ended_at"`
	Why       string     `json:"why"`
	Turns     int        `json:"turns"`
	Tools     int        `json:"tools"`
	Usage     turn.Usage `json:"usage"`
	Seconds   int        `json:"duration_s"` // of the time since it began, or went on the last time
	Attention string     `json:"needs_attention"`

	latest string
}

// needsPerson are the states in which a program does not go on by itself.
var needsPerson = map[string]string{
	string(adapter.Auth): "its program is not logged in", string(adapter.Waiting): "its program asks something", string(adapter.Fatal): "its program cannot go on",
}

// runs are the views of all runs, oldest first.
func (p *project) runs(ctx context.Context) ([]runView, error) {
	list, err := p.ledger.Runs(ctx)
	if err != nil {
		return nil, err
	}
	return p.views(ctx, list...)
}

// views are runs as they are seen now.
func (p *project) views(ctx context.Context, list ...ledger.Run) ([]runView, error) {
	st, err := p.ledger.Load(ctx)
	if err != nil {
		return nil, err
	}
	staffed, now := loop.Staffed(p.cfg, st), time.Now()
	out := make([]runView, len(list))
	for i, r := range list {
		out[i] = p.viewRun(staffed, st, r, now)
	}
	return out, nil
}

// view is one run as it is seen now.
func (p *project) view(ctx context.Context, r ledger.Run) (runView, error) {
	list, err := p.views(ctx, r)
	if err != nil {
		return runView{}, err
	}
	return list[0], nil
}

func (p *project) viewRun(staffed *config.Config, st ledger.State, r ledger.Run, now time.Time) runView {
	v := runView{
		ID: r.ID, Name: r.Name, Type: r.Type, Status: string(r.Status), Title: r.Title(), Adapter: r.Adapter, Model: r.Model, Dir: r.Dir,
		Branch: r.Branch, Parent: r.Parent, Created: stamp(r.Created), Since: stamp(r.Since), Ended: stamp(r.EndedAt), Why: r.Why,
		Turns: r.Turns, Tools: r.Tools, Usage: r.Usage, Seconds: int(now.Sub(r.Since) / time.Second),
	}
	if !r.EndedAt.IsZero() {
		v.Seconds = int(r.EndedAt.Sub(r.Since) / time.Second)
	}
	switch r.Status {
	case ledger.RunRunning:
		p.viewSession(&v, staffed, st, r)
	case ledger.RunFailed:
		v.Attention = r.Why
	}
	return v
}

// viewSession adds what a run that has not ended does.
func (p *project) viewSession(v *runView, staffed *config.Config, st ledger.State, r ledger.Run) {
	row, runs := st.Sessions[r.ID]
	agent := st.Agent(r.ID)
	switch {
	case runs:
		v.State, v.latest = row.Doing, row.Evidence
	case agent.Restart != "":
		v.State, v.Attention = "queued", agent.Restart
	case agent.Wanted == ledger.Off:
		v.State, v.Attention = "queued", "it was stopped with all others; pawl up has it go on"
	case working(st) >= p.cfg.Workers.Parallel:
		v.State, v.latest = "queued", fmt.Sprintf("%d workers run already, and workers.parallel allows no more", working(st))
	default:
		v.State = "queued"
	}
	if until := loop.HeldUntil(staffed, st, r.ID); !until.IsZero() {
		v.State, v.Attention = "held", "a usage limit holds it until "+stamp(until)
	}
	if agent.Paused {
		v.Attention = "it is paused; pawl resume " + r.ID
		if agent.Why != "" {
			v.Attention += ": " + agent.Why
		}
	}
	if why, waits := needsPerson[v.State]; waits {
		v.Attention = why
		if v.latest != "" {
			v.Attention += ": " + v.latest
		}
	}
	state, err := loop.ReadTurns(p.place.Turns(), row.Name)
	if last := state.Last(); runs && err == nil && last != nil && state.Generation == row.Generation {
		v.latest = handoff.Clean(last.Doing, maxLatest)
	}
}

// working is how many workers have a session.
func working(st ledger.State) (n int) {
	for id := range st.Runs {
		if _, runs := st.Sessions[id]; runs {
			n++
		}
	}
	return n
}

// maxLatest bounds the last words of a run where only a glimpse is asked for, in bytes.
const maxLatest = 300

// run is the run that an id or a name means.
func (p *project) run(ctx context.Context, id string) (ledger.Run, error) {
	r, err := p.ledger.Run(ctx, id)
	var (
		none *ledger.NoRunError
		many *ledger.AmbiguousRunError
	)
	switch {
	case errors.As(err, &none):
		hint := "pawl ls lists the runs"
		if p.known(id) == nil {
			hint = id + " is an agent of pawl.yaml: pawl wake, pawl down and pawl explain are about those"
		}
		return r, &hinted{&missingError{none.Error()}, hint}
	case errors.As(err, &many):
		return r, &invalidError{many}
	}
	return r, err
}

// agents is known, and says of the name of a worker that it is one.
func (p *project) agents(ctx context.Context, names ...string) error {
	unknown := p.known(names...)
	for _, name := range names {
		if r, err := p.ledger.Run(ctx, name); unknown != nil && p.known(name) != nil && err == nil {
			return &hinted{&missingError{r.ID + " is a worker, and no agent of pawl.yaml"}, "pawl show, send, stop and peek are about workers"}
		}
	}
	return unknown
}

// member is the agent or service of that name, or the run that it means.
func (p *project) member(ctx context.Context, name string) (string, error) {
	unknown := p.known(name)
	if unknown == nil {
		return name, nil
	}
	r, err := p.ledger.Run(ctx, name)
	var (
		none *ledger.NoRunError
		many *ledger.AmbiguousRunError
	)
	switch {
	case errors.As(err, &none):
		return "", unknown
	case errors.As(err, &many):
		return "", &invalidError{many}
	}
	return r.ID, err
}

// costPart is what turns cost, as JSON has it.
type costPart struct {
	Cost    *float64 `json:"cost_usd"`           // null where nothing of it is known
	Unknown int      `json:"cost_unknown_turns"` // turns whose cost is not in cost_usd
}

func (p *project) costOf(list []ledger.Turn) costPart {
	sum := workers.CostOf(p.cfg, list)
	part := costPart{Unknown: sum.Unknown}
	if sum.Unknown < len(list) {
		part.Cost = &sum.USD
	}
	return part
}

// text is that of so many turns in words.
func (c costPart) text(turns int) string {
	switch {
	case turns == 0:
		return "nothing yet"
	case c.Cost == nil:
		return "unknown"
	case c.Unknown > 0:
		return dollars(*c.Cost) + " and what is unknown"
	}
	return dollars(*c.Cost)
}

func dollars(usd float64) string { return "$" + strconv.FormatFloat(usd, 'f', 4, 64) }
