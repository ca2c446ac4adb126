package check

import (
	"strings"
	"testing"

	"pawl/handoff"
	"pawl/phases"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"API.md", "API.md", true},
		{"API.md", "api.md", false},
		{"API.md", "docs/API.md", false},
		{"*.md", "API.md", true},
		{"*.md", "docs/API.md", false},
		{"src/*", "src/a.go", true},
		{"src/*", "src/a/b.go", false},
		{"src/**", "src/a.go", true},
		{"src/**", "src/a/b/c.go", true},
		{"src/**", "src", true},
		{"src/**", "srcs/a.go", false},
		{"**/API.md", "API.md", true},
		{"**/API.md", "a/b/API.md", true},
		{"src/**/t/*.go", "src/t/a.go", true},
		{"src/**/t/*.go", "src/a/b/t/a.go", true},
		{"src/**/t/*.go", "src/a/b/t/c/a.go", false},
		{"**", "any/thing", true},
		{"**/**/a", "a", true},
		{"[ab].txt", "b.txt", true},
		{"[", "[", false},
	} {
		if got := Match(c.pattern, c.name); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("src/**", "src/a/b")
	f.Add("**/**/[", "a//b")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if Match("**", name) != true {
			t.Fatalf("** does not match %q", name)
		}
		if place := Place(pattern); Match(pattern, name) && place != "" && name != place && !strings.HasPrefix(name, place+"/") {
			t.Fatalf("%q matches %q, which is not in %q", pattern, name, place)
		}
		if Match(pattern, name) && !Match("**/"+pattern, "x/"+name) {
			t.Fatalf("%q matches %q, and not deeper", pattern, name)
		}
	})
}

var protected = Input{
	Rules: signals,
	Agents: []Agent{
		{Name: "builder", Role: "builder"}, {Name: "b2", Role: "builder"},
		{Name: "adversary", Role: "adversary"}, {Name: "lead", Role: "coordinator"},
	},
	Protect: []Protect{
		{Pattern: "API.md", Only: []string{"coordinator"}},
		{Pattern: "LOG.md", AppendOnly: true},
		{Pattern: "src/**", Not: []string{"adversary"}},
		{Pattern: "ours/*", Only: []string{"builder"}, AppendOnly: true},
	},
}

func TestProtectedPaths(t *testing.T) {
	for name, c := range map[string]struct {
		author, agent string
		change        Change
		want          string
	}{
		"who may":                           {"lead <lead@p.invalid>", "", Change{Path: "API.md"}, ""},
		"a person by the role's name":       {"coordinator <c@x.org>", "", Change{Path: "API.md"}, ""},
		"a person by the address":           {"A. B. <coordinator@x.org>", "", Change{Path: "API.md"}, ""},
		"who may not":                       {"builder <builder@p.invalid>", "", Change{Path: "API.md"}, `protect: agent builder changes "API.md", which "API.md" leaves to coordinator; undo that, and have coordinator do it`},
		"a stranger":                        {"Mallory <m@x.org>", "", Change{Path: "API.md"}, `protect: author "Mallory" changes "API.md"`},
		"no author at all":                  {"", "", Change{Path: "API.md"}, `author ""`},
		"the trailer outranks the author":   {"lead <lead@p.invalid>", "builder", Change{Path: "API.md"}, "agent builder"},
		"a name in capitals":                {"x <x@x.org>", "Adversary", Change{Path: "src/a.go"}, `agent adversary changes`},
		"the trailer lets it pass":          {"dev <dev@x.org>", "lead", Change{Path: "API.md"}, ""},
		"an agent that is kept from it":     {"adversary <a@p.invalid>", "", Change{Path: "src/a/b.go"}, `"src/**" keeps from adversary; undo that, and have somebody else do it`},
		"one that is not kept from it":      {"b2 <b2@p.invalid>", "", Change{Path: "src/a/b.go"}, ""},
		"a stranger, who is not kept":       {"Mallory <m@x.org>", "", Change{Path: "src/a/b.go"}, ""},
		"a path that nobody protects":       {"Mallory <m@x.org>", "", Change{Path: "README.md"}, ""},
		"a role, in a list that names it":   {"b2 <b2@p.invalid>", "", Change{Path: "ours/x", Kept: true}, ""},
		"a file that grows":                 {"Mallory <m@x.org>", "", Change{Path: "LOG.md", Kept: true}, ""},
		"a file that is new":                {"Mallory <m@x.org>", "", Change{Path: "LOG.md", Created: true}, ""},
		"a file that is rewritten":          {"lead <l@p.invalid>", "", Change{Path: "LOG.md"}, "protect: \"LOG.md\" may only grow (\"LOG.md\"), and what was there is changed"},
		"a file that goes":                  {"lead <l@p.invalid>", "", Change{Path: "LOG.md", Deleted: true}, "is deleted or renamed"},
		"both at once":                      {"adversary <a@p.invalid>", "", Change{Path: "ours/x"}, "leaves to builder\nmay only grow"},
		"a name that would draw on screens": {"a\x1b[31m <m@x.org>", "", Change{Path: "API.md"}, `author "a[31m"`},
	} {
		t.Run(name, func(t *testing.T) {
			in := protected
			in.Commits = []Commit{{Commit: handoff.Commit{Hash: workHash, Subject: "x", Author: c.author, Trailers: handoff.Trailers{Agent: c.agent}}, Changes: []Change{c.change}}}
			found := Commits(in)
			compare(t, found, c.want)
			for _, f := range found {
				if f.Commit != workHash || f.Path == "" {
					t.Errorf("no place: %+v", f)
				}
			}
		})
	}
}

