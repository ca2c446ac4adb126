package handoff

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	tests := []struct {
		in    string
		limit int
		want  string
	}{
		{"plain words", 40, "plain words"},
		{"  many \t\n blanks\u00a0here ", 40, "many blanks here"},
		{"red \x1b[31mtext\x07", 40, "red [31mtext"},
		{"right\u202eto\u202cleft\u200b", 40, "righttoleft"},
		{"private \ue000use", 40, "private use"},
		{"broken \xff\xfe bytes", 40, "broken bytes"},
		{"größer", 40, "größer"},
		{"exactly ten", 11, "exactly ten"},
		{"exactly ten", 10, "exactly…"},
		{"éééé", 6, "é…"},
		{"long", 3, "…"},
		{"long", 2, "lo"},
		{"éé", 1, ""},
		{"long", 0, ""},
		{"", 0, ""},
	}
	for _, tt := range tests {
		if got := Clean(tt.in, tt.limit); got != tt.want {
			t.Errorf("Clean(%q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("words and \x1b[2J more", 12)
	f.Add("\u202e\ue000\xff\u00a0ä…", 3)
	f.Add(strings.Repeat("é ", 200), MaxLabel)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = int(uint(limit) % 300)
		got := Clean(s, limit)
		fit(t, got, limit)
		if again := Clean(got, limit); again != got {
			t.Errorf("Clean(%q) = %q, and of that %q", s, got, again)
		}
		if strings.Contains(got, "  ") || strings.TrimSpace(got) != got {
			t.Errorf("Clean(%q) = %q has blanks to spare", s, got)
		}
	})
}

func FuzzCut(f *testing.F) {
	f.Add("words", 3)
	f.Add("ääää", 4)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = int(uint(limit) % 300)
		got := Cut(s, limit)
		if len(got) > limit {
			t.Errorf("Cut(%q, %d) = %q has %d bytes", s, limit, got, len(got))
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("Cut(%q, %d) = %q is not valid UTF-8", s, limit, got)
		}
		if len(s) <= limit && got != s {
			t.Errorf("Cut(%q, %d) = %q, though it fits", s, limit, got)
		}
		if !strings.HasPrefix(s, strings.TrimSuffix(got, "…")) {
			t.Errorf("Cut(%q, %d) = %q does not begin it", s, limit, got)
		}
		if again := Cut(got, limit); again != got {
			t.Errorf("Cut(%q, %d) = %q, and of that %q", s, limit, got, again)
		}
	})
}

func TestLabel(t *testing.T) {
	tests := []struct {
		h    Handoff
		want string
	}{
		{Handoff{Kind: Signal, Rule: "claim", Gate: "a", Commit: "0123456789abcdef"}, "claim(a) 0123456789"},
		{Handoff{Kind: Signal, Rule: "claim", Commit: "0123456789abcdef", Subject: "claim: stranger's text"}, "claim 0123456789"},
		{Handoff{Kind: Signal, Rule: "review", Gate: "a", Verdict: "fail", Commit: "01234567"}, "review(a) fail 01234567"},
		{Handoff{Kind: Inbox, Path: "docs/IN\x1b\n.md"}, "inbox docs/IN .md"},
	}
	for _, tt := range tests {
		if got := tt.h.Label(); got != tt.want {
			t.Errorf("label %q, want %q", got, tt.want)
		}
	}
}
