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
		"another form of the word":              {"claims(parser): it parses\n\nGate: parser", `subject: subject "claims(parser): it parses" is no claim, so nobody would be told of it; write "claim(parser): it parses"`},
		"a participle":                          {"Reviewed(parser): fine\n\nVerdict: pass", `is no review`},
		"letters exchanged":                     {"calim(parser): it parses", `is no claim`},
		"a package of that name":                {"claims(ui): add page for insurance claims", ""},
		"another one":                           {"reviews(ui): sort them", ""},
		"a verdict quoted in a claim":           {"claim(parser): it parses\n\nIt said\nVerdict: fail\nReviewed: 0123456\nbefore.\n\nGate: parser", ""},
		"a gate that is lost in a claim":        {"claim(parser): it parses\n\nPawl-Id: x\n\nIt does.", `"Pawl-Id: x" does not count`},
		"two verdicts":                          {"review(parser): fine\n\nVerdict: fail\nVerdict: pass", `trailer: trailers "Verdict: fail" and "Verdict: pass" say different things; keep the one that holds`},
		"two verdicts in two paragraphs":        {"review(parser): fine\n\nVerdict: fail\n\nVerdict: pass", `trailer: trailers "Verdict: fail" and "Verdict: pass" say different things`},
		"the same verdict twice":                {"review(parser): fine\n\nVerdict: pass\nVerdict: Pass", ""},
		"two gates":                             {"claim(parser): it\n\nGate: lexer\nGate: parser", `trailer: trailers "Gate: lexer" and "Gate: parser" say different things`},
		"a blank in a gate":                     {"claim(parser ): it parses", `subject: gate "parser " may only have the letters a-z and A-Z, digits 0-9 and ._/-, no blanks`},
		"a gate of a blank":                     {"claim( ): it parses", `has an empty gate`},
		"letters of elsewhere":                  {"claim(ünï): it parses", `subject: gate "ünï" may only have the letters a-z and A-Z`},
		"bold":                                  {"**claim(parser)**: it parses", `is no claim, so nobody would be told of it; write "claim(parser): it parses"`},
		"a picture before it":                   {"✅ claim(parser): it parses", `is no claim, so nobody would be told of it; write "claim(parser): it parses"`},
		"a commit of another kind about one":    {"docs: claim(parser): how to write one", ""},
		"a tag that is no agent":                {"[wip] claim(parser): it parses", ""},
		"a blank, and no colon":                 {"claim (again) that it parses", ""},
		"something before the word":             {"builder: claim(parser): it parses", `write "claim(parser): it parses"`},
		"a tag before the word":                 {"[builder] claim(parser): it parses", `write "claim(parser): it parses"`},
		"a near miss of a commit's usual kind":  {"clean(parser): it parses", ""},
		"no verdict":                            {"review(parser): fine", `trailer: review of gate "parser" has no verdict; end the message with "Verdict: fail", or with "Verdict: pass" only if it holds`},
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
			found := Message(Input{Rules: signals, Agents: []Agent{{Name: "b1", Role: "builder"}}}, parsed(c.message))
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
		"claim(): it parses":                                   "claim(gate): it parses",
		"claim(the parser): it parses":                         "claim(the-parser): it parses",
		"claim(parser it parses":                               "claim(parser-it-parses): …",
		"Claim (parser): it parses":                            "claim(parser): it parses",
		"claim(ünï): it parses":                                "claim(gate): it parses",
		"claim: all of it":                                     "claim(gate): all of it",
		"claim [parser]: all of it":                            "claim(parser): all of it",
		"Claim all of it":                                      "claim(gate): all of it",
		"review: fine":                                         "review(gate): fine\n\nGate: gate\nVerdict: fail\nReviewed: " + claimHash,
		"review(parser): fine\n\nVerdict: fail\nVerdict: pass": "review(parser): fine\n\nGate: parser\nVerdict: fail\nReviewed: " + claimHash,
		"review(parser): fine\n\nVerdict: pass\n\nSigned-off-by: A <a@b>": "review(parser): fine\n\nGate: parser\nVerdict: pass\nReviewed: " + claimHash,
		"claims(parser): it parses\n\nGate: parser":                       "claim(parser): it parses\n\nGate: parser",
		"claim: it parses\n\nGate: parser":                                "claim(parser): it parses\n\nGate: parser",
		"claim(parser): it parses\n\nGate: lexer":                         "claim(parser): it parses\n\nGate: parser",
		"review(parser): fine":                                            "review(parser): fine\n\nGate: parser\nVerdict: fail\nReviewed: " + claimHash,
		"review(parser): no\n\nVerdict: rejected":                         "review(parser): no\n\nGate: parser\nVerdict: fail\nReviewed: " + claimHash,
		"review(parser): no\n\nVerdict: fail\n\nCo-authored-by: A <a@b>":  "review(parser): no\n\nGate: parser\nVerdict: fail\nReviewed: " + claimHash,
		"review(parser): fine\n\nVerdict: ok\nPawl-Agent: adversary":      "review(parser): fine\n\nGate: parser\nVerdict: fail\nReviewed: " + claimHash + "\nPawl-Agent: adversary",
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