func TestSignedCommits(t *testing.T) {
	for name, c := range map[string]struct {
		signature Signature
		change    Change
		want      string
	}{
		"a principal that is an agent":       {Signature{Principal: "lead"}, Change{Path: "API.md"}, ""},
		"one with an address":                {Signature{Principal: "lead@acme.invalid"}, Change{Path: "API.md"}, ""},
		"another agent, whatever is written": {Signature{Principal: "builder"}, Change{Path: "API.md"}, "protect: agent builder"},
		"a stranger":                         {Signature{Principal: "m@x.org"}, Change{Path: "API.md"}, `protect: signed by "m@x.org"`},
		"nobody":                             {Signature{Why: "it is not signed"}, Change{Path: "API.md"}, "signer: the commit changes \"API.md\", which is protected, and it is not signed"},
		"nobody, of a file that may grow":    {Signature{}, Change{Path: "LOG.md"}, "protect: \"LOG.md\" may only grow\nsigner: the commit changes"},
		"nobody, where nothing is protected": {Signature{}, Change{Path: "README.md"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := protected
			in.Signed = true
			in.Commits = []Commit{{
				Commit:  handoff.Commit{Hash: workHash, Author: "lead <lead@p.invalid>", Trailers: handoff.Trailers{Agent: "lead"}},
				Changes: []Change{c.change}, Signature: c.signature,
			}}
			compare(t, Commits(in), c.want)
		})
	}
}

// A merge that drops what somebody rightly did is a change by who may not.
func TestMergesThatDropChanges(t *testing.T) {
	lost := func(author, principal string) []Commit {
		return []Commit{{Commit: handoff.Commit{Hash: claimHash, Author: author + " <x@p.invalid>"}, Signature: Signature{Principal: principal}}}
	}
	for name, c := range map[string]struct {
		author, principal string
		signed            bool
		change            Change
		want              string
	}{
		"rightful":                     {"builder", "", false, Change{Path: "API.md", Merged: true, Lost: lost("lead", "")}, `protect: the merge by agent builder drops what 1111111111 did to "API.md", which "API.md" leaves to coordinator; merge again, and keep that`},
		"by who may":                   {"lead", "", false, Change{Path: "API.md", Merged: true, Lost: lost("lead", "")}, ""},
		"what was not to be":           {"builder", "", false, Change{Path: "API.md", Merged: true, Lost: lost("b2", "")}, ""},
		"lines of a log":               {"lead", "", false, Change{Path: "LOG.md", Merged: true, Deleted: true, Lost: lost("b2", "")}, `protect: "LOG.md" may only grow ("LOG.md"), and the merge drops what 1111111111 added; merge again, and keep the lines of both`},
		"a log that has them all":      {"lead", "", false, Change{Path: "LOG.md", Merged: true, Kept: true, Lost: lost("b2", "")}, ""},
		"both rules, with all lines":   {"adversary", "", false, Change{Path: "ours/x", Merged: true, Kept: true, Lost: lost("builder", "")}, ""},
		"signed, by another":           {"lead", "builder", true, Change{Path: "API.md", Merged: true, Lost: lost("x", "lead")}, "protect: the merge by agent builder drops"},
		"not signed":                   {"lead", "", true, Change{Path: "API.md", Merged: true, Lost: lost("x", "lead")}, `signer: the commit changes "API.md"`},
		"not signed, nor what is lost": {"lead", "", true, Change{Path: "API.md", Merged: true, Lost: lost("lead", "")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := protected
			in.Signed = c.signed
			in.Commits = []Commit{{Commit: handoff.Commit{Hash: workHash, Author: c.author + " <x@p.invalid>"}, Changes: []Change{c.change}, Signature: Signature{Principal: c.principal}}}
			compare(t, Commits(in), c.want)
		})
	}
}

