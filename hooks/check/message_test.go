package check

import (
	"regexp"
	"strings"
	"testing"

	"pawl/handoff"
	"pawl/handoff/mirror"
)

// signals are the rules that a pawl.yaml has by default.
var signals = []handoff.Rule{
	{Name: "claim", Subject: regexp.MustCompile(`(?i)^claim\b`), AnsweredBy: "review"},
	{Name: "review", Subject: regexp.MustCompile(`(?i)^review\b`), AnsweredBy: "claim"},
}

// parsed is a message as the gatherer of facts hands it over.
func parsed(message string) Commit {
	var c Commit
	c.Commit, c.Stray = mirror.ParseMessage(message)
	return c
}

const (
	claimHash = "1111111111111111111111111111111111111111"
	workHash  = "2222222222222222222222222222222222222222"
)

// told is findings as lines without what is said at length.
func told(found []Finding) string {
	var lines []string
	for _, f := range found {
		lines = append(lines, f.Rule+": "+f.What)
	}
	return strings.Join(lines, "\n")
}

// compare wants each of the lines of want to be part of one finding, in order, and
// nothing else.
func compare(t *testing.T, found []Finding, want string) {
	t.Helper()
	var parts []string
	if want != "" {
		parts = strings.Split(want, "\n")
	}
	if len(found) != len(parts) {
		t.Fatalf("%d findings, not %d:\n%s", len(found), len(parts), told(found))
	}
	for i, part := range parts {
		if !strings.Contains(told(found[i:i+1]), part) {
			t.Errorf("finding %d is\n%s\nand should say\n%s", i, told(found[i:i+1]), part)
		}
	}
}

func TestSubjectsAndTrailers(t *testing.T) {
	for name, c := range map[string]struct{ message, want string }{
		"a claim":                               {"claim(parser): it parses", ""},
		"a claim with a text below":             {"claim(parser): it parses\n\nVery well.\n", ""},
		"a claim without a gate":                {"claim: all of it", ""},
		"a review with a verdict":               {"review(parser): fine\n\nVerdict: pass\n", ""},
		"a review without a gate":               {"review: looks good", ""},
		"another commit":                        {"parser: read numbers (again): faster", ""},
		"a revert of a claim":                   {`Revert "claim(parser): it parses"`, ""},
		"a merge":                               {"Merge branch 'claim(x)'", ""},
		"a fixup":                               {"fixup! claim(parser): it parses", ""},
		"a verdict in prose of no signal":       {"parser: quote it\n\nVerdict: pass\n\nand so on", ""},
		"an empty message":                      {"", ""},
		"prose that begins like one":            {"reviews (ten of them) are sorted", ""},
		"an empty gate":                         {"claim(): it parses", "subject: subject \"claim(): it parses\" has an empty gate"},
		"a gate with a blank":                   {"claim(the parser): it parses", "subject: gate \"the parser\" may only"},
		"a gate that is not closed":             {"claim(parser: it parses", "subject: subject \"claim(parser: it parses\" has no closing bracket"},
		"a blank before the gate":               {"Claim (parser): it parses", `subject: subject "Claim (parser): it parses" has no gate; write "claim(parser): it parses"`},
		"other brackets":                        {"claim[parser]: it parses", `write "claim(parser): it parses"`},
		"wide brackets":                         {"claim（parser）：it parses", `write "claim(parser): it parses"`},
		"another form of the word":              {"claims(parser): it parses", `subject: subject "claims(parser): it parses" is no claim, so nobody would be told of it; write "claim(parser): it parses"`},
		"a participle":                          {"Reviewed(parser): fine\n\nVerdict: pass", `is no review`},
		"letters exchanged":                     {"calim(parser): it parses", `is no claim`},
		"something before the word":             {"builder: claim(parser): it parses", `write "claim(parser): it parses"`},
		"a tag before the word":                 {"[builder] claim(parser): it parses", `write "claim(parser): it parses"`},
		"a near miss of a commit's usual kind":  {"clean(parser): it parses", ""},
		"no verdict":                            {"review(parser): fine", `trailer: review of gate "parser" has no verdict; end the message with "Verdict: pass" or "Verdict: fail"`},
		"another verdict":                       {"review(parser): fine\n\nVerdict: approved", `trailer: trailer "Verdict: approved" is neither pass nor fail`},
		"a Reviewed that is no hash":            {"review(parser): fine\n\nVerdict: pass\nReviewed: HEAD~1", `trailer: trailer "Reviewed: head~1" is no commit`},
		"a Gate that says the same":             {"claim(parser): it parses\n\nGate: parser", ""},
		"a Gate that says something else":       {"claim(parser): it parses\n\nGate: lexer", `trailer: trailer "Gate: lexer" differs from the subject, whose gate "parser" is what counts`},
		"a Gate and a subject without":          {"claim: it parses\n\nGate: parser", `trailer: trailer "Gate: parser" names a gate, and the subject, which is what counts, has none`},
		"a blank line above other trailers":     {"review(parser): fine\n\nVerdict: pass\nPawl-Id: x\n\nCo-authored-by: A <a@b.c>", `trailer: "Verdict: pass", "Pawl-Id: x" do not count`},
		"prose in the last paragraph":           {"review(parser): fine\n\nVerdict: pass\nand that is that", `"Verdict: pass" does not count`},
		"a trailer right below the subject":     {"review(parser): fine\nVerdict: pass", `"Verdict: pass" does not count`},
		"an older verdict quoted":               {"review(parser): fine\n\nIt was\nVerdict: fail\nbefore.\n\nVerdict: pass", ""},
		"a bad gate and no verdict":             {"review(): fine", "subject: subject \"review(): fine\" has an empty gate"},
		"control characters and a long subject": {"claim(\x1b[31m" + strings.Repeat("x", 300) + "): a", "subject: gate \"[31mxxx"},
	} {
		t.Run(name, func(t *testing.T) {
			found := Message(Input{Rules: signals}, parsed(c.message))
			compare(t, found, c.want)
			if strings.ContainsAny(told(found), "\x1b\u202e") {
				t.Errorf("unclean: %q", told(found))
			}
		})
	}
}

