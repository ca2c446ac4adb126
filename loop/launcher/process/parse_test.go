//go:build linux || darwin

package process

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pawl/loop/launcher"
)

func TestCleanLine(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "hello, wörld 🙂", "hello, wörld 🙂"},
		{"colours", "\x1b[1;31mred\x1b[0m text", "red text"},
		{"a private mode", "\x1b[?25lhidden", "hidden"},
		{"a title ended by BEL", "\x1b]0;title\aafter", "after"},
		{"a title ended by ST", "\x1b]0;title\x1b\\after", "after"},
		{"a title without an end hides only its line", "before\x1b]0;title", "before"},
		{"a device string", "\x1bPq#0\x1b\\after", "after"},
		{"single-character forms", "\u009b31mred\u009d0;title\u009cafter", "redafter"},
		{"a character set", "\x1b(Btext", "text"},
		{"save and restore", "\x1b7text\x1b8", "text"},
		{"an escape at the end", "text\x1b", "text"},
		{"a sequence cut short by another", "\x1b[31\x1b[0mtext", "text"},
		{"progress overwrites itself", "10%\r50%\r100%", "100%"},
		{"a carriage return before the newline", "text\r", "text"},
		{"tabs are blanks", "a\tb", "a b"},
		{"control characters vanish", "a\x00b\x07c\x7fd", "abcd"},
		{"bytes that are not UTF-8", "a\xff\xfeb", "a\uFFFDb"},
		{"text that turns its neighbours round", "a\u202eb\u2066c", "abc"},
		{"too long, cut between characters", strings.Repeat("é", maxShown), strings.Repeat("é", maxShown/2)},
	} {
		if have := cleanLine(c.in); have != c.want {
			t.Errorf("%s: cleanLine(%.60q) = %.60q, want %.60q", c.name, c.in, have, c.want)
		}
	}
}

func FuzzCleanLine(f *testing.F) {
	f.Add("\x1b[31mred\x1b]0;t\a\x1b\\\u009b1m\r\xff")
	f.Fuzz(func(t *testing.T, in string) {
		out := cleanLine(in)
		if !utf8.ValidString(out) || len(out) > maxShown || strings.ContainsFunc(out, unicode.IsControl) {
			t.Errorf("cleanLine(%q) = %q", in, out)
		}
		if again := cleanLine(out); again != out {
			t.Errorf("cleaned twice: %q, then %q", out, again)
		}
	})
}

func FuzzOneLine(f *testing.F) {
	f.Add("a\nb\r\x1b[201~\xff")
	f.Fuzz(func(t *testing.T, in string) {
		out := oneLine(in)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, unicode.IsControl) || oneLine(out) != out {
			t.Errorf("oneLine(%q) = %q", in, out)
		}
		if utf8.ValidString(in) && !strings.ContainsFunc(in, unicode.IsControl) && out != in {
			t.Errorf("oneLine(%q) = %q; it was one line already", in, out)
		}
	})
}

func TestLastLines(t *testing.T) {
	for _, c := range []struct {
		text  string
		lines int
		want  string
	}{
		{"", 3, ""}, {"\n", 3, ""}, {"a", 3, "a"}, {"a\n", 3, "a"}, {"a\nb\nc\n", 2, "b|c"},
		{"a\nb", 2, "a|b"}, {"a\n\nb\n", 2, "|b"}, {"a\nb\n", 0, ""}, {"a\nb\n", 9, "a|b"},
	} {
		if have := strings.Join(lastLines([]byte(c.text), c.lines), "|"); have != c.want {
			t.Errorf("lastLines(%q, %d) = %q, want %q", c.text, c.lines, have, c.want)
		}
	}
}

func TestJournalIsReadAsFarAsItIsWhole(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	text := `{"v":1,"id":"w1","items":["h1","h2"],"at":"2026-01-02T03:04:05Z","new":true}
not json
{"v":9,"id":"w2","at":"2026-01-02T03:04:05Z"}
{"v":1,"id":"w1","drained":true,"at":"2026-01-02T03:04:06Z"}
{"v":1,"id":"w1","at":"2026-01-02T03:04:09Z"}
{"v":1,"id":"never","drained":true,"at":"2026-01-02T03:04:06Z"}
`
	var m marks
	torn := text + `{"v":1,"id":"w3"`
	if taken := m.read([]byte(torn)); taken != len(text) {
		t.Errorf("took %d bytes, want %d: a torn line is not one", taken, len(text))
	}
	if len(m.list) != 2 || m.list[0].ID != "w1" || m.list[1].ID != "w2" || m.seen("w3") || m.seen("never") {
		t.Fatalf("marks %+v, want w1 and w2", m.list)
	}
	if w1 := m.list[0]; !w1.Written.Equal(at) || !w1.Drained.Equal(at.Add(time.Second)) || strings.Join(w1.Items, " ") != "h1 h2" {
		t.Errorf("w1 is %+v", w1)
	}
	if !m.list[1].Drained.IsZero() {
		t.Errorf("w2 is %+v; nobody read it", m.list[1])
	}
}

func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"v":1,"id":"w1","items":["h1"],"at":"2026-01-02T03:04:05Z"}` + "\n" + `{"id":"w1","drained":true}` + "\n{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m marks
		taken := m.read(data)
		if taken > len(data) || (taken > 0 && data[taken-1] != '\n') {
			t.Fatalf("took %d of %d bytes", taken, len(data))
		}
		var again marks
		for _, mark := range m.list {
			line, err := json.Marshal(entry{ID: mark.ID, Items: mark.Items, At: mark.Written})
			if err != nil {
				t.Fatal(err)
			}
			again.read(append(line, '\n'))
		}
		if len(again.list) != len(m.list) {
			t.Errorf("%d marks printed and read again are %d", len(m.list), len(again.list))
		}
	})
}

func FuzzState(f *testing.F) {
	s := state{Version: 9, Session: "s", Generation: "g", Keeper: identity{PID: 1}, Leader: identity{PID: 2}, Exit: &exit{Code: 3}}
	data, err := json.Marshal(s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"generation":"g","leader":{"pid":-1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parseState(data)
		if err != nil {
			return
		}
		if s.ref() == (launcher.Ref{}) || s.Leader.PID <= 0 {
			t.Errorf("accepted %+v", s)
		}
	})
}

func FuzzLive(f *testing.F) {
	f.Add([]byte("0000000012\n1767323045000000000\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, err := parseLive(data); err == nil && len(data) < liveSize {
			t.Errorf("accepted %q", data)
		}
	})
}
