package publish

import (
	"regexp"
	"strings"
	"testing"

	"pawl/handoff"
	"pawl/handoff/mirror"
)

var anyRules = []handoff.Rule{
	{Name: "claim", Subject: regexp.MustCompile(`(?i)^claim\b`), AnsweredBy: "review"},
	{Name: "review", Subject: regexp.MustCompile(`(?i)^review\b`), AnsweredBy: "claim"},
}

func TestMessages(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing said":          {"", "review(g): it holds\n\nT"},
		"a line":                {"fine", "review(g): fine\n\nT"},
		"lines":                 {"fine\r\nall of it\n", "review(g): fine\n\nall of it\n\nT"},
		"paragraphs":            {"fine\n\nall\n\nof it", "review(g): fine\n\nall\n\nof it\n\nT"},
		"the whole subject":     {"review(g): fine", "review(g): fine\n\nT"},
		"the subject of others": {"review(h): fine", "review(g): review(h): fine\n\nT"},
		"trailers":              {"fine\n\nall of it\n\nCo-authored-by: A <a@b>\nFixes: b", "review(g): fine\n\nall of it\n\nCo-authored-by: A <a@b>\nFixes: b\nT"},
		"trailers alone":        {"fine\n\nCo-authored-by: A <a@b>", "review(g): fine\n\nCo-authored-by: A <a@b>\nT"},
		"nearly trailers":       {"fine\n\nNote: a\nand b", "review(g): fine\n\nNote: a\nand b\n\nT"},
		"a line with a colon":   {"fine\n\nsee: this", "review(g): fine\n\nsee: this\nT"},
		"a comment's mark":      {"fine\n\n# heading", "review(g): fine\n\n# heading\n\nT"},
	} {
		s := &signal{Request: Request{Gate: "g", Verdict: "pass", Text: c.text}, rule: "review", reviewed: strings.Repeat("a", 40), id: "id"}
		if err := s.valid(anyRules); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ours := "Gate: g\nVerdict: pass\nReviewed: " + s.reviewed + "\nPawl-Id: id\nPawl-Agent: a-1\n"
		if got, want := s.message("a-1"), strings.Replace(c.want, "T", ours, 1); got != want {
			t.Errorf("%s: the message is %q, not %q", name, got, want)
		}
	}
}

func TestAgentNames(t *testing.T) {
	for name, want := range map[string]string{"": "", "builder-1": "builder-1", "a b": "", "x\nVerdict: pass": "", "-x": "", strings.Repeat("a", 101): ""} {
		if got := agentName(name); got != want {
			t.Errorf("agentName(%q) is %q", name, got)
		}
	}
}

// FuzzMessage has every text that is taken read back as the signal that was meant.
func FuzzMessage(f *testing.F) {
	for _, text := range []string{"", "fine", "a\n\nb: c", "a\n\nVerdict: fail", "claim(g):", "a\n\n---\nPawl-Id: x", "a\n# ------------------------ >8 ------------------------\nb", "a\n\n b\n\tc: d", "a\n\nConflicts:\n\tx", "a\n\nX: y\n\n\n"} {
		f.Add("g", text, true)
		f.Add("a/b", text, false)
	}
	f.Fuzz(func(t *testing.T, gate, text string, claim bool) {
		s := &signal{Request: Request{Gate: gate, Text: text}, rule: claimRule, id: "0123456789abcdef"}
		if !claim {
			s.rule, s.Verdict, s.reviewed = reviewRule, "fail", strings.Repeat("b", 40)
		}
		if err := s.valid(anyRules); err != nil {
			if why := err.Error(); why == "" || strings.ContainsAny(why, "\x1b\n\r") {
				t.Errorf("the refusal is %q", why)
			}
			return
		}
		c, _ := mirror.ParseMessage(s.message("builder"))
		if c.Subject != s.subject() && len(s.subject()) < 4000 {
			t.Errorf("the subject is %q, not %q", c.Subject, s.subject())
		}
		want := handoff.Trailers{PawlID: s.id, Verdict: s.Verdict, Reviewed: s.reviewed, Gate: gate, Agent: "builder"}
		if c.Trailers != want {
			t.Errorf("the trailers are %+v, not %+v, of %q", c.Trailers, want, s.message("builder"))
		}
		if m := handoff.Mentions(c, anyRules); len(m) != 1 || m[0].Gate != gate || len(m[0].Flaws) > 0 {
			t.Errorf("it is taken for %+v", m)
		}
	})
}
