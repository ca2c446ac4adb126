package adapter

import (
	"strings"
	"testing"

	"pawl/loop/screen"
)

func TestScreens(t *testing.T) {
	seen := make(map[string]bool)
	for _, check := range Selftest() {
		seen[strings.Split(check.Name, "/")[0]+" "+string(check.Want)] = true
		if check.Problem != "" {
			t.Errorf("%s: %s, by %q", check.Name, check.Problem, check.Got.Evidence)
		}
	}
	for _, name := range []string{"claude", "codex", "opencode", "gemini"} {
		for _, state := range []State{Starting, Active, Idle, Waiting, Limited, Full, Auth, Unknown} {
			if !seen[name+" "+string(state)] {
				t.Errorf("%s has no screen that is %s", name, state)
			}
		}
	}
}

func TestScreensNameTheirSource(t *testing.T) {
	for name, r := range Screens() {
		if !strings.HasPrefix(r.Source, "recorded, ") && !strings.HasPrefix(r.Source, "described, ") {
			t.Errorf("%s: source is %q", name, r.Source)
		}
	}
}

// A capture without escapes loses hints and colours, and must still not turn a
// state into one that has consequences.
func TestScreensWithoutEscapes(t *testing.T) {
	readers := builtinReaders(t)
	for name, r := range Screens() {
		s := r.Screen()
		for i, row := range s.Rows {
			s.Rows[i] = screen.Row{Text: row.Text, Firm: row.Text, Tinted: row.Text}
		}
		got := readers[r.Adapter].Read(s).State
		quotedInColour := r.Adapter == "claude" && strings.Contains(name, "quoted")
		if got != State(r.State) && !quotedInColour {
			t.Errorf("%s: %s, want %s", name, got, r.State)
		}
	}
}

// answers are how the programs print what an agent says: the first row, the
// further ones, and whether in a colour.
var answers = map[string]struct {
	first, more string
	tinted      bool
}{
	"claude": {"● ", "  ", false}, "codex": {"• ", "  ", true},
	"gemini": {"✦ ", "  ", true}, "opencode": {"     ", "     ", true},
}

// Whatever an agent says, also a row of a limit, a dialog or an error as the
// program itself prints it, is not the program's.
func TestQuotedTextSaysNothing(t *testing.T) {
	readers, rows := builtinReaders(t), messageRows(t)
	for name, r := range Screens() {
		reader, how := readers[r.Adapter], answers[r.Adapter]
		s := r.Screen()
		at, ok := reader.find(withoutBlankEnd(s.Rows))
		if State(r.State) != Idle || !ok {
			continue
		}
		for _, quoted := range rows[r.Adapter] {
			for _, answer := range [][]string{
				{how.first + quoted},
				{how.first + "It said:", "", how.more + quoted},
				{how.first + "It said:", how.more + quoted, how.more + "and no more."},
			} {
				told := s
				told.Rows = append(printed(answer, how.tinted), s.Rows[at.top:]...)
				got := reader.Read(told)
				if got.State != Idle {
					t.Errorf("%s with the answer %q reads %s, by %q", name, answer, got.State, got.Evidence)
				}
			}
		}
	}
}

func printed(rows []string, tinted bool) []screen.Row {
	var all []screen.Row
	for _, text := range append(rows, "") {
		row := screen.Row{Text: text, Firm: text}
		if tinted {
			row.Tinted = text
		}
		all = append(all, row)
	}
	return all
}

// messageRows are the rows that made a recorded screen one with consequences.
func messageRows(t *testing.T) map[string][]string {
	t.Helper()
	rows := make(map[string][]string)
	for _, check := range Selftest() {
		switch check.Got.State {
		case Limited, Waiting, Auth, Full, Fatal:
			name := strings.Split(check.Name, "/")[0]
			rows[name] = append(rows[name], check.Got.Evidence)
		}
	}
	for name := range answers {
		if len(rows[name]) < 5 {
			t.Fatalf("%s: only %d rows to quote", name, len(rows[name]))
		}
	}
	return rows
}

func builtinReaders(t testing.TB) map[string]*Reader {
	t.Helper()
	readers := make(map[string]*Reader)
	for name, profile := range Builtin() {
		reader, err := NewReader(profile)
		if err != nil {
			t.Fatal(err)
		}
		readers[name] = reader
	}
	return readers
}
