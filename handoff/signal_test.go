package handoff

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestParseGate(t *testing.T) {
	long := strings.Repeat("g", 64)
	tests := []struct {
		subject, gate string
		flaw          string // part of the error; "" for none
	}{
		{"claim(parser): it parses", "parser", ""},
		{"claim(parser)", "parser", ""},
		{"  \tclaim(parser): leading blanks", "parser", ""},
		{"claim(AZaz09._/-): every sign", "AZaz09._/-", ""},
		{"claim(" + long + "): the longest", long, ""},
		{"claim(a)(b): the first counts", "a", ""},
		{"claim: gateless", "", ""},
		{"claim", "", ""},
		{"", "", ""},
		{"claim it (later): not right after the word", "", ""},
		{"claim (a): not right after the word", "", ""},
		{"claim:(a) not right after the word", "", ""},
		{"(a): no word before it", "", ""},
		{"claim(): empty", "", "empty gate"},
		{"claim(" + long + "g): one too long", "", "at most 64"},
		{"claim(a b): a blank", "", `gate "a b"`},
		{"claim( a): a blank", "", `gate " a"`},
		{"claim( ): a blank", "", "empty gate"},
		{"claim((a)): a bracket", "", `gate "(a"`},
		{"claim(ä): a letter outside", "", `gate "ä"`},
		{"claim(a\x1b[2J): a control sequence", "", `gate "a[2J"`},
		{"claim(a: open", "", "no closing bracket"},
		{"claim(", "", "no closing bracket"},
	}
	for _, tt := range tests {
		gate, err := ParseGate(tt.subject)
		if gate != tt.gate {
			t.Errorf("ParseGate(%q) = %q, want %q", tt.subject, gate, tt.gate)
		}
		if tt.flaw == "" && err != nil {
			t.Errorf("ParseGate(%q): %v", tt.subject, err)
		}
		if tt.flaw != "" && (err == nil || !strings.Contains(err.Error(), tt.flaw)) {
			t.Errorf("ParseGate(%q): error %v, want one with %q", tt.subject, err, tt.flaw)
		}
	}
}

func FuzzParseGate(f *testing.F) {
	for _, s := range []string{"claim(a): x", "claim():", "\x1b]0;x\a(", "claim(\xff)", "(a)", "w\u202e(a\u202e): x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, subject string) {
		gate, err := ParseGate(subject)
		if err != nil {
			if gate != "" {
				t.Errorf("gate %q beside the error %v", gate, err)
			}
			fit(t, err.Error(), 8*MaxLabel)
			return
		}
		if gate == "" {
			return
		}
		if !gateText.MatchString(gate) || !strings.Contains(subject, "("+gate+")") {
			t.Errorf("gate %q of %q", gate, subject)
		}
		if again, err := ParseGate("claim(" + gate + "): x"); again != gate || err != nil {
			t.Errorf("gate %q, written again: %q, %v", gate, again, err)
		}
	})
}

// fit fails for text that must not be shown, typed or logged.
func fit(t *testing.T, text string, limit int) {
	t.Helper()
	if len(text) > limit || !utf8.ValidString(text) {
		t.Errorf("%q has %d bytes, want valid UTF-8 of at most %d", text, len(text), limit)
	}
	for _, r := range text {
		if !unicode.IsGraphic(r) {
			t.Errorf("%q has the character %U", text, r)
		}
	}
}

func FuzzMentions(f *testing.F) {
	f.Add("claim(a): x", "", "")
	f.Add("review(a): x", "maybe", "deadbeef")
	f.Add("review(\x00", "\x1b[31mpass", "HEAD\u202e")
	f.Add("Note claim review", "fail", "abc")
	rules := usual().Signals
	f.Fuzz(func(t *testing.T, subject, verdict, reviewed string) {
		c := Commit{Hash: hashOf("c"), Subject: subject, Trailers: Trailers{Verdict: verdict, Reviewed: reviewed}}
		for _, m := range Mentions(c, rules) {
			if !m.Rule.Subject.MatchString(subject) {
				t.Errorf("rule %s does not match %q", m.Rule.Name, subject)
			}
			if m.Gate != "" && !gateText.MatchString(m.Gate) {
				t.Errorf("gate %q", m.Gate)
			}
			if m.Verdict != "" && m.Verdict != "pass" && m.Verdict != "fail" {
				t.Errorf("verdict %q", m.Verdict)
			}
			for _, flaw := range m.Flaws {
				fit(t, flaw, 8*MaxLabel)
			}
		}
	})
}

