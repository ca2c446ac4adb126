package tui

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text string
		want string // rows with | between
	}{
		{"", ""}, {"abcd", "abcd"}, {"abcde", "abcd|e"}, {"abcdefgh", "abcd|efgh"},
		{"ab\n\ncd", "ab||cd"}, {"a\tb", "a b"}, {"世界世", "世界|世"}, {"a世界", "a世|界"}, {"e\u0301e\u0301ee", "e\u0301e\u0301ee"},
	} {
		if got := strings.Join(wrap(test.text, 4), "|"); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

// shown is a frame as plain rows.
func shown(f frame) string {
	var all strings.Builder
	for _, b := range f.history {
		for _, r := range b {
			all.WriteString(r.text + r.faint + "\n")
		}
	}
	for _, r := range f.live {
		all.WriteString(r.text + r.faint + "\n")
	}
	return strings.ReplaceAll(all.String(), " \n", "\n")
}

func TestDraw(t *testing.T) {
	rule := strings.Repeat("─", 20)
	for _, test := range []struct {
		name  string
		steps []string
		want  []string
	}{
		{"empty", nil, []string{"", rule, `> Try "add a test"`, rule, "  ? for shortcuts"}},
		{"a long text", []string{"paste 0123456789012345678901"},
			[]string{"", rule, "> 012345678901234567", "  8901", rule, "  ? for shortcuts"}},
		{"busy, one queued", []string{"keys a", "enter", "keys bbbbbbbbbbbbb", "enter", "wait 900ms"},
			[]string{"", "> a", "", "· Working… (1s)", "", "  Queued: bbbbbbbbbb", rule, `> Try "add a test"`, rule, "  esc to interrupt"}},
		{"an answer", []string{"quote ! so", "keys a", "enter", "idle"},
			[]string{"", "> a", "", "* ! so", "", "* All done.", "", rule, `> Try "add a test"`, rule, "  ? for shortcuts"}},
		{"a limit stands directly above", []string{"limit No more until 5pm"},
			[]string{"", "! No more until 5pm", "", rule, `> Try "add a test"`, rule, "  ? for shortcuts"}},
		{"a dialog", []string{"keys a", "dialog"},
			[]string{"", rule, "Do you want to proce", "ed?", "> 1. Yes", "  2. No", "", "Esc to cancel"}},
		{"a folded paste", []string{"fold", "paste " + strings.Repeat("x", 200)},
			[]string{"", rule, "> [Pasted text #1 +0", "   lines]", rule, "  ? for shortcuts"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newModel(behaviour{queue: true, work: time.Minute})
			play(t, m, test.steps...)
			since := time.Now()
			if m.turn != nil {
				since = m.turn.since
			}
			got := shown(draw(m, 20, 24, since.Add(1500*time.Millisecond)))
			if want := strings.Join(test.want, "\n") + "\n"; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// No row may be wider than the terminal, and the live ones never fill more of it
// than there is; an input line that does not fit shows its end.
func FuzzDraw(f *testing.F) {
	f.Add("hello 世界\n\t\n", uint8(20), uint8(5))
	f.Add(strings.Repeat("long ", 300), uint8(20), uint8(24))
	f.Add("\t0", uint8(20), uint8(91))
	f.Add("e\u0301\u200b", uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, text string, columns, rows uint8) {
		if !utf8.ValidString(text) {
			t.Skip("the parser gives only valid text")
		}
		m := newModel(behaviour{queue: true, work: time.Minute})
		now := time.Unix(1000, 0)
		for _, line := range []string{"quote x", "busy 1m"} {
			m.obey(line, now)
		}
		m.show(said, plain(text))
		m.queued = append(m.queued, plain(text))
		m.composer.insert(plain(text))
		got := draw(m, int(columns), int(rows), now)
		if len(got.live) > max(int(rows), 1) || got.line < 0 || got.line >= len(got.live) {
			t.Fatalf("%d live rows on %d, the cursor in %d", len(got.live), rows, got.line)
		}
		for _, b := range append(got.history, got.live) {
			for _, r := range b {
				if width(r.text)+width(r.faint) > max(int(columns), narrowest) || strings.ContainsAny(r.text, "\n\t") {
					t.Fatalf("row %q is not fit for %d columns", r, columns)
				}
			}
		}
		lines := wrap(m.composer.shown(), max(int(columns), narrowest)-2)
		if end := lines[len(lines)-1]; rows > 12 && text != "" && !strings.Contains(shown(frame{live: got.live}), strings.TrimRight(end, " ")) {
			t.Errorf("the end %q of the input line is not shown", end)
		}
	})
}
