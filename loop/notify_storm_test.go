package loop

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pawl/loop/ledger"
)

// A thousand events in a pass: the newest are told one by one, the others as one,
// and a minute later it goes on.
func TestAStorm(t *testing.T) {
	l := newListener(t)
	h := newHerald(t, posts(l, "agent.*"))
	storm := make([]ledger.Event, 1000)
	for i := range storm {
		storm[i] = ledger.Event{Time: h.now, Kind: "agent.started"}
	}
	if err := h.Ledger.AddEvents(t.Context(), storm...); err != nil {
		t.Fatal(err)
	}
	h.round()
	if n := strings.Count(l.took(), "agent.started"); n != perWindow {
		t.Errorf("%d are told one by one", n)
	}
	dropped := h.recorded("notify.dropped")
	want := map[string]any{"count": 900.0, "first": 1.0, "last": 900.0, "kinds": "agent.started 900", "entry": 1.0, "to": "url", "notify": receivers(h.cfg)[0].name}
	if len(dropped) != 1 || fmt.Sprint(dropped[0].Data) != fmt.Sprint(want) {
		t.Errorf("on record is %v", dropped)
	}
	h.happen("agent.parked")
	h.now = h.now.Add(window - time.Second)
	if n := h.round(); n != 0 {
		t.Errorf("%d are told within the minute", n)
	}
	h.now = h.now.Add(time.Second)
	h.round()
	if got := l.took(); got != "notify.dropped agent.parked" {
		t.Errorf("a minute later it is told %q", got)
	}
}

// Within a minute nothing is left out: what there is no room for waits.
func TestALittleTooMuch(t *testing.T) {
	l := newListener(t)
	h := newHerald(t, posts(l, "*"))
	for _, n := range []int{60, 60} {
		for range n {
			h.happen("wake.fired")
		}
		h.round()
	}
	if n := len(strings.Fields(l.took())); n != perWindow {
		t.Errorf("%d are told in the first minute", n)
	}
	h.now = h.now.Add(window)
	h.round()
	if n := len(strings.Fields(l.took())); n != 20 || len(h.recorded("notify.dropped")) != 0 {
		t.Errorf("%d are told in the second", n)
	}
}
