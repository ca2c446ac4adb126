package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pawl/handoff"
	"pawl/loop/ledger"
)

// handoffView is one entry of `pawl handoffs --json`.
type handoffView struct {
	ID         string `json:"id"`
	Agent      string `json:"agent"`
	Kind       string `json:"kind"`
	Rule       string `json:"rule"`
	Gate       string `json:"gate"`
	Commit     string `json:"commit"`
	Subject    string `json:"subject"`
	Path       string `json:"path"`
	Blob       string `json:"blob"`
	State      string `json:"state"`
	Attempts   int    `json:"attempts"`
	SeenAt     string `json:"seen_at"`
	SentAt     string `json:"sent_at"`
	TakenAt    string `json:"taken_at"`
	AnsweredBy string `json:"answered_by"`
}

// closedShown bounds how many closed handoffs --all shows.
const closedShown = 1000

func (a *app) handoffsCommand() *cobra.Command {
	var all, asJSON bool
	c := &cobra.Command{
		Use: "handoffs", Short: "what agents are told and owe", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.use(c.Context(), func(p *project) error {
				rows, err := p.ledger.Handoffs(c.Context(), all, closedShown)
				if err != nil {
					return err
				}
				if asJSON {
					return a.json(handoffViews(rows))
				}
				a.printHandoffs(rows)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "the closed ones as well")
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func handoffViews(rows []handoff.Handoff) []handoffView {
	out := []handoffView{}
	for _, h := range rows {
		out = append(out, handoffView{
			ID: h.ID, Agent: h.Agent, Kind: string(h.Kind), Rule: h.Rule, Gate: h.Gate, Commit: h.Commit,
			Subject: handoff.Clean(h.Subject, 1000), Path: handoff.Clean(h.Path, 1000), Blob: h.Blob,
			State: string(h.State), Attempts: h.Attempts, SeenAt: stamp(h.SeenAt), SentAt: stamp(h.SentAt), TakenAt: stamp(h.TakenAt),
			AnsweredBy: h.AnsweredBy,
		})
	}
	return out
}

func (a *app) printHandoffs(rows []handoff.Handoff) {
	if len(rows) == 0 {
		a.say("nothing is open")
		return
	}
	t := newTable("ID", "AGENT", "STATE", "AGE", "TOLD", "WHAT", "SUBJECT")
	for _, h := range rows {
		t.row(h.ID, h.Agent, string(h.State), ago(time.Since(h.SeenAt)), fmt.Sprint(h.Attempts), h.Label(), handoff.Clean(h.Subject, 200))
	}
	t.print(a.out)
}

func (a *app) eventsCommand() *cobra.Command {
	var (
		follow, asJSON bool
		n              int
	)
	c := &cobra.Command{
		Use: "events", Short: "what was decided, and why", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if n < 0 {
				return &usageError{fmt.Errorf("-n %d is negative; write how many events, 0 or more", n)}
			}
			return a.use(c.Context(), func(p *project) error {
				return p.events(c.Context(), n, follow, asJSON)
			})
		},
	}
	c.Flags().BoolVarP(&follow, "follow", "f", false, "go on as they happen")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	c.Flags().IntVarP(&n, "lines", "n", 50, "how many of the last")
	return c
}

// followEvery is how often a followed list is read again.
const followEvery = 200 * time.Millisecond

func (p *project) events(ctx context.Context, n int, follow, asJSON bool) error {
	list, err := p.ledger.Events(ctx, 0, n)
	if err != nil {
		return err
	}
	last := int64(0)
	if n == 0 && follow {
		newest, err := p.ledger.Events(ctx, 0, 1)
		if err != nil {
			return err
		}
		for _, e := range newest {
			last = e.Seq
		}
	}
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		for _, e := range list {
			last = e.Seq
			if err := p.app.printEvent(e, asJSON); err != nil {
				return err
			}
		}
		if !follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if list, err = p.ledger.Events(ctx, last, 1000); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

func (a *app) printEvent(e ledger.Event, asJSON bool) error {
	if asJSON {
		data := e.Data
		if data == nil {
			data = map[string]any{}
		}
		return json.NewEncoder(a.out).Encode(struct {
			Seq   int64          `json:"seq"`
			Time  string         `json:"time"`
			Kind  string         `json:"kind"`
			Agent string         `json:"agent"`
			Data  map[string]any `json:"data"`
		}{e.Seq, e.Time.UTC().Format("2006-01-02T15:04:05.000Z07:00"), e.Kind, e.Agent, data})
	}
	writeEvent(a.out, e)
	return nil
}

// writeEvent prints an event on one line: time, kind, agent, data.
func writeEvent(w io.Writer, e ledger.Event) {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(e.Data)) {
		if text := value(e.Data[k]); text != "" {
			fmt.Fprintf(&b, " %s=%s", k, text)
		}
	}
	line := fmt.Sprintf("%-18s %-12s%s", e.Kind, e.Agent, b.String())
	fmt.Fprintf(w, "%s  %s\n", paint(w, faint, e.Time.Local().Format("15:04:05")), strings.TrimRight(line, " "))
}

// value shows a datum of an event. Numbers come from JSON as floats, and are
// whole: counts and milliseconds.
func value(v any) string {
	if n, ok := v.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	s := handoff.Clean(fmt.Sprint(v), 300)
	if strings.ContainsAny(s, " =\"") {
		return fmt.Sprintf("%q", s)
	}
	return s
}