func TestDone(t *testing.T) {
	marker := phases.Marker{Line: 3, Text: "## DONE", Obey: true}
	odd := phases.Marker{Line: 5, Text: "## DONE WHEN", Why: "followed by a letter"}
	yes, no := phases.Verdict{Done: true, Markers: []phases.Marker{marker}}, phases.Verdict{}
	unclear := phases.Verdict{Markers: []phases.Marker{odd}}
	for name, c := range map[string]struct {
		status Status
		want   string
	}{
		"done, and proven":            {Status{Before: []phases.Verdict{no}, After: yes}, ""},
		"done without proof":          {Status{Before: []phases.Verdict{no}, After: yes, Missing: []string{"gate \"a\" has no review"}}, `done: phase cli is declared done without proof: gate "a" has no review. Take the DONE out of docs/STATUS-cli.md, have GATE reviewed (pawl review GATE …), then set DONE again`},
		"done before, without proof":  {Status{Before: []phases.Verdict{yes}, After: yes, Missing: []string{"x"}, Open: []string{"core"}}, ""},
		"a merge of what was done":    {Status{Before: []phases.Verdict{no, yes}, After: yes, Open: []string{"core"}}, ""},
		"the first commit of all":     {Status{After: yes, Open: []string{"core"}}, "phase: phase cli is declared done before core"},
		"before its turn":             {Status{Before: []phases.Verdict{no}, After: yes, Open: []string{"core", "lib"}}, "declared done before core, lib"},
		"both":                        {Status{Before: []phases.Verdict{no}, After: yes, Open: []string{"core"}, Missing: []string{"x"}}, "done: \nphase: "},
		"a marker that is not obeyed": {Status{Before: []phases.Verdict{no}, After: unclear}, "done: line 5 is a marker that is not obeyed, so phase cli is not done: followed by a letter"},
		"one that was there":          {Status{Before: []phases.Verdict{unclear}, After: unclear}, ""},
		"one beside an obeyed one":    {Status{Before: []phases.Verdict{no}, After: phases.Verdict{Done: true, Markers: []phases.Marker{marker, odd}}}, ""},
		"undone":                      {Status{Before: []phases.Verdict{yes}, After: no, Open: []string{"core"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.status.Phase, c.status.Path = "cli", "docs/STATUS-cli.md"
			in := Input{Rules: signals, Commits: []Commit{{Commit: handoff.Commit{Hash: workHash, Subject: "x"}, Status: []Status{c.status}}}}
			compare(t, Commits(in), c.want)
		})
	}
}

// Findings come in the commits' order, each once.
func TestFindingsInOrder(t *testing.T) {
	second := parsed("claim(): b")
	second.Hash = workHash
	first := parsed("review(a): b")
	first.Hash = claimHash
	both := append([]handoff.Rule{}, signals...)
	both = append(both, handoff.Rule{Name: "work", Subject: signals[0].Subject})
	found := Commits(Input{Rules: both, Commits: []Commit{first, second}})
	if len(found) != 2 || found[0].Commit != claimHash || found[1].Commit != workHash || found[1].Rule != RuleSubject {
		t.Fatalf("the findings are %+v", found)
	}
}
