package prompts

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

func withPhases(agent, role string) Data {
	d := Data{
		Project: "acme", Agent: agent, Role: role, Branch: "main", Docs: "machine-docs",
		Inbox: "machine-docs/" + strings.ToUpper(agent) + "-INBOX.md",
		Phase: "core", Plan: "plans/core.md", Status: "machine-docs/STATUS-core.md", DoneMarker: "## DONE",
	}
	for _, name := range []string{"builder", "adversary"} {
		if name != agent {
			d.Peers = append(d.Peers, Peer{Name: name, Role: name, Inbox: "machine-docs/" + strings.ToUpper(name) + "-INBOX.md"})
		}
	}
	return d
}

func builtIn(t *testing.T, name string) Source {
	t.Helper()
	s, ok := Select(nil, name)
	if !ok || s.Text == "" {
		t.Fatalf("no built-in prompt %q", name)
	}
	return s
}

func TestGoldens(t *testing.T) {
	bare := Data{Project: "acme", Agent: "solo", Branch: "trunk"}
	for _, c := range []struct {
		file, kickoff, role string
		data                Data
	}{
		{"builder", "kickoff", "builder", withPhases("builder", "builder")},
		{"adversary", "kickoff", "adversary", withPhases("adversary", "adversary")},
		{"builder-bare", "kickoff", "builder", bare},
		{"adversary-bare", "kickoff", "adversary", bare},
		{"supervisor", "", "supervisor", withPhases("supervisor", "")},
		{"supervisor-bare", "", "supervisor", bare},
		{"persistent", "", "persistent", withPhases("helper", "")},
		{"persistent-bare", "", "persistent", bare},
	} {
		t.Run(c.file, func(t *testing.T) {
			var kickoff Source
			if c.kickoff != "" {
				kickoff = builtIn(t, c.kickoff)
			}
			got, err := Kickoff(kickoff, builtIn(t, c.role), c.data)
			if err != nil {
				t.Fatal(err)
			}
			checkShape(t, got)
			checkGolden(t, filepath.Join("testdata", c.file+".md"), got)
		})
	}
}

// waiting is what a watcher of screens would take for an agent that waits.
var waiting = regexp.MustCompile(`WAITING-UNTIL:\s*\d`)

// checkShape finds what a condition in a template leaves behind when it is
// wrong, and text that must not be on a screen unless the agent says it.
func checkShape(t *testing.T, text string) {
	t.Helper()
	for _, bad := range []string{"<no value>", "``\n", "`` ", " \n", "\n\n\n", "{{", "(``)"} {
		if strings.Contains(text, bad) {
			t.Errorf("rendered text has %q", bad)
		}
	}
	if waiting.MatchString(text) {
		t.Error("the prompt itself reads as waiting")
	}
	if !strings.HasSuffix(text, "\n") || strings.HasPrefix(text, "\n") {
		t.Error("rendered text does not begin and end as a file does")
	}
}

func checkGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and read the diff. Got:\n%s", path, got)
	}
}

// What an agent has to be told for the loop to turn, each in the prompts of the
// role that needs it.
func TestPromptsTeachTheLoop(t *testing.T) {
	for role, words := range map[string][]string{
		"builder": {
			"git pull --rebase origin main", "plans/core.md", "claim(gate): ", "git push origin HEAD:main", "`## DONE`",
			"machine-docs/STATUS-core.md", "WAITING-UNTIL: <", "git rebase origin/main", "Never force-push",
			"machine-docs/BUILDER-INBOX.md", "machine-docs/ADVERSARY-INBOX.md", "begins with an id", "delete it",
		},
		"adversary": {
			"review(gate): ", "Verdict: fail", "Reviewed: 0123456789abcdef0123456789abcdef01234567", "**last paragraph**",
			"`pass` or `fail`", "machine-docs/ADVERSARY-INBOX.md", "git rev-parse origin/main",
		},
	} {
		got, err := Kickoff(builtIn(t, "kickoff"), builtIn(t, role), withPhases(role, role))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if !strings.Contains(got, w) {
				t.Errorf("the %s is not told %q", role, w)
			}
		}
	}
}

func TestBuiltin(t *testing.T) {
	for _, name := range []string{"kickoff", "builder", "adversary", "supervisor", "persistent"} {
		text := builtIn(t, name).Text
		if n := strings.Count(text, "\n"); n > 60 {
			t.Errorf("%s has %d lines: agents skim long prompts", name, n)
		}
	}
	for _, name := range []string{"", "nobody", "../prompts", "Builder", "builder.md"} {
		if text, ok := Builtin(name); ok || text != "" {
			t.Errorf("Builtin(%q) found %q", name, text)
		}
	}
}

func TestSelect(t *testing.T) {
	mine := Source{Name: "prompts/builder.md", Text: ""}
	if s, ok := Select(&mine, "builder"); !ok || s != mine {
		t.Errorf("an empty file of the user's does not win: %+v, %v", s, ok)
	}
	if s, ok := Select(nil, "builder"); !ok || s.Name != "built-in builder" {
		t.Errorf("Select of the built-in = %q, %v", s.Name, ok)
	}
	if _, ok := Select(nil, "tester"); ok {
		t.Error("a role without any prompt was found")
	}
}
