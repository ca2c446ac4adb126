package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop/turn"
)

func (a *app) trajectoryCommand() *cobra.Command {
	var full, asJSON bool
	c := &cobra.Command{
		Use: "trajectory ID|NAME", Short: "print what a worker did, step by step", Args: cobra.ExactArgs(1),
		Long: "trajectory prints the steps of a worker, or of an agent that runs in turns: what it was told, said, ran and changed. --full prints\n" +
			"each of them whole, with what came of it; --json prints the record, one object a line.",
		RunE: func(c *cobra.Command, args []string) error {
			return a.use(c.Context(), func(p *project) error {
				name, err := p.member(c.Context(), args[0])
				if err != nil {
					return err
				}
				return p.trajectory(c.Context(), name, full, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&full, "full", false, "print each step whole")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return c
}

func (p *project) trajectory(ctx context.Context, name string, full, asJSON bool) error {
	sessions, err := p.ledger.Generations(ctx, name)
	if err != nil {
		return err
	}
	out := json.NewEncoder(p.app.out)
	out.SetEscapeHTML(false)
	steps, task := 0, ""
	if r, err := p.ledger.Run(ctx, name); err == nil {
		task = r.Task
	}
	for _, s := range sessions {
		err := p.entries(name, s.Generation, func(e turn.Entry) error {
			steps++
			if asJSON {
				return out.Encode(struct {
					Generation string `json:"generation"`
					turn.Entry
				}{s.Generation, e})
			}
			p.app.printEntry(e, task, full)
			return nil
		})
		if err != nil {
			return err
		}
	}
	if steps == 0 && !asJSON {
		p.app.say("%s has no steps on record yet", name)
	}
	return nil
}

// printEntry prints one step: a line, or with full all of it. A worker's first prompt
// begins with its part, so that the line is its task.
func (a *app) printEntry(e turn.Entry, task string, full bool) {
	w := a.out
	switch {
	case e.Begin != nil:
		fmt.Fprintf(w, "%s\n", paint(w, faint, fmt.Sprintf("turn %d, %s", e.N, e.Begin.Begun.Local().Format("2006-01-02 15:04:05"))))
		told := turn.Event{Kind: turn.Text, Text: e.Told}
		if e.N == 1 && task != "" && strings.Contains(e.Told, task) {
			told.Text = task
		}
		if full {
			writeAll(w, "  > ", handoff.CleanLines(e.Told, len(e.Told)))
		} else {
			fmt.Fprintf(w, "  > %s\n", told.Line())
		}
	case e.End != nil:
		fmt.Fprintf(w, "  = %s after %s, %d tools, %d tokens", e.End.Status, e.End.Ended.Sub(e.End.Begun).Round(time.Second), e.End.Tools, e.End.Usage.Tokens())
		if e.End.Why != "" {
			fmt.Fprintf(w, ": %s", e.End.Why)
		}
		fmt.Fprintln(w)
	case e.Event != nil && full:
		a.printWhole(*e.Event)
	case e.Event != nil:
		if line := e.Event.Line(); line != "" {
			fmt.Fprintf(w, "  %s %s\n", paint(w, faint, e.Event.At.Local().Format("15:04:05")), line)
		}
	}
}

func (a *app) printWhole(e turn.Event) {
	switch e.Kind {
	case turn.Text:
		writeAll(a.out, "  ", e.Text)
	case turn.Reasoning:
		writeAll(a.out, "  ~ ", e.Text)
	case turn.Command:
		writeAll(a.out, "  $ ", e.Input)
	case turn.Tool:
		writeAll(a.out, "  * ", e.Tool+" "+e.Input)
	case turn.Result:
		writeAll(a.out, "    ", e.Text)
	default:
		if line := e.Line(); line != "" {
			writeAll(a.out, "  ", line)
		}
	}
}

// writeAll writes a text of many lines behind a mark.
func writeAll(w io.Writer, mark, text string) {
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		fmt.Fprint(w, mark, strings.TrimRight(line, "\n"), "\n")
	}
}
