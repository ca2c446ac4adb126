package main

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"slices"
	"time"

	"pawl/handoff/mirror"
	"pawl/loop"
	"pawl/loop/ledger"
	"pawl/loop/report"
	"pawl/loop/supervise"
)

// expiredShown bounds how many unanswered handoffs are asked for.
const expiredShown = 200

// report makes the page of what happened since a moment.
func (p *project) report(ctx context.Context, since, now time.Time) (report.Report, error) {
	s, err := p.ledger.Load(ctx)
	if err != nil {
		return report.Report{}, err
	}
	span, err := p.ledger.Since(ctx, since)
	if err != nil {
		return report.Report{}, err
	}
	f := report.Facts{
		Project: p.cfg.Project, Since: since, Until: now, KnownFrom: span.Oldest, Rules: loop.Rules(p.cfg),
		Agents: p.members(s), Limits: limitsOf(s), OriginError: s.Loop.OriginError,
		Paused: s.Loop.Paused, LastPass: s.Loop.LastPass,
	}
	p.fileFacts(&f)
	if f.Before, err = p.earlier(ctx, span); err != nil {
		return report.Report{}, err
	}
	// A coordinator that does not answer is told by its last pass.
	if health, err := p.client.Health(ctx); err == nil {
		f.Running, f.LastPass = true, latestOf(health.LastPass, f.LastPass)
	}
	if f.Phase, err = p.phaseFacts(ctx, s, span); err != nil {
		return report.Report{}, err
	}
	if f.Handoffs, err = p.ledger.Touched(ctx, span); err != nil {
		return report.Report{}, err
	}
	if f.Expired, err = p.ledger.Unanswered(ctx, expiredShown); err != nil {
		return report.Report{}, err
	}
	if f.Commits, f.NoCommits, err = p.credits(ctx, s.Loop.Cursor, span); err != nil {
		return report.Report{}, err
	}
	workers, err := p.ledger.RunIDs(ctx)
	if err != nil {
		return report.Report{}, err
	}
	if f.Failed, f.Held, err = p.needyWorkers(ctx, s); err != nil {
		return report.Report{}, err
	}
	var broke error
	f.Events = eventsOf(p.ledger.History(ctx, span), workers, &broke)
	return report.Build(f), broke
}

// needyWorkers are the runs that failed, and those that are paused, oldest first.
func (p *project) needyWorkers(ctx context.Context, s ledger.State) (failed, held []report.Worker, err error) {
	list, err := p.ledger.Runs(ctx)
	for _, r := range list {
		switch agent := s.Agents[r.ID]; {
		case r.Status == ledger.RunFailed:
			failed = append(failed, report.Worker{ID: r.ID, Title: r.Title(), Why: r.Why})
		case r.Status == ledger.RunRunning && agent.Paused:
			held = append(held, report.Worker{ID: r.ID, Title: r.Title(), Why: agent.Why})
		}
	}
	return failed, held, err
}

// eventsOf turns the ledger's events into the report's, but for those of workers: the
// page is about the loop. What cuts them off goes to broke.
func eventsOf(history iter.Seq2[ledger.Event, error], workers map[string]bool, broke *error) iter.Seq[report.Event] {
	return func(yield func(report.Event) bool) {
		for e, err := range history {
			if err != nil {
				*broke = err
				return
			}
			if workers[e.Agent] {
				continue
			}
			if !yield(report.Event{Time: e.Time, Kind: e.Kind, Agent: e.Agent, Data: e.Data}) {
				return
			}
		}
	}
}

// members are the agents and services as they stand now.
func (p *project) members(s ledger.State) []report.Member {
	var out []report.Member
	for _, name := range p.cfg.Names() {
		row, session := s.Agents[name], s.Sessions[name]
		m := report.Member{
			Name: name, Wanted: row.Wanted == ledger.Up, Parked: row.Parked, Paused: row.Paused, Why: row.Why,
			Restarting: session.Generation == "" && row.Restart != "",
		}
		if session.Doing == "waiting" {
			m.Waiting, m.WaitingSince, m.Evidence = true, session.DoingSince, session.Evidence
		}
		out = append(out, m)
	}
	return out
}

func limitsOf(s ledger.State) []report.Limit {
	var out []report.Limit
	for _, l := range s.Limits {
		out = append(out, limitOf(l))
	}
	slices.SortFunc(out, func(a, b report.Limit) int { return a.Since.Compare(b.Since) })
	return out
}

func limitOf(l supervise.Limit) report.Limit {
	out := report.Limit{Account: l.Account, Since: l.Since}
	for name := range l.Members {
		out.Members = append(out.Members, name)
		if l.Holds(name) {
			out.Holds = append(out.Holds, name)
		}
	}
	if l.Standing() && len(out.Holds) == 0 {
		out.Holds = []string{l.Agent}
	}
	slices.Sort(out.Members)
	slices.Sort(out.Holds)
	return out
}

// phaseFacts are where the sequence stands, and when the phase before the span
// was entered.
func (p *project) phaseFacts(ctx context.Context, s ledger.State, span ledger.Span) (report.Phase, error) {
	view := loop.PhaseView(p.cfg, s.Loop)
	out := report.Phase{Current: view.ID, Index: view.Index, Total: view.Total, Complete: view.Complete, Held: view.Held, Done: view.Done}
	if view.Total == 0 {
		return out, nil
	}
	fact := s.Loop.Facts[view.ID]
	out.Missing = fact.Missing
	for _, m := range fact.Verdict.Markers {
		if !m.Obey {
			out.Unclear = append(out.Unclear, unclearLine(fact.Path, m))
		}
	}
	e, found, err := p.ledger.LastBefore(ctx, span, "phase.entered", "phase.advanced", "sequence.resumed", "operator.phase")
	if err != nil || !found {
		return out, err
	}
	key := "to"
	if e.Kind == "phase.entered" || e.Kind == "sequence.resumed" {
		key = "phase"
	}
	out.Entered, _ = e.Data[key].(string)
	out.EnteredAt = e.Time
	return out, nil
}

// credits counts the commits that came to origin in a span. Why they cannot be
// counted is no failure: the rest of the report is as good without them.
func (p *project) credits(ctx context.Context, tip string, span ledger.Span) ([]report.Credit, string, error) {
	first, moved, err := p.ledger.FirstOf(ctx, span, "origin.moved")
	if err != nil || !moved {
		return nil, "", err
	}
	base, _ := first.Data["from"].(string)
	if base == "" {
		// The first tip that was ever seen: what lies below it is older.
		base, _ = first.Data["to"].(string)
	}
	m := mirror.New(mirror.Options{Dir: filepath.Join(p.cfg.StateDir, "origin.git"), Repo: p.cfg.Dir, Env: p.environment()})
	authors, err := m.Authors(ctx, base, tip)
	switch {
	case errors.Is(err, mirror.ErrUnknownCommit):
		return nil, "the commit at which the time begins is not known any more", nil
	case err != nil && ctx.Err() == nil:
		return nil, err.Error(), nil
	case err != nil:
		return nil, "", err
	}
	var list []report.Signature
	for _, a := range authors {
		list = append(list, report.Signature{Agent: a.Agent, Name: a.Name, Email: a.Email, Commits: a.Commits})
	}
	return report.Credits(list, p.cfg.Names(), p.cfg.Project), "", nil
}
