package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/handoff"
)

// evening is when the time of the tests begins; a moment is minutes after it.
var evening = time.Date(2026, 1, 1, 20, 0, 0, 0, time.UTC)

func minute(n int) time.Time { return evening.Add(time.Duration(n) * time.Minute) }

func minutes(n int) Span { return Span(time.Duration(n) * time.Minute) }

// night is a loop of two agents for ten hours in which nothing happened.
func night(events ...Event) Facts {
	word := regexp.MustCompile("x")
	return Facts{
		Project: "p", Since: evening, Until: minute(600), KnownFrom: minute(-600), Running: true, LastPass: minute(600),
		Events: slices.Values(events),
		Agents: []Member{{Name: "builder", Wanted: true}, {Name: "adversary", Wanted: true}},
		Rules: handoff.Rules{Signals: []handoff.Rule{
			{Name: "claim", Subject: word, Wakes: []string{"adversary"}, AnsweredBy: "review"},
			{Name: "review", Subject: word, Wakes: []string{"builder"}, AnsweredBy: "claim"},
			{Name: "note", Subject: word, Wakes: []string{"builder"}},
		}},
	}
}

// event is "minute kind agent key=value …"; the value of the last key reaches to
// the line's end.
func event(line string) Event {
	words := strings.Fields(line)
	var n int
	if _, err := fmt.Sscan(words[0], &n); err != nil {
		panic(line)
	}
	e := Event{Time: minute(n), Kind: words[1], Data: map[string]any{}}
	rest := words[2:]
	if len(rest) > 0 && !strings.Contains(rest[0], "=") {
		e.Agent, rest = rest[0], rest[1:]
	}
	key := ""
	for _, w := range rest {
		if k, v, ok := strings.Cut(w, "="); ok {
			key = k
			e.Data[k] = v
			continue
		}
		e.Data[key] = e.Data[key].(string) + " " + w
	}
	for k, v := range e.Data {
		var n float64
		if _, err := fmt.Sscanf(v.(string), "%g", &n); err == nil && fmt.Sprint(n) == v {
			e.Data[k] = n
		}
	}
	return e
}

func events(text string) (out []Event) {
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, event(line))
		}
	}
	return out
}

// signal is a handoff in words: "minute claim(g) open", "minute review(g) pass answered".
func signal(line string) handoff.Handoff {
	words := strings.Fields(line)
	var n int
	if _, err := fmt.Sscan(words[0], &n); err != nil {
		panic(line)
	}
	rule, gate, _ := strings.Cut(strings.TrimSuffix(words[1], ")"), "(")
	h := handoff.Handoff{
		ID: fmt.Sprintf("h%d", n), Kind: handoff.Signal, Rule: rule, Gate: gate, Commit: fmt.Sprintf("%040d", n),
		SeenAt: minute(n), OpenedAt: minute(n), State: handoff.State(words[len(words)-1]), Agent: "adversary",
	}
	if rule != "claim" {
		h.Agent = "builder"
	}
	if len(words) > 3 {
		h.Verdict = words[2]
	}
	if h.State == handoff.Taken || h.State == handoff.Answered {
		h.SentAt, h.TakenAt = minute(n+1), minute(n+2)
	}
	return h
}

func signals(lines ...string) (out []handoff.Handoff) {
	for _, line := range lines {
		out = append(out, signal(line))
	}
	return out
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}
