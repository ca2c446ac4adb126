package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pawl/loop/ledger"
	"pawl/loop/report"
)

// Events are "kind agents", a minute apart; the time of the report begins with
// the one behind the bar.
func TestWhatWasSoWhenTheTimeBegan(t *testing.T) {
	start := time.Date(2026, 1, 1, 20, 0, 0, 0, time.UTC)
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	for name, c := range map[string]struct {
		before, in string
		broken     bool
		want       report.Earlier
	}{
		"an empty ledger": {"", "", false, report.Earlier{}},
		"a coordinator runs": {"operator.up, coordinator.started, origin.moved, operator.wake", "", false,
			report.Earlier{Watched: true, Sign: at(2)}},
		"one that ended": {"coordinator.started, coordinator.ended, operator.pause", "", false,
			report.Earlier{Ended: true, Sign: at(1)}},
		"and cron went on": {"coordinator.started, coordinator.ended, origin.moved", "", false, report.Earlier{Sign: at(2)}},
		"nothing ever ran": {"operator.up, handoff.retried", "", false, report.Earlier{Sign: at(0)}},
		"all was down": {"coordinator.started, operator.down, coordinator.ended", "", false,
			report.Earlier{Ended: true, Down: true, Sign: at(2)}},
		"one was down":                    {"operator.up, coordinator.started, operator.down builder", "", false, report.Earlier{Watched: true, Sign: at(1)}},
		"one was, and all before":         {"operator.down, operator.down builder, origin.moved", "", false, report.Earlier{Down: true, Sign: at(2)}},
		"up again":                        {"operator.down, operator.up, origin.moved", "", false, report.Earlier{Sign: at(2)}},
		"a broken file, mended":           {"config.invalid", "origin.moved, config.reloaded", false, report.Earlier{Invalid: true, Sign: at(0)}},
		"a broken file, still so":         {"config.reloaded, config.invalid", "", true, report.Earlier{Invalid: true, Sign: at(1)}},
		"a held change, undone":           {"config.held", "config.reloaded", false, report.Earlier{Held: true, Sign: at(0)}},
		"a held change, approved":         {"config.held, config.approved", "config.reloaded", false, report.Earlier{Sign: at(0)}},
		"what only the time itself tells": {"", "coordinator.started, operator.down, config.invalid", true, report.Earlier{}},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := ledger.Open(t.Context(), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			}()
			n := 0
			add := func(list string) {
				for _, line := range strings.Split(list, ", ") {
					if kind, agents, _ := strings.Cut(line, " "); kind != "" {
						e := ledger.Event{Time: at(n), Kind: kind, Data: map[string]any{"agents": agents}}
						if err := l.AddEvents(t.Context(), e); err != nil {
							t.Fatal(err)
						}
						n++
					}
				}
			}
			add(c.before)
			since := at(n)
			add(c.in)
			span, err := l.Since(t.Context(), since)
			if err != nil {
				t.Fatal(err)
			}
			p := &project{ledger: l}
			if c.broken {
				p.fault = errors.New("broken")
			}
			got, err := p.earlier(t.Context(), span)
			got.Sign = got.Sign.UTC()
			if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", c.want); err != nil || g != w {
				t.Errorf("%s, not %s: %v", g, w, err)
			}
		})
	}
}
