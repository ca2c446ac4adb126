package main

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
)

// harmless COMMAND… runs a command, however it ends, and checks that a terminal
// can be shown what it prints.
func harmless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: harmless COMMAND…")
	}
	if err := ts.Exec(args[0], args[1:]...); err != nil {
		ts.Logf("%v", err)
	}
	for _, stream := range []string{"stdout", "stderr"} {
		if fault := unfit(ts.ReadFile(stream)); fault != "" {
			ts.Fatalf("%s of %s has %s", stream, strings.Join(args, " "), fault)
		}
	}
}

// unfit says what in a text a terminal would obey, or would show as something
// else than it is; "" where there is nothing.
func unfit(text string) string {
	for line := range strings.Lines(text) {
		if !utf8.ValidString(line) {
			return "bytes that are not UTF-8: " + quote(line)
		}
		for _, r := range strings.TrimSuffix(line, "\n") {
			if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') {
				return "the character " + strings.ToUpper(strings.Trim(quote(string(r)), `"`)) + ": " + quote(line)
			}
		}
	}
	return ""
}

func TestUnfit(t *testing.T) {
	for _, text := range []string{"", "plain\n", "a\ttab, ünïcode, 漢字, 🙂\n"} {
		if fault := unfit(text); fault != "" {
			t.Errorf("%q: %s", text, fault)
		}
	}
	for _, text := range []string{
		"\x1b[2J", "a\rb\n", "\a", "\x7f", "\u009b31m", "\u202e", "\u2066", "\u200b", "\u061c", "\u2028", "\ufeff", "\U000e0041", "\xff", "a\xc3\n",
	} {
		if unfit(text) == "" {
			t.Errorf("%q passes", text)
		}
	}
}
