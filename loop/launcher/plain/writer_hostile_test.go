package plain

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// passed is what a Writer makes of text that comes in pieces of size bytes.
func passed(t *testing.T, text string, size int) string {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out)
	for piece := []byte(text); len(piece) > 0; {
		n := min(size, len(piece))
		if got, err := w.Write(piece[:n]); got != n || err != nil {
			t.Fatalf("Write: %d, %v", got, err)
		}
		piece = piece[n:]
	}
	return out.String()
}

func TestLogsObeyNobody(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain text stays", "a\tb, ünïcode 漢字 🙂\nand more", "a\tb, ünïcode 漢字 🙂\nand more"},
		{"a line of any length", strings.Repeat("x", 3*MaxRow), strings.Repeat("x", 3*MaxRow)},
		{"colours", "\x1b[1;31mred\x1b[0m text", "red text"},
		{"a title ended by BEL", "a\x1b]0;title\ab", "ab"},
		{"a title ended by ST", "a\x1b]0;title\x1b\\b", "ab"},
		{"a clipboard without an end hides only its line", "a\x1b]52;c;b3duZWQ=\nb", "a\nb"},
		{"a device string", "a\x1bPq#0\x1b\\b", "ab"},
		{"single-character forms", "\u009b31mred\u009d0;t\u009cafter", "redafter"},
		{"a character set", "\x1b(Btext", "text"},
		{"a sequence cut short by another", "\x1b[31\x1b[0mtext", "text"},
		{"a screen that is cleared", "a\x1b[2J\x1b[Hb\x1bcd", "abd"},
		{"nothing is overwritten", "the tests fail\rall is well   \n", "the tests fail\nall is well   \n"},
		{"a carriage return before the newline", "a\r\nb\r\r\n", "a\nb\n"},
		{"backspaces and bells", "ab\b\b\ac\x00\x7f", "abc"},
		{"text that turns its neighbours round", "a\u202eb\u2066c\u200bd\ufeffe", "abcde"},
		{"line ends of another kind", "a\u2028b\u0085c", "abc"},
		{"tag characters", "a\U000e0041b", "ab"},
		{"bytes that are not UTF-8", "a\xff\xc3(b", "a\uFFFD\uFFFD(b"},
	} {
		for _, size := range []int{1, 2, 3, 1 << 20} {
			if got := passed(t, c.in, size); got != c.want {
				t.Errorf("%s, %d bytes at once: %.80q, want %.80q", c.name, size, got, c.want)
			}
		}
	}
}

func FuzzWriter(f *testing.F) {
	f.Add("\x1b[31mred\x1b]0;t\a\x1b\\\u009b1m\rx\xff\u202e\n", 3)
	f.Fuzz(func(t *testing.T, in string, size int) {
		whole := passed(t, in, len(in)+1)
		if pieces := passed(t, in, 1+max(size, 0)%7); pieces != whole {
			t.Errorf("%q in pieces is %q, and at once %q", in, pieces, whole)
		}
		bad := func(r rune) bool {
			return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || reorders(r))
		}
		if !utf8.ValidString(whole) || strings.ContainsFunc(whole, bad) {
			t.Errorf("Write(%q) passes on %q", in, whole)
		}
		if passed(t, whole, len(whole)+1) != whole {
			t.Errorf("%q is not left alone the second time", whole)
		}
		if plain := utf8.ValidString(in) && !strings.ContainsFunc(in, func(r rune) bool { return bad(r) }); plain && whole != in {
			t.Errorf("Write(%q) passes on %q; there was nothing to leave out", in, whole)
		}
	})
}