// What may be right is doubted, and not refused.
func TestDoubts(t *testing.T) {
	for message, want := range map[string]string{
		"claims(ui): add page for insurance claims":  `nobody is told of "claims(ui): add page for insurance claims": it is no claim; if it was meant to be one, write "claim(ui): add page`,
		"reviews(ui): sort them":                     `it is no review`,
		"feat(x): claim(parser): it parses":          `write "claim(parser): it parses"`,
		"docs: claim(parser): how to write one":      `write "claim(parser): how to write one"`,
		"[wip] claim(parser): it parses":             `write "claim(parser): it parses"`,
		":rocket: claim(parser): it parses":          `write "claim(parser): it parses"`,
		"claim (again) that it parses":               `has no gate; if it was meant to have one, write "claim(again): that it parses"`,
		"claim(parser): it parses":                   "",
		"claims(parser): it parses\n\nGate: parser":  "",
		"claim: all of it":                           "",
		"claim(): all of it":                         "",
		"Revert \"claim(parser): it parses\"":        "",
		"fixup! claim(parser): it parses":            "",
		"docs: say what \"claim(parser): x\" means":  "",
		"docs: say what `claim(parser): x` means":    "",
		"disclaim(parser): it parses":                "",
		"parser: call claim(x) and review(y) faster": "",
		"Merge branch 'claim(x): y'":                 "",
	} {
		got := strings.Join(Doubts(Input{Rules: signals}, parsed(message)), "\n")
		if !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%q: %q and not %q", message, got, want)
		}
	}
}

// Where gates are proven, a signal without one is refused.
func TestGateWanted(t *testing.T) {
	in := Input{Rules: signals, Proof: true}
	for message, want := range map[string]string{
		"claim: all of it":             `subject: subject "claim: all of it" has no gate, and with gate: verdict a claim without one proves nothing; write it as claim(gate): …`,
		"review: fine":                 `a review without one proves nothing`,
		"claim (again) that it parses": `a claim without one proves nothing`,
		"Claim (parser): it parses":    `has no gate; write "claim(parser): it parses"`,
		"parser: faster":               "",
	} {
		compare(t, Message(in, parsed(message)), want)
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
		if meant, ok := in.nearMiss(c); ok && !takes(meant.rule, meant.subject) {
			t.Fatalf("%q is meant to be %q, which is no signal", c.Subject, meant.subject)
		}
		for _, text := range Doubts(in, c) {
			if text == "" || strings.ContainsAny(text, "\n\x00\x1b") {
				t.Fatalf("no single sentence: %q", text)
			}
		}
	})
}