func TestVerdicts(t *testing.T) {
	review := "review(parser): fine\n\nVerdict: pass\nReviewed: " + workHash
	for name, c := range map[string]struct {
		message string
		review  Review
		proof   bool
		want    string
	}{
		"the claim itself":        {review, Review{Commit: workHash, Within: true, Claimed: true}, true, ""},
		"no commit":               {review, Review{}, false, "names no commit of this repository; write the full hash of the claim"},
		"no commit, a claim":      {review, Review{Newest: claimHash}, false, `the newest claim is "Reviewed: ` + claimHash + `"`},
		"not in the history":      {review, Review{Commit: workHash}, false, "names a commit that is not in the history of this one"},
		"nothing is claimed":      {review, Review{Commit: workHash, Within: true}, false, `names a commit in whose history gate "parser" is not claimed`},
		"nothing is known":        {review, Review{Unknown: true}, false, ""},
		"no trailer":              {"review(parser): fine\n\nVerdict: pass", Review{}, false, ""},
		"no trailer, and a proof": {"review(parser): fine\n\nVerdict: pass", Review{Newest: claimHash}, true, "does not say which commit it is of"},
		"a review without a gate": {"review: fine\n\nReviewed: " + workHash, Review{}, false, ""},
		"a claim":                 {"claim(parser): fine\n\nReviewed: " + workHash, Review{}, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			commit := parsed(c.message)
			commit.Review = c.review
			compare(t, Message(Input{Rules: signals, Proof: c.proof}, commit), c.want)
		})
	}
}

// A message that is written as its example says has nothing wrong with it.
func TestExamplesAreGood(t *testing.T) {
	for message, want := range map[string]string{
		"claim(): it parses":                                             "claim(gate): it parses",
		"claim(the parser): it parses":                                   "claim(the-parser): it parses",
		"claim(parser it parses":                                         "claim(parser-it-parses): …",
		"Claim (parser): it parses":                                      "claim(parser): it parses",
		"claims(parser): it parses\n\nGate: parser":                      "claim(parser): it parses\n\nGate: parser",
		"claim: it parses\n\nGate: parser":                               "claim(parser): it parses\n\nGate: parser",
		"claim(parser): it parses\n\nGate: lexer":                        "claim(parser): it parses\n\nGate: parser",
		"review(parser): fine":                                           "review(parser): fine\n\nGate: parser\nVerdict: pass\nReviewed: " + claimHash,
		"review(parser): no\n\nVerdict: rejected":                        "review(parser): no\n\nGate: parser\nVerdict: fail\nReviewed: " + claimHash,
		"review(parser): no\n\nVerdict: fail\n\nCo-authored-by: A <a@b>": "review(parser): no\n\nGate: parser\nVerdict: fail\nReviewed: " + claimHash,
		"review(parser): fine\n\nVerdict: ok\nPawl-Agent: adversary":     "review(parser): fine\n\nGate: parser\nVerdict: pass\nReviewed: " + claimHash + "\nPawl-Agent: adversary",
	} {
		in, c := Input{Rules: signals, Proof: true}, parsed(message)
		c.Review.Newest = claimHash
		if len(Message(in, c)) == 0 {
			t.Errorf("%q is found good", message)
		}
		example := Example(in, c)
		if example != want {
			t.Errorf("the example for %q is\n%s\nand not\n%s", message, example, want)
		}
		again := parsed(example)
		again.Review = Review{Commit: claimHash, Within: true, Claimed: true}
		if found := Message(in, again); len(found) > 0 {
			t.Errorf("the example for %q is found bad:\n%s", message, told(found))
		}
	}
	if example := Example(Input{Rules: signals}, parsed("parser: faster")); example != "" {
		t.Errorf("there is an example for what is no signal: %q", example)
	}
}

// Whatever is written, what is said about it is fit to be shown, and the corrected
// subject is a signal with a gate.
func FuzzMessage(f *testing.F) {
	for _, s := range []string{
		"claim(a): b", "claims [a] : b", "[x]: review<a>: b\n\nVerdict: maybe\n\nGate: a", "review(\x1b)：x\nReviewed: zzz", "Reviewing（é）: x", "claim(a\n\nGate: (",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, message string) {
		in, c := Input{Rules: signals, Proof: true}, parsed(message)
		found := Message(in, c)
		text := told(found) + Example(in, c)
		if strings.ContainsAny(text, "\x00\x1b\r\u202e") {
			t.Fatalf("unclean: %q", text)
		}
		for _, f := range found {
			if f.What == "" || strings.Contains(f.What, "\n") {
				t.Fatalf("no single sentence: %+v", f)
			}
		}
		if meant, rule, ok := nearMiss(c.Subject, signals); ok {
			got, err := handoff.ParseGate(meant)
			if err != nil || got == "" || !rule.Subject.MatchString(meant) {
				t.Fatalf("%q is meant to be %q, which is no signal: %v", c.Subject, meant, err)
			}
		}
	})
}
