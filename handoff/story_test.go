package handoff

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A story is a history with what a coordinator saw of it. Beside commits its
// lines are:
//
//	push [NAME]   origin's branch is at NAME, or at the last commit; it is looked at
//	push nowhere  there is no branch
//	lose          the cursor is forgotten, the records are not
//	forget        everything is forgotten
//	done NAME     NAME completed a phase
//	taken         whatever is open was told and taken
//	expired       whatever is not closed was reminded in vain
//	dismiss       the operator dismisses whatever is open or expired
//	retry         … or has what expired or was dismissed told again
type story struct {
	t       testing.TB
	history *history
	rules   Rules
	cursor  string
	records []Handoff // in the order in which they became known
	notes   []Note
	done    []string
	seen    map[string]bool // commits that origin ever had
	clock   time.Time
	shuffle *rand.Rand
	// silent: the mirror does not know which commit took a file away.
	silent bool
}

func usual(adversaries ...string) Rules {
	if len(adversaries) == 0 {
		adversaries = []string{"adversary"}
	}
	return Rules{
		Signals: []Rule{
			{Name: "claim", Subject: regexp.MustCompile(`(?i)^claim\b`), Wakes: adversaries, AnsweredBy: "review"},
			{Name: "review", Subject: regexp.MustCompile(`(?i)^review\b`), Wakes: []string{"builder"}, AnsweredBy: "claim"},
			{Name: "note", Subject: regexp.MustCompile(`(?i)^note\b`), Wakes: []string{"builder"}},
		},
		Inboxes: []InboxRule{
			{Name: "ADVERSARY-INBOX.md", Readers: adversaries},
			{Name: "BUILDER-INBOX.md", Readers: []string{"builder"}},
		},
	}
}

func newStory(t testing.TB, rules Rules) *story {
	return &story{t: t, history: newHistory(), rules: rules, seen: map[string]bool{}, clock: time.Unix(1_800_000_000, 0)}
}

func (s *story) tell(text string) {
	s.t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		verb, name, _ := strings.Cut(line, " ")
		switch verb {
		case "":
		case "push":
			s.push(name)
		case "lose":
			s.cursor = ""
		case "forget":
			s.cursor, s.records = "", nil
		case "done":
			s.done = append(s.done, hashOf(name))
		case "taken":
			s.set(Taken, func(h Handoff) bool { return h.State == Open })
		case "expired":
			s.set(Expired, func(h Handoff) bool { return !h.State.Closed() })
		case "dismiss":
			s.operate(func(h Handoff) (Handoff, error) { return h.Dismiss("not now") })
		case "retry":
			s.operate(func(h Handoff) (Handoff, error) { return h.Retry(s.clock) })
		default:
			s.history.add(s.t, line)
		}
	}
}

func (s *story) set(to State, which func(Handoff) bool) {
	for i := range s.records {
		if which(s.records[i]) {
			s.records[i].State = to
		}
	}
}

// operate does to each record what the operator may do to it.
func (s *story) operate(f func(Handoff) (Handoff, error)) {
	for i, h := range s.records {
		if next, err := f(h); err == nil {
			s.records[i] = next
		}
	}
}

// push looks at origin and keeps what Derive says. The same window once more
// must change nothing.
func (s *story) push(name string) Delta {
	s.t.Helper()
	tip := s.history.tip()
	switch name {
	case "":
	case "nowhere":
		tip = ""
	default:
		tip = hashOf(name)
	}
	for hash := range s.history.reach[tip] {
		s.seen[hash] = true
	}
	in := s.input(tip)
	delta := Derive(in)
	s.keep(delta)
	in.Known = s.known(in.Window)
	if again := Derive(in); len(again.Handoffs)+len(again.Notes) > 0 {
		s.t.Errorf("push %s: the same window again changes %s, notes %v", s.history.names[tip], s.list(again.Handoffs), again.Notes)
	}
	if tip != "" {
		s.cursor = tip
	}
	s.notes = append(s.notes, delta.Notes...)
	return delta
}

func (s *story) input(tip string) Input {
	s.clock = s.clock.Add(time.Minute)
	q := look{cursor: s.cursor, tip: tip, shuffle: s.shuffle, known: s.seen}
	for _, rule := range s.rules.Inboxes {
		q.inboxes = append(q.inboxes, rule.Name)
	}
	lost := func(hash string) bool {
		return tip != "" && s.history.reach[s.cursor][hash] && !s.history.reach[tip][hash]
	}
	for _, h := range s.records {
		if h.Kind == Signal && (!h.State.Closed() || lost(h.AnsweredBy)) {
			q.open = append(q.open, h.Commit)
		}
	}
	w := s.history.window(q)
	if s.silent {
		w.Inboxes = slices.DeleteFunc(w.Inboxes, func(f InboxFile) bool { return f.Blob == "" })
	}
	in := Input{Window: w, Rules: s.rules, Known: s.known(w), Now: s.clock}
	for _, d := range s.done {
		if s.history.reach[tip][d] {
			in.Done = append(in.Done, d)
		}
	}
	return in
}

func (s *story) known(w Window) []Handoff {
	concern := Concerns(w, s.rules)
	var out []Handoff
	for _, h := range s.records {
		if concern.Includes(h) {
			out = append(out, h)
		}
	}
	return out
}

func (s *story) keep(d Delta) {
	for _, h := range d.Handoffs {
		i := slices.IndexFunc(s.records, func(r Handoff) bool { return r.ID == h.ID })
		if i < 0 {
			s.records = append(s.records, h)
		} else {
			s.records[i] = h
		}
	}
}

// list writes records as "agent state what", with what closed them.
func (s *story) list(records []Handoff) string {
	var out []string
	for _, h := range records {
		what := h.Path + "=" + s.content(h.Blob)
		if h.Kind == Signal {
			what = strings.TrimSuffix(h.Label(), Short(h.Commit)) + s.history.names[h.Commit]
		}
		line := fmt.Sprintf("%s %s %s", h.Agent, h.State, what)
		if h.AnsweredBy != "" {
			line += " by " + s.history.names[h.AnsweredBy]
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func (s *story) content(blob string) string {
	for _, tree := range s.history.trees {
		for _, text := range tree {
			if hashOf(text) == blob {
				return text
			}
		}
	}
	return "?" + blob
}

// noted lists the commits of the notes of one kind.
func (s *story) noted(kind string) string {
	var out []string
	for _, n := range s.notes {
		if n.Kind == kind {
			out = append(out, s.history.names[n.Commit])
		}
	}
	return strings.Join(out, " ")
}

// telling is one case of a table: what is on record after a story.
type telling struct{ name, story, want string }

func check(t *testing.T, rules Rules, cases []telling) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStory(t, rules)
			s.tell(c.story)
			if got, want := s.list(s.records), unindent(c.want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func unindent(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}
