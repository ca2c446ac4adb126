package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"pawl/loop"
	"pawl/loop/ledger"
)

// scheduleView is one entry of `pawl schedule --json`.
type scheduleView struct {
	Agent   string `json:"agent"`
	Cron    string `json:"cron"`
	TZ      string `json:"tz"`
	CatchUp string `json:"catch_up"`
	Jitter  string `json:"jitter"`
	Next    string `json:"next"` // the next slot
	Due     string `json:"due"`  // when it is acted on: after its jitter
	Last    string `json:"last"` // the last slot that was decided about
	State   string `json:"last_state"`
	Missed  int    `json:"last_missed"` // earlier slots that the last one stood for
	Held    string `json:"held"`        // why the agent is told nothing now

	next, due, last time.Time // for the table
}

func (a *app) scheduleCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "schedule", Short: "list when agents are woken next, and when they were last", Args: cobra.NoArgs,
		Long: "schedule lists the wakes of pawl.yaml with their next and last slots. A slot is a moment of a schedule;\n" +
			"each is acted on once at most, and slots that were missed are one wake, or none with catch_up: skip.",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.use(c.Context(), func(p *project) error {
				rows, err := p.schedules(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return a.json(rows)
				}
				a.printSchedules(rows, time.Now())
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func (p *project) schedules(ctx context.Context) ([]scheduleView, error) {
	w, d, err := p.preview(ctx)
	if err != nil {
		return nil, err
	}
	last, err := p.ledger.LastSlots(ctx)
	if err != nil {
		return nil, err
	}
	out := []scheduleView{}
	for _, agent := range p.cfg.Agents {
		for _, t := range loop.Timetables(agent) {
			v := scheduleView{
				Agent: agent.Name, Cron: t.Cron, TZ: t.TZ, CatchUp: t.CatchUp, Jitter: t.Jitter.String(),
				Held: d.Holds[agent.Name],
			}
			if w.State.Agents[agent.Name].Wanted != ledger.Up {
				v.Held = "the agent is down; pawl up starts it"
			}
			v.next, v.due = t.Upcoming(w.State, w.Now)
			if slot, ok := last[t.Name]; ok {
				v.last, v.State, v.Missed = slot.At, string(slot.State), slot.Missed
			}
			v.Next, v.Due, v.Last = stamp(v.next), stamp(v.due), stamp(v.last)
			out = append(out, v)
		}
	}
	return out, nil
}

func (a *app) printSchedules(rows []scheduleView, now time.Time) {
	if len(rows) == 0 {
		a.say("pawl.yaml has no wakes")
		return
	}
	t := newTable("AGENT", "SCHEDULE", "NEXT", "IN", "LAST", "WAS")
	for _, v := range rows {
		expr := v.Cron
		if v.TZ != "" {
			expr += " " + v.TZ
		}
		was := v.State
		if v.Missed > 0 {
			was += fmt.Sprintf(", %d missed", v.Missed)
		}
		t.row(v.Agent, expr, localTime(v.next, now), untilText(v.due, now), localTime(v.last, now), was)
		t.note("held", v.Held)
	}
	t.print(a.out)
}

// untilText is how long it is until a moment.
func untilText(at, now time.Time) string {
	switch {
	case at.IsZero():
		return ""
	case !at.After(now):
		return "due"
	}
	return ago(at.Sub(now))
}

// localTime shows a moment on the local clock, with its date where that is not
// today's.
func localTime(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	at, now = at.Local(), now.Local()
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format("15:04:05")
	}
	return at.Format("2006-01-02 15:04")
}
