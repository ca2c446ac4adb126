package sim

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"pawl/loop/ledger"
)

// Story tells events as they happen, one a line.
type Story struct {
	out   io.Writer
	paint func(style, text string) string
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
	fmt.Fprintf(s.out, "%s  %-10s %s %s\n", s.paint("2", at), l.who, s.paint(l.style, fmt.Sprintf("%-9s", l.does)), l.what)
}

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
		return line{e.Agent, e.Kind, fmt.Sprint(e.Data), "31"}, true
	}
	return line{}, false
}
