package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop/report"
)

// reportOptions are the flags of `pawl report`.
type reportOptions struct {
	since    string
	json     bool
	markdown bool
}

const reportHelp = `report tells what one wants to know in the morning: what needs a person now, the gates with their
verdicts and rounds, the phases, who waited for whom and why, restarts, usage limits, the commits of
each agent, and the time that was lost.

--since takes one of these forms:
  ` + report.SinceForms + `
Without it the report is about the last 24 hours. Times are those at which pawl saw what happened.

--json prints one object:
  project, since, until, known_from ("" when all of the time is on record), events (how many)
  needs      kind (expired, parked, dialog, stuck, config, origin, phase, coordinator, worker, paused, malformed), agent, text, command
  gates      gate, state (claimed, failed, passed, reviewed, expired, withdrawn), waits_for, rounds (claims),
             verdicts (pass, fail, none), claimed, passed, took, commit; one for each way to a pass
  phases     current, index, total, complete, held, entered, done (phase, at, took, commit),
             notes (kind: unclear, unproven or reopened; phase, at, text)
  waits      handoff, label, agent, for (told or answered), since, took, open, why, held (how long of it); the longest
  agents     name, sessions, restarts, reasons (reason, count), crashes, parked, stalls, dialogs, told, answered,
             reminders, expired, commits, told_median, answered_median
  commits    total, others (name, commits), unknown (why they could not be counted)
  limits     account, agents, from, to, took, banner
  schedules  agent, schedule, fired, skipped, missed, last
  lost       cause, agents, took, times, at_most, unknown, now
Moments are RFC 3339 in UTC or "", lengths are seconds.`

func (a *app) reportCommand() *cobra.Command {
	var o reportOptions
	c := &cobra.Command{
		Use: "report", Short: "print the morning page: gates, verdicts, phases, restarts, limits, time lost", Long: reportHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.json && o.markdown {
				return &usageError{errors.New("--json and --markdown exclude one another; write one of them")}
			}
			now := time.Now()
			since, err := report.Since(o.since, now)
			if err != nil {
				return &usageError{fmt.Errorf("--since %w", err)}
			}
			return a.use(c.Context(), func(p *project) error {
				r, err := p.report(c.Context(), since, now)
				if err != nil {
					return err
				}
				switch {
				case o.json:
					return a.json(r)
				case o.markdown:
					printMarkdown(a.out, r, time.Local)
				default:
					printReport(a.out, a.out, r, time.Local)
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&o.since, "since", "24h", "since `when`")
	c.Flags().BoolVar(&o.json, "json", false, "print as JSON")
	c.Flags().BoolVar(&o.markdown, "markdown", false, "print as Markdown")
	return c
}
