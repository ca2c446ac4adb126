package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop"
	"pawl/loop/ledger"
	"pawl/phases"
)

func (a *app) phaseCommand() *cobra.Command {
	var asJSON bool
	show := func(c *cobra.Command, _ []string) error { return a.showPhases(c.Context(), asJSON) }
	c := &cobra.Command{
		Use:   "phase [show|set N|next|release]",
		Short: "show the phases, or move the index",
		Long: "phase shows the phases, which of them is the current one, and what their STATUS files at origin's tip say. set, next and\n" +
			"release move the index by hand; the agents of the loop are then replaced with ones that have the new phase's prompt.",
		Args: cobra.NoArgs,
		RunE: show,
	}
	c.PersistentFlags().BoolVar(&asJSON, "json", false, "print as JSON")
	c.AddCommand(
		&cobra.Command{Use: "show", Short: "show the phases and what their STATUS files say", Args: cobra.NoArgs, RunE: show},
		&cobra.Command{
			Use: "set N", Short: "go to a phase, by index from 0 or by id, and stay there", Args: cobra.ExactArgs(1),
			RunE: func(c *cobra.Command, args []string) error {
				return a.movePhase(c.Context(), "set", func(p *project, s *ledger.State) error {
					next, err := phases.Set(p.cfg.Phases.Sequence, s.Loop.Phase, args[0])
					s.Loop.Phase = next
					return err
				})
			},
		},
		&cobra.Command{
			Use: "next", Short: "go to the next phase that is not done", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				return a.movePhase(c.Context(), "next", func(p *project, s *ledger.State) error {
					next, _, err := phases.Next(p.cfg.Phases.Sequence, s.Loop.Facts, s.Loop.Phase)
					s.Loop.Phase = next
					return err
				})
			},
		},
		&cobra.Command{
			Use: "release", Short: "let the phases advance by themselves again", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				return a.movePhase(c.Context(), "release", func(_ *project, s *ledger.State) error {
					s.Loop.Phase = phases.Release(s.Loop.Phase)
					return nil
				})
			},
		},
	)
	return c
}

func (a *app) movePhase(ctx context.Context, what string, move func(*project, *ledger.State) error) error {
	return a.edited(ctx, "phase", nil, func(p *project, s *ledger.State) error {
		before := s.Loop.Phase
		if err := move(p, s); err != nil {
			return err
		}
		after := loop.PhaseView(p.cfg, s.Loop)
		if after.Complete && !before.Complete {
			loop.CompleteSequence(s, time.Now())
		}
		s.Events = append(s.Events, operatorEvent("phase", "", map[string]any{"order": what, "from": before.Current, "to": after.ID}))
		switch {
		case after.Complete:
			a.say("the sequence is complete")
		case after.Held:
			a.say("phase %d of %d, %s; held until pawl phase release", after.Index+1, after.Total, after.ID)
		default:
			a.say("phase %d of %d, %s", after.Index+1, after.Total, after.ID)
		}
		return nil
	})
}

// phaseLine is one phase as `phase show` tells it.
type phaseLine struct {
	Index   int             `json:"index"`
	ID      string          `json:"id"`
	Plan    string          `json:"plan"`
	Status  string          `json:"status"`
	Done    bool            `json:"done"`
	Current bool            `json:"current"`
	Unclear []phases.Marker `json:"unclear"`
	Missing []string        `json:"missing"` // what a DONE lacks that is otherwise clear
}

func (a *app) showPhases(ctx context.Context, asJSON bool) error {
	return a.use(ctx, func(p *project) error {
		_, d, err := p.preview(ctx)
		if err != nil {
			return err
		}
		view := loop.PhaseView(p.cfg, d.After.Loop)
		lines := phaseLines(p, d.After)
		if asJSON {
			return a.json(struct {
				Phase  any         `json:"phase"`
				Phases []phaseLine `json:"phases"`
			}{view, lines})
		}
		if len(lines) == 0 {
			a.say("pawl.yaml has no phases")
			return nil
		}
		t := newTable("", "INDEX", "PHASE", "STATE", "STATUS", "PLAN")
		for _, l := range lines {
			mark, state := " ", "to do"
			switch {
			case l.Current && view.Held:
				mark, state = "*", "held"
			case l.Current:
				mark, state = "*", "current"
			case l.Done:
				state = "done"
			}
			if l.Current && l.Done {
				state += ", done"
			}
			t.row(mark, fmt.Sprint(l.Index), l.ID, state, l.Status, l.Plan)
		}
		t.print(a.out)
		for _, l := range lines {
			for _, m := range l.Unclear {
				fmt.Fprintln(a.out, paint(a.out, yellow, unclearLine(l.Status, m)))
			}
			for _, why := range l.Missing {
				fmt.Fprintln(a.out, paint(a.out, yellow, missingLine(l.Status, why)))
			}
		}
		if view.Complete {
			fmt.Fprintln(a.out, "the sequence is complete")
		}
		return nil
	})
}

// unclearLine tells of a marker that is not obeyed, as editors read places.
func unclearLine(status string, m phases.Marker) string {
	what := "the marker is not obeyed: "
	if m.Text != "" && !strings.Contains(m.Why, m.Text) {
		what = fmt.Sprintf("%q is not obeyed: ", m.Text)
	}
	return fmt.Sprintf("%s:%d: %s%s", status, m.Line, what, m.Why)
}

// missingLine tells what a marker lacks that is clear by itself.
func missingLine(status, why string) string {
	return status + ": the marker is not obeyed: " + why
}

func phaseLines(p *project, s ledger.State) []phaseLine {
	lines := []phaseLine{}
	for i, ph := range p.cfg.Phases.Sequence {
		fact := s.Loop.Facts[ph.ID]
		l := phaseLine{
			Index: i, ID: ph.ID, Plan: ph.Plan, Status: ph.Status, Done: fact.Done(),
			Current: ph.ID == s.Loop.Phase.Current, Unclear: []phases.Marker{}, Missing: append([]string{}, fact.Missing...),
		}
		if fact.Path != "" {
			l.Status = fact.Path
		}
		for _, m := range fact.Verdict.Markers {
			if !m.Obey && !fact.Verdict.Done {
				l.Unclear = append(l.Unclear, m)
			}
		}
		lines = append(lines, l)
	}
	return lines
}
