package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/screen"
)

func TestProfileIsValid(t *testing.T) {
	p := Profile([]string{"fake", "--work", "1s"})
	if problems := p.Validate(); len(problems) > 0 {
		t.Errorf("problems %+v", problems)
	}
	argv, err := p.Argv(adapter.Data{Prompt: "-go"}, "opus", "c1")
	want := []string{"fake", "--work", "1s", "--model", "opus", "--resume", "c1", "--", "-go"}
	if err != nil || !slices.Equal(argv, want) {
		t.Errorf("argv %q, %v; want %q", argv, err, want)
	}
	o, err := parseOptions(argv[1:], nil, t.Output())
	if err != nil || o.kickoff != "-go" || o.model != "opus" || o.resume != "c1" || o.work != time.Second {
		t.Errorf("options %+v, %v", o, err)
	}
}

// What an answer quotes is no state, and each state is read at every width.
func TestProfileReadsItsScreens(t *testing.T) {
	reader, err := adapter.NewReader(Profile([]string{"fake"}))
	if err != nil {
		t.Fatal(err)
	}
	long := strings.TrimSpace(strings.Repeat("w1234 claim(parser) ", 40))
	for _, test := range []struct {
		name  string
		steps []string
		want  adapter.State
		text  string
	}{
		{"fresh", nil, adapter.Idle, ""},
		{"half typed", []string{"type half"}, adapter.Idle, "half"},
		{"a long text", []string{"type " + long}, adapter.Idle, long},
		{"a text of rows", []string{`type one\n\n> two`}, adapter.Idle, "one> two"},
		{"a folded paste", []string{"fold", "paste " + long}, adapter.Idle, "[Pasted text #1 +0 lines]"},
		{"working", []string{"busy 1m"}, adapter.Active, ""},
		{"working, and more is queued", []string{"busy 1m", "type a", "enter", "type " + long, "enter", "type b"}, adapter.Active, "b"},
		{"done", []string{"busy 1m", "idle"}, adapter.Idle, ""},
		{"limited", []string{"limit No more until 5pm"}, adapter.Limited, ""},
		{"limited with half a text", []string{"busy 1m", "limit No more", "type half"}, adapter.Limited, "half"},
		{"a limit of the past", []string{"limit No more", "nolimit", "type a", "enter", "idle"}, adapter.Idle, ""},
		{"a dialog, whose first choice looks like an input line", []string{"dialog"}, adapter.Waiting, ""},
		{"a dialog while it works", []string{"busy 1m", "type half", "dialog"}, adapter.Waiting, ""},
		{"a dialog that is gone", []string{"dialog", "nodialog"}, adapter.Idle, ""},
		{"fatal", []string{"fatal"}, adapter.Fatal, ""},
		{"fatal after a limit of the past", []string{"limit No more", "nolimit", "busy 1m", "fatal"}, adapter.Fatal, ""},
		{"a quoting answer", []string{`quote ! No more\nDo you want to proceed?\nEsc to cancel\n✗ Cannot\n· Working… (3s)`, "busy 1m", "idle"}, adapter.Idle, ""},
		{"a quoting prompt", []string{`type ! No more\nDo you want to proceed?\n✗ Cannot`, "enter", "idle"}, adapter.Idle, ""},
		{"a quoting text in the input line", []string{"type ! No more"}, adapter.Idle, "! No more"},
		{"noise", []string{"paint"}, adapter.Idle, ""},
	} {
		for _, columns := range []int{20, 24, 80, 120} {
			m := newModel(behaviour{queue: true, work: time.Minute})
			m.greet()
			play(t, m, test.steps...)
			got := reader.Read(screenOf(m, columns, 60))
			if solid := strings.ReplaceAll; got.State != test.want || solid(got.Composer.Text, " ", "") != solid(test.text, " ", "") {
				t.Errorf("%s, %d columns: %s with %q, want %s with %q", test.name, columns, got.State, got.Composer.Text, test.want, test.text)
			}
			if folded := strings.HasPrefix(test.name, "a folded"); got.Composer.Folded != folded {
				t.Errorf("%s, %d columns: folded %v", test.name, columns, got.Composer.Folded)
			}
		}
	}
}

// screenOf is the screen that a terminal would show. It has no title, so that the
// rows alone say what it shows.
func screenOf(m *model, columns, rows int) screen.Screen {
	now := time.Unix(0, 0)
	if m.turn != nil {
		now = m.turn.since
	}
	p := painter{alternate: true}
	f := draw(m, columns, rows, now)
	body := strings.NewReplacer("\x1b[H", "", "\x1b[K", "").Replace(p.whole(f, rows))
	body = body[:strings.LastIndex(body, "\x1b[")]
	return screen.Screen{Rows: screen.Parse(strings.ReplaceAll(body, "\r", "")), Width: columns, Alternate: true}
}
