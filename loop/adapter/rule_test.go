package adapter

import (
	"strings"
	"testing"
)

// An expression that is tried at the beginnings of rows only must find what it
// would find anywhere.
func TestRuleFindsTheSameRow(t *testing.T) {
	texts := []string{"", "a", "b\na", "xa\nya", "b\n\na b\n", "■ limit\nmore\n", "a\nb\nc", "c\n  a"}
	for expr, atRows := range map[string]bool{
		"^a": true, "^(a|b)$": true, "^a|^b": true, "(^a|^b) b": true, "^": true, `^b\n^?a`: true, `^b(?s:.*)\z`: true,
		"a": false, "^a|b": false, "(^a)?b": false, "(?i)A": false, "^*a": false, `\Aa`: false,
	} {
		r, err := newRule(expr)
		if err != nil {
			t.Fatal(err)
		}
		if r.atRows != atRows {
			t.Errorf("%q is tried at the beginnings of rows only: %v", expr, r.atRows)
		}
		plain, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			want := -1
			if at := plain.FindStringIndex(text); at != nil && text != "" {
				want = strings.LastIndexByte(text[:at[0]], '\n') + 1
			}
			if got := r.row(text); got != want {
				t.Errorf("%q in %q: row at %d, want %d", expr, text, got, want)
			}
			if got := r.first(text); got != (want == 0) {
				t.Errorf("%q in %q: in the first row: %v", expr, text, got)
			}
		}
	}
}

func TestRuleThatIsNotThere(t *testing.T) {
	var r *rule
	if r.matches("a") || r.row("a") != -1 || r.first("a") || r.group("a") != "a" {
		t.Error("a nil rule matches")
	}
}
