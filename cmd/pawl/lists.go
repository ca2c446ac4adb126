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

func (a *app) eventsCommand() *cobra.Command {
	var (
		follow, asJSON bool
		n              int
	)
	c := &cobra.Command{
		Use: "events", Short: "list what was decided, and why", Args: cobra.NoArgs,
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
	c.Flags().IntVarP(&n, "lines", "n", 50, "the last `N` of them")
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
