package runner

import (
	"fmt"
	"io"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/launcher/plain"
	"pawl/loop/turn"
)

// page is what a person reads of the turns: the session's log.
type page struct{ w io.Writer }

// Bounds of what the page shows.
const (
	toldLines   = 12
	resultLines = 5
	saidLines   = 200
)

func (p page) begin(t turn.Turn, text string) {
	p.print("=== turn %d, %s", t.N, t.Begun.Format("2006-01-02 15:04:05"))
	p.block("> ", text, toldLines)
}

func (p page) event(e turn.Event) {
	switch e.Kind {
	case turn.Text:
		p.block("", e.Text, saidLines)
	case turn.Reasoning:
		p.block("~ ", e.Text, resultLines)
	case turn.Result:
		mark := "  "
		if e.Failed {
			mark = "! "
		}
		p.block(mark, e.Text, resultLines)
	case turn.Command, turn.Change, turn.Tool, turn.Limit, turn.Error:
		p.print("%s", e.Line())
	}
}

func (p page) end(t turn.Turn) {
	line := fmt.Sprintf("=== turn %d %s after %s: %d tools, %d tokens", t.N, t.Status, t.Ended.Sub(t.Begun).Round(100*time.Millisecond), t.Tools, t.Usage.Tokens())
	if t.Usage.Counted {
		line += fmt.Sprintf(", $%.4f", t.Usage.Cost)
	}
	if t.Why != "" {
		line += ": " + t.Why
	}
	p.print("%s", line)
}

// block prints some lines of a text, each behind a mark.
func (p page) block(mark, text string, most int) {
	text = strings.TrimRight(text, "\n ")
	if text == "" {
		return
	}
	lines := strings.SplitN(text, "\n", most+1)
	for i, line := range lines {
		if i == most {
			p.print("%s… %d more lines", mark, strings.Count(line, "\n")+1)
			return
		}
		p.print("%s%s", mark, handoff.Cut(plain.Row(line), 2000))
	}
}

// print writes one line. A log that cannot be written holds up nothing.
func (p page) print(format string, args ...any) { fmt.Fprintf(p.w, format+"\n", args...) }
