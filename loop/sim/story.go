package sim

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"pawl/handoff"
	"pawl/loop/ledger"
)

// Story tells events as they happen, one a line.
type Story struct {
	out   io.Writer
	paint func(style, text string) string
	fit   func(text string, indent int) string
	begin time.Time
	mu    sync.Mutex
}

// line is an event in plain words.
type line struct{ who, does, what, style string }

// Tell prints e if it belongs to the story.
func (s *Story) Tell(e ledger.Event) {
	l, ok := words(e)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := fmt.Sprintf("%6.2fs", e.Time.Sub(s.begin).Seconds())
	what := s.fit(handoff.Clean(l.what, 400), storyIndent)
	fmt.Fprintf(s.out, "%s  %-10s %s %s\n", s.paint("2", at), l.who, s.paint(l.style, fmt.Sprintf("%-9s", l.does)), what)
}

// storyIndent is where a line of the story says what happens, in columns.
const storyIndent = 30

func words(e ledger.Event) (line, bool) {
	text := func(key string) string {
		if v, ok := e.Data[key]; ok {
			return fmt.Sprint(v)
		}
		return ""
	}
	switch e.Kind {
	case "agent.started":
		return line{e.Agent, "starts", "phase " + text("phase"), ""}, true
	case "agent.exited":
		return line{e.Agent, "ends", text("reason"), "2"}, true
	case "handoff.open":
		author := map[string]string{"adversary": "builder", "builder": "adversary"}[e.Agent]
		if strings.HasPrefix(text("label"), "inbox") {
			return line{author, "writes", text("label"), "36"}, true
		}
		style := "36"
		if strings.Contains(text("label"), " fail ") {
			style = "31"
		} else if strings.Contains(text("label"), " pass ") {
			style = "32"
		}
		return line{author, "pushes", text("subject"), style}, true
	case "handoff.taken":
		return line{e.Agent, "is told", text("label"), ""}, true
	case "phase.done":
		return line{"origin", "says", "phase " + text("phase") + " is done", "1;32"}, true
	case "phase.advanced":
		return line{"loop", "advances", text("from") + " → " + text("to"), "1"}, true
	case "sequence.complete":
		return line{"loop", "completes", "every phase is done", "1;32"}, true
	case "agent.parked", "handoff.expired", "handoff.stuck", "origin.unreachable", "signal.malformed", "phase.unclear":
		return line{cmp.Or(e.Agent, "loop"), "reports", e.Kind + details(e.Data), "31"}, true
	}
	return line{}, false
}

// details are an event's data in a fixed order.
func details(data map[string]any) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(data)) {
		fmt.Fprintf(&b, ", %s: %v", key, data[key])
	}
	return b.String()
}