func TestSignals(t *testing.T) {
	check(t, usual(), []telling{
		{"a claim wakes the adversary, a review the builder", `
			base: start
			c1: claim(a): parses
			r1: review(b): other
			push`, `
			adversary open claim(a) c1
			builder open review(b) r1`},
		{"case does not matter", `
			c1: CLAIM(a): loud
			r1: Review(b): proud
			push`, `
			adversary open claim(a) c1
			builder open review(b) r1`},
		{"a word that only begins or ends so is no signal", `
			c1: claims(a): many
			c2: reclaim(a): again
			c3: wip: claim(a)
			push`, ``},
		{"what is not a signal wakes nobody", `
			base: start
			push
			x: refactor | Verdict: fail | Reviewed: base
			push`, ``},
		{"a gateless claim is told", `
			c1: claim: everything
			push`, `adversary open claim c1`},
		{"forty claims in one push are forty handoffs", forty("c%d: claim(g%d): done\n") + "push", forty("adversary open claim(g%[2]d) c%[1]d\n")},
		{"a commit is told once, however often it is seen", `
			c1: claim(a): parses
			push
			lose
			push
			x: more
			push`, `adversary open claim(a) c1`},
		{"with everything forgotten what is open is told again", `
			c1: claim(a): parses
			c2: claim(b): prints
			r1: review(a): fine
			push
			forget
			push`, `
			adversary answered claim(a) c1 by r1
			adversary open claim(b) c2
			builder open review(a) r1`},
		{"the order of a merge is git's, not the dates'", `
			base: start | at 100
			c1 < base: claim(a): parses | at 90
			side < base: work | at 200
			r1 < side c1: review(a): fine | at 10
			push`, `
			adversary answered claim(a) c1 by r1
			builder open review(a) r1`},
	})
}

// forty repeats a line with its number, twice.
func forty(line string) string {
	var b strings.Builder
	for i := range 40 {
		n := string(rune('0'+i/10)) + string(rune('0'+i%10))
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(line, "%[1]d", n), "%[2]d", n), "%d", n))
	}
	return b.String()
}

func TestEveryMatchingRuleApplies(t *testing.T) {
	rules := usual()
	rules.Signals = append(rules.Signals,
		Rule{Name: "urgent", Subject: regexp.MustCompile(`(?i)urgent`), Wakes: []string{"adversary", "supervisor", "supervisor"}},
		Rule{Name: "inert", Subject: regexp.MustCompile(`(?i)urgent`)})
	check(t, rules, []telling{
		{"one mention for each commit and agent", `
			c1: claim(a): urgent
			push`, `
			adversary open claim(a) c1
			supervisor open urgent(a) c1`},
		{"a rule is searched anywhere in the subject", `
			x: not so URGENT
			push`, `
			adversary open urgent x
			supervisor open urgent x`},
		{"each matching rule answers", `
			c1: claim(a): parses
			r1: review(b): fine
			push
			x: review(a): urgent
			c2: claim(c): urgent
			push`, `
			adversary answered claim(a) c1 by x
			builder answered review(b) r1 by c2
			builder answered review(a) x by c2
			adversary open urgent(a) x
			supervisor open urgent(a) x
			adversary open claim(c) c2
			supervisor open urgent(c) c2`},
	})
}

func TestRoles(t *testing.T) {
	check(t, usual("ada", "bob"), []telling{
		{"every agent of the role is told", `
			c1: claim(a): parses
			push`, `
			ada open claim(a) c1
			bob open claim(a) c1`},
		{"an answer closes the handoff for all of them", `
			c1: claim(a): parses
			push
			r1: review(a): fine | by bob
			push`, `
			ada answered claim(a) c1 by r1
			bob answered claim(a) c1 by r1
			builder open review(a) r1`},
		{"a newer claim supersedes it for all of them", `
			c1: claim(a): parses
			c2: claim(a): better
			push`, `
			ada superseded claim(a) c1 by c2
			bob superseded claim(a) c1 by c2
			ada open claim(a) c2
			bob open claim(a) c2`},
	})
}
