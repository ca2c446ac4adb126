package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"pawl/handoff"
	"pawl/loop/report"
)

var updatePages = flag.Bool("update", false, "write the golden pages of testdata/report")

// eventful is the report of a night in which much happened.
func eventful() report.Report {
	start := time.Date(2026, 1, 1, 19, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	var list []report.Event
	add := func(minutes int, kind, agent string, data map[string]any) {
		list = append(list, report.Event{Time: at(minutes), Kind: kind, Agent: agent, Data: data})
	}
	signal := func(id, agent, rule, gate, verdict string, seen int, state handoff.State) handoff.Handoff {
		return handoff.Handoff{
			ID: id, Agent: agent, Kind: handoff.Signal, Rule: rule, Gate: gate, Verdict: verdict, State: state,
			Commit: strings.Repeat(fmt.Sprintf("%010x", 0x9e3779b1*(seen+700)), 4), SeenAt: at(seen), OpenedAt: at(seen), TakenAt: at(seen + 1),
		}
	}
	stuck := signal("h5", "builder", "review", "lexer", "fail", 500, handoff.Open)
	stuck.Stuck = true
	add(3, "handoff.sent", "adversary", map[string]any{"handoff": "h1", "attempt": 1.0, "label": "claim(parser) 0000000000"})
	add(3, "handoff.taken", "adversary", map[string]any{"handoff": "h1"})
	add(40, "handoff.answered", "adversary", map[string]any{"handoff": "h1", "label": "claim(parser) 0000000000"})
	add(60, "agent.held", "adversary", map[string]any{"account": "claude", "banner": "You've hit your limit · resets 11pm <b>|"})
	add(180, "agent.released", "adversary", map[string]any{"account": "claude"})
	add(200, "agent.exited", "builder", map[string]any{"code": 3.0, "how": "exited with code 3"})
	add(201, "agent.restarted", "builder", map[string]any{"reason": "exited with code 3"})
	add(201, "agent.started", "builder", nil)
	add(210, "phase.done", "", map[string]any{"phase": "core", "commit": strings.Repeat("a", 40)})
	add(210, "phase.advanced", "", map[string]any{"from": "core", "to": "cli"})
	add(220, "phase.unclear", "", map[string]any{"phase": "cli", "status": "machine-docs/STATUS-cli.md", "line": 12.0, "marker": "## DONE WHEN", "why": "letters follow the marker"})
	add(240, "wake.fired", "supervisor", map[string]any{"schedule": "0 * * * *", "missed": 1.0})
	add(300, "agent.parked", "builder", map[string]any{"restarts": 5.0})
	add(560, "handoff.stuck", "builder", map[string]any{"handoff": "h5", "why": "it is parked"})
	return report.Build(report.Facts{
		Project: "acme", Since: start, Until: at(720), KnownFrom: at(2), Running: true, LastPass: at(720), Events: slices.Values(list),
		Handoffs: []handoff.Handoff{
			signal("h1", "adversary", "claim", "parser", "", 0, handoff.Answered),
			signal("h2", "builder", "review", "parser", "pass", 40, handoff.Answered),
			signal("h3", "adversary", "claim", "a-gate-with-a-name-that-nobody-would-want-to-type-by-hand-at-all", "", 100, handoff.Taken),
			signal("h4", "adversary", "claim", "lexer", "", 480, handoff.Answered), stuck,
		},
		Expired:     []handoff.Handoff{signal("h0", "adversary", "claim", "old", "", -600, handoff.Expired)},
		Rules:       handoff.Rules{Signals: []handoff.Rule{{Name: "claim", AnsweredBy: "review"}, {Name: "review", AnsweredBy: "claim"}}},
		Phase:       report.Phase{Current: "cli", Index: 1, Total: 2, Entered: "core", EnteredAt: at(-30)},
		Agents:      []report.Member{{Name: "builder", Wanted: true, Parked: true}, {Name: "adversary", Wanted: true}, {Name: "supervisor", Wanted: true}},
		Commits:     []report.Credit{{Name: "builder", Agent: true, Commits: 12}, {Name: "adversary", Agent: true, Commits: 3}, {Name: "Eve `|<b>*", Commits: 1}},
		OriginError: "ssh: connect to host git.example.org port 22: Connection timed out while nobody in the house was awake enough to look at it",
	})
}

func TestReportPages(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	berlin := time.FixedZone("CET", 3600)
	r := eventful()
	for name, print := range map[string]func(w io.Writer){
		"plain.txt": func(w io.Writer) { printReport(w, w, r, berlin) },
		"80.txt":    func(w io.Writer) { printReport(w, openTerminal(t, 80), r, berlin) },
		"200.txt":   func(w io.Writer) { printReport(w, openTerminal(t, 200), r, berlin) },
		"page.md":   func(w io.Writer) { printMarkdown(w, r, berlin) },
		"page.json": func(w io.Writer) { indented(t, w, r) },
	} {
		t.Run(name, func(t *testing.T) {
			var page bytes.Buffer
			print(&page)
			golden(t, filepath.Join("testdata", "report", name), page.Bytes())
			limit := map[string]int{"80.txt": 80, "200.txt": 200}[name]
			for line := range strings.Lines(page.String()) {
				if limit > 0 && width(strings.TrimRight(line, "\n")) > limit {
					t.Errorf("%d columns: %s", width(line), line)
				}
			}
		})
	}
}

func indented(t *testing.T, w io.Writer, r report.Report) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		t.Error(err)
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *updatePages {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; with -update it is written anew. It is now:\n%s", path, got)
	}
}

func TestReportIsColouredQuietly(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	var page bytes.Buffer
	printReport(&page, openTerminal(t, 80), eventful(), time.UTC)
	if !strings.Contains(page.String(), "\x1b["+bold+"mneeds you") {
		t.Errorf("no colours:\n%q", page.String())
	}
}

// What strangers wrote into git or onto a screen shows as it is, in one cell.
func TestMarkdownOfHostileText(t *testing.T) {
	for _, text := range []string{
		"a|b", "`code`", "<script>alert(1)</script>", "&amp;", "[x](http://evil.example)", "![x](y)", "*bold* _it_ ~~no~~", `back\slash`, `\|`, "`|`",
		"<!-- -->", "https://evil.example", "www.evil.example", "# head", "$math$",
	} {
		var page bytes.Buffer
		markdownTable(&page, section{title: "x", heads: []string{"A", "B"}, rows: [][]string{{text, "second"}}})
		var html bytes.Buffer
		if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert(page.Bytes(), &html); err != nil {
			t.Fatal(err)
		}
		shown := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&amp;", "&").Replace(html.String())
		if !strings.Contains(shown, "<td>"+text+"</td>") || strings.Count(html.String(), "<td>") != 2 {
			t.Errorf("%q becomes\n%s", text, html.String())
		}
	}
}

func TestAnEmptyReportSaysSo(t *testing.T) {
	start := time.Date(2026, 1, 1, 19, 0, 0, 0, time.UTC)
	r := report.Build(report.Facts{Project: "acme", Since: start, Until: start.Add(time.Hour)})
	var text, page bytes.Buffer
	printReport(&text, &text, r, time.UTC)
	printMarkdown(&page, r, time.UTC)
	const want = "othing happened since Thu 1 Jan 19"
	if !strings.Contains(text.String(), want) || !strings.Contains(page.String(), want) {
		t.Errorf("%s\n%s", text.String(), page.String())
	}
}
