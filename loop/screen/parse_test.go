package screen

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, capture      string
		text, firm, tinted string // of the first row
	}{
		{"text without sequences is all there is", "a b", "a b", "a b", "a b"},
		{"trailing blanks are cut", "a  \x1b[0m ", "a", "a", "a"},
		{"leading ones stay", "  a", "  a", "  a", "  a"},
		{"a hint is not firm", "> \x1b[2mtype here", "> type here", ">", "> type here"},
		{"faint ends with 0", "\x1b[2ma\x1b[0mb", "ab", " b", "ab"},
		{"faint ends with 22", "\x1b[2ma\x1b[22mb", "ab", " b", "ab"},
		{"no parameter is 0", "\x1b[2ma\x1b[mb", "ab", " b", "ab"},
		{"several parameters", "\x1b[0;1;2ma", "a", "", "a"},
		{"the 2 of a true colour is no faint", "\x1b[38;2;2;2;2ma\x1b[48;2;2;2;2mb", "ab", "ab", "ab"},
		{"the 5 and 2 of an indexed colour", "\x1b[38;5;2ma", "a", "a", "a"},
		{"colour with colons", "\x1b[38:2::2:2:2ma", "a", "a", "a"},
		{"faint after a colour", "\x1b[38;2;1;1;1;2ma", "a", "", "a"},
		{"underline style 2 is no faint", "\x1b[4:2ma", "a", "a", "a"},
		{"a cut colour", "\x1b[38;2ma", "a", "a", "a"},
		{"own colour and the terminal's", "\x1b[31mred\x1b[39m plain", "red plain", "red plain", "red"},
		{"bright colours", "\x1b[91mred\x1b[39m plain", "red plain", "red plain", "red"},
		{"a background is no tint", "\x1b[31mr\x1b[39m\x1b[41mb", "rb", "rb", "r"},
		{"the cursor upon a hint is a part of it", "❯ \x1b[7mP\x1b[0;2mress up", "❯ Press up", "❯", "❯ Press up"},
		{"the cursor behind text is none", "❯ ab\x1b[7mc\x1b[0m", "❯ abc", "❯ abc", "❯ abc"},
		{"other sequences are dropped", "\x1b[2Ka\x1b]8;;http://x\x1b\\b\x1b]0;t\x07c\x1b(B\x1b=d", "abcd", "abcd", "abcd"},
		{"one that is cut off", "a\x1b[38;2", "a", "a", "a"},
		{"a string without an end", "a\x1b]0;title", "a", "a", "a"},
		{"control characters are dropped", "a\x00\x0e\x7f\u202eb\r", "ab", "ab", "ab"},
		{"tabs and other blanks are blanks", "a\tb\u00a0c", "a b c", "a b c", "a b c"},
		{"invalid UTF-8 is replaced", "a\xffb", "a�b", "a�b", "a�b"},
	} {
		rows := Parse(test.capture)
		if len(rows) != 1 || rows[0] != (Row{test.text, test.firm, test.tinted}) {
			t.Errorf("%s: got %+q, want %q %q %q", test.name, rows, test.text, test.firm, test.tinted)
		}
	}
}

func TestParseRows(t *testing.T) {
	rows := Parse("\x1b[2ma\nb\x1b[0m\n\nc\n")
	if len(rows) != 4 || rows[1] != (Row{"b", "", "b"}) || rows[3].Firm != "c" {
		t.Errorf("a style goes on over rows: %+q", rows)
	}
	if rows = Parse(strings.Repeat("x\n", MaxRows) + "last\n"); len(rows) != MaxRows || rows[MaxRows-1].Text != "last" {
		t.Errorf("%d rows, the last is %q", len(rows), rows[len(rows)-1].Text)
	}
	if rows = Parse(strings.Repeat("é", MaxRowBytes)); len(rows[0].Text) != MaxRowBytes {
		t.Errorf("a row of %d bytes", len(rows[0].Text))
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a\x1b[2mb\x1b[0m\n\x1b[38;2;1;2;3mc \x1b]0;t\x07\x1b[7mP\x1b[0;2mress\n")
	f.Fuzz(func(t *testing.T, capture string) {
		rows := Parse(capture)
		if len(rows) > MaxRows {
			t.Fatalf("%d rows", len(rows))
		}
		for _, row := range rows {
			for _, form := range []string{row.Firm, row.Tinted} {
				if !within(row.Text, form) {
					t.Errorf("%q is not a part of %q", form, row.Text)
				}
			}
			if len(row.Text) > MaxRowBytes || !utf8.ValidString(row.Text) || strings.TrimRight(row.Text, " ") != row.Text ||
				strings.ContainsFunc(row.Text, func(r rune) bool { return unicode.IsControl(r) }) {
				t.Errorf("%q is not clean", row.Text)
			}
		}
	})
}

// within says that form is text with blanks in it, trimmed.
func within(text, form string) bool {
	all, part := []rune(text), []rune(form)
	if len(part) > len(all) || strings.TrimRight(form, " ") != form {
		return false
	}
	for i, r := range part {
		if r != ' ' && r != all[i] {
			return false
		}
	}
	return true
}

func BenchmarkParse(b *testing.B) {
	capture := strings.Repeat("\x1b[38;2;153;153;153m● \x1b[39m"+strings.Repeat("word ", 23)+"\n", 40)
	for b.Loop() {
		Parse(capture)
	}
}
