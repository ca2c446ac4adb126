package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop"
	"pawl/loop/ledger"
	"pawl/phases"
)

// explainView is one agent in `pawl explain --json`. Moments are RFC 3339, ""
// where there is none.
type explainView struct {
	Name       string `json:"name"`
	Answer     string `json:"answer"`
	State      string `json:"state"`
	Evidence   string `json:"evidence"`
	Since      string `json:"since"`
	Wanted     string `json:"wanted"`
	Parked     bool   `json:"parked"`
	Paused     string `json:"paused"`
	Finished   bool   `json:"finished"`
	Generation string `json:"generation"`
	Hold       string `json:"hold"`
	Conflict   string `json:"conflict"`
	Restart    string `json:"restart"`
	RestartAt  string `json:"restart_at"`
	NextWake   string `json:"next_wake"`
	Outdated   string `json:"outdated"`
	NextPass   string `json:"next_pass"`
	NextLook   string `json:"next_look"`

	Limit    *limitView     `json:"limit"`
	Handoffs []standingView `json:"handoffs"`
	Closed   []closedView   `json:"closed"`
	Items    []itemView     `json:"items"`
	Phase    *waitView      `json:"phase"`
}

type limitView struct {
	Account string `json:"account"`
	Banner  string `json:"banner"`
	Until   string `json:"until"`
	NextAt  string `json:"next_at"`
}

type standingView struct {
	handoffView
	Label  string `json:"label"`
	Reason string `json:"reason"`
	NextAt string `json:"next_at"`
	Next   string `json:"next"`
}

type closedView struct {
	handoffView
	Label    string `json:"label"`
	ClosedAt string `json:"closed_at"`
	Why      string `json:"why"`
}

type itemView struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	State  string `json:"state"`
	Reason string `json:"reason"`
}

type waitView struct {
	ID      string          `json:"id"`
	Status  string          `json:"status"`
	Waits   string          `json:"waits"`
	Unclear []phases.Marker `json:"unclear"`
}

// How far back explain tells of closed handoffs, and how many.
const (
	recentFor   = 24 * time.Hour
	recentShown = 10
)

func (a *app) explainCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain [NAME]",
		Short: "say why nothing happens with an agent, or what will",
		Long: "explain answers in its first line why an agent or service does not go on, or whose turn it is. Below stands each open\n" +
			"handoff with the first rule that holds it back and when it is looked at next, what was closed of late, and what the\n" +
			"phase waits for. Without a name it prints the first line of each.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, names []string) error {
			return a.use(c.Context(), func(p *project) error {
				if err := p.agents(c.Context(), names...); err != nil {
					return err
				}
				return p.explain(c.Context(), names, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON: an object, or without a name an array of them")
	return c
}

// explained is an explanation with what only the ledger and the machine know.
type explained struct {
	loop.Explanation
	Closed []ledger.Ended
}

func (p *project) explain(ctx context.Context, names []string, asJSON bool) error {
	one := len(names) == 1
	if !one {
		names = p.cfg.Names()
	}
	w, d, err := p.preview(ctx)
	if err != nil {
		return err
	}
	if w.Expired, err = p.ledger.Unanswered(ctx, expiredShown); err != nil {
		return err
	}
	rest, err := p.standstill(ctx, d)
	if err != nil {
		return err
	}
	views := []explainView{}
	for _, name := range names {
		x := explained{Explanation: loop.Explain(w, d, name)}
		x.Answer += rest
		if !one && !asJSON {
			if !p.app.quiet {
				whole(p.app.out, "", 0, "", x.Answer)
			}
			continue
		}
		if x.Closed, err = p.ledger.Recent(ctx, name, w.Now.Add(-recentFor), recentShown); err != nil {
			return err
		}
		views = append(views, x.view())
		if !asJSON {
			printExplanation(p.app.out, x, w.Now)
		}
	}
	switch {
	case asJSON && one:
		return p.app.json(views[0])
	case asJSON:
		return p.app.json(views)
	}
	return nil
}

// standstill is what to add to every answer where no coordinator runs although
// something is wanted up: then no pass comes by itself. One that cron just
// called for counts as a coordinator.
func (p *project) standstill(ctx context.Context, d loop.Decision) (string, error) {
	_, err := p.client.Health(ctx)
	if err == nil {
		return "", nil
	}
	if !notRunning(err) {
		return "; the coordinator does not answer: see pawl logs coordinator, end its process and run pawl up", ctx.Err()
	}
	for _, name := range p.cfg.Names() {
		if d.After.Agents[name].Wanted != ledger.Up {
			continue
		}
		last := "no pass ran yet"
		if at := d.After.Loop.LastPass; !at.IsZero() {
			last = "the last pass was " + ago(time.Since(at)) + " ago"
		}
		return "; no coordinator runs (" + last + "): pawl up starts it, pawl tick makes one pass", nil
	}
	return "", nil
}

func (x explained) view() explainView {
	v := explainView{
		Name: x.Name, Answer: x.Answer, State: x.State, Evidence: x.Evidence, Since: stamp(x.Since), Wanted: string(x.Wanted),
		Parked: x.Parked, Paused: x.Paused, Finished: x.Finished, Generation: x.Generation, Hold: x.Hold, Conflict: x.Conflict,
		Restart: x.Restart, RestartAt: stamp(x.RestartAt), NextWake: stamp(x.NextWake), Outdated: x.Outdated, NextPass: stamp(x.NextPass), NextLook: stamp(x.NextLook),
		Handoffs: []standingView{}, Closed: []closedView{}, Items: []itemView{},
	}
	if l := x.Limit; l != nil {
		v.Limit = &limitView{Account: l.Account, Banner: l.Banner, Until: stamp(l.Until), NextAt: stamp(l.NextAt)}
	}
	for _, s := range x.Handoffs {
		v.Handoffs = append(v.Handoffs, standingView{handoffView: viewOf(s.Handoff), Label: s.Label(), Reason: s.Reason, NextAt: stamp(s.NextAt), Next: s.Next})
	}
	for _, h := range x.Closed {
		v.Closed = append(v.Closed, closedView{handoffView: viewOf(h.Handoff), Label: h.Label(), ClosedAt: stamp(h.At), Why: handoff.Clean(h.Why, 400)})
	}
	for _, it := range x.Items {
		v.Items = append(v.Items, itemView{ID: it.ID, Kind: string(it.Kind), Text: it.Text, State: string(it.State), Reason: it.Reason})
	}
	if p := x.Wait; p != nil {
		v.Phase = &waitView{ID: p.ID, Status: p.Status, Waits: p.For, Unclear: append([]phases.Marker{}, p.Unclear...)}
	}
	return v
}
