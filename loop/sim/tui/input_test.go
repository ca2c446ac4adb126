package tui

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func characters(text string) []key {
	var keys []key
	for _, r := range text {
		keys = append(keys, key{character, string(r)})
	}
	return keys
}

func TestParser(t *testing.T) {
	for _, test := range []struct {
		name, input string
		want        []key
	}{
		{"characters", "aé世", characters("aé世")},
		{"the named keys", "\r\x7f\b\x15\x03", []key{{kind: enter}, {kind: backspace}, {kind: backspace}, {kind: clearInput}, {kind: interrupt}}},
		{"C-j is a newline that does not submit", "\n", []key{{character, "\n"}}},
		{"other control characters do nothing", "\x00\x01\x1a\u0085", nil},
		{"cursor keys and function keys do nothing", "\x1b[A\x1b[1;5C\x1bOP\x1b[15~x", characters("x")},
		{"a sequence that breaks off does nothing", "\x1b[1\rx", append([]key{{kind: enter}}, characters("x")...)},
		{"an escape before another key", "\x1b\x03", []key{{kind: escape}, {kind: interrupt}}},
		{"a paste is one key", "\x1b[200~one two\x1b[201~\r", []key{{pasted, "one two"}, {kind: enter}}},
		{"the ends of rows in a paste are newlines", "\x1b[200~a\rb\r\nc\nd\x1b[201~", []key{{pasted, "a\nb\nc\nd"}}},
		{"escapes in a paste are lost, its text is not", "\x1b[200~a\x1b[Ab\tc\x03\x1b[201~", []key{{pasted, "a[Ab\tc"}}},
		{"bytes that are no UTF-8", "\xff", []key{{character, "\uFFFD"}}},
		{"bytes in a paste that are no UTF-8", "\x1b[200~a\xffb\x1b[201~", []key{{pasted, "a\uFFFDb"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var p parser
			if got := p.feed([]byte(test.input)); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestParserWaitsForTheRest(t *testing.T) {
	var p parser
	if got := p.feed([]byte("\x1b")); len(got) != 0 || !p.waits() {
		t.Errorf("an escape alone: %q, waits %v", got, p.waits())
	}
	if got := p.flush(); !slices.Equal(got, []key{{kind: escape}}) || p.waits() {
		t.Errorf("nothing followed: %q, waits %v", got, p.waits())
	}
	if got := p.flush(); got != nil {
		t.Errorf("a flush of nothing: %q", got)
	}
	if got := p.feed([]byte("\x1b[200~half a paste\x1b")); len(got) != 0 || p.waits() {
		t.Errorf("an escape in a paste: %q, waits %v", got, p.waits())
	}
}

// How the terminal cuts its input into reads must not change what is read.
func FuzzParser(f *testing.F) {
	f.Add([]byte("a\x1b[200~pas\x1bte\r\x1b[201~\r\x1b[Ab\x1b\x1b"), uint8(3))
	f.Add([]byte("\x1b[99999999999999999999999999999999999999999~é"), uint8(1))
	f.Add([]byte("\x1b[200~"+strings.Repeat("x", 70)+"\x1b[201\x1b[201~\xc3"), uint8(7))
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		var whole, cut parser
		want := whole.feed(slices.Clone(data))
		var got []key
		for part := range slices.Chunk(data, int(size)+1) {
			got = append(got, cut.feed(part)...)
		}
		if !slices.Equal(got, want) || whole.waits() != cut.waits() {
			t.Fatalf("in parts of %d: %q, at once: %q", int(size)+1, got, want)
		}
		for _, k := range append(got, cut.flush()...) {
			if !utf8.ValidString(k.text) || strings.ContainsFunc(k.text, func(r rune) bool {
				return unicode.IsControl(r) && r != '\n' && r != '\t'
			}) {
				t.Errorf("key %q has what no screen may be sent", k)
			}
			if (k.kind == character) != (utf8.RuneCountInString(k.text) == 1) && k.kind != pasted {
				t.Errorf("key %q is not one character", k)
			}
		}
		if cut.waits() {
			t.Error("it waits after a flush")
		}
	})
}
