package plain

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestRow(t *testing.T) {
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
		{"too long, cut between characters", strings.Repeat("é", MaxRow), strings.Repeat("é", MaxRow/2)},
	} {
		if have := Row(c.in); have != c.want {
			t.Errorf("%s: Row(%.60q) = %.60q, want %.60q", c.name, c.in, have, c.want)
		}
	}
}

func FuzzRow(f *testing.F) {
	f.Add("\x1b[31mred\x1b]0;t\a\x1b\\\u009b1m\r\xff")
	f.Fuzz(func(t *testing.T, in string) {
		out := Row(in)
		if !utf8.ValidString(out) || len(out) > MaxRow || strings.ContainsFunc(out, unicode.IsControl) {
			t.Errorf("Row(%q) = %q", in, out)
		}
		if again := Row(out); again != out {
			t.Errorf("cleaned twice: %q, then %q", out, again)
		}
	})
}

func FuzzLine(f *testing.F) {
	f.Add("a\nb\r\x1b[201~\xff")
	f.Fuzz(func(t *testing.T, in string) {
		out := Line(in)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, unicode.IsControl) || Line(out) != out {
			t.Errorf("Line(%q) = %q", in, out)
		}
		if utf8.ValidString(in) && !strings.ContainsFunc(in, unicode.IsControl) && out != in {
			t.Errorf("Line(%q) = %q; it was one line already", in, out)
		}
	})
}
