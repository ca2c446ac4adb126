package agentstoml

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/config"
	"pawl/prompts"
)

// What the file with every key means as a configuration.
func TestEveryKeyMeansTheSame(t *testing.T) {
	cfg, res := converted(t, string(read(t, "testdata/ok/full.toml")))
	same(t, "origin", []any{cfg.Origin.URL, cfg.Origin.Branch, cfg.Origin.Poll}, []any{"git@example.com:acme/app.git", "main", 30 * time.Second})
	same(t, "docs", cfg.Handoff.Docs, "machine")
	claim := cfg.Handoff.Signals[0]
	for subject, want := range map[string]bool{"Claims: x": true, "CLAIM(g)": true, "reclaim": false, "claimant": false} {
		if claim.Subject.MatchString(subject) != want {
			t.Errorf("the claim's rule and %q: not %t", subject, want)
		}
	}
	same(t, "signals", []any{claim.Wakes, claim.AnsweredBy, cfg.Handoff.Signals[1].Wakes}, []any{[]string{"adversary"}, "review", []string{"builder"}})
	same(t, "inboxes", cfg.Handoff.Inboxes, []config.Inbox{{File: "FOR-ADVERSARY.md", Reader: "adversary"}, {File: "FOR-BUILDER.md", Reader: "builder"}})
	p := cfg.Phases
	same(t, "phases", []any{p.DoneMarker, p.AutoAdvance, p.OnComplete, len(p.Sequence), p.Sequence[1].Status, p.Sequence[1].Models["builder"], p.Kickoff},
		[]any{"## FINISHED", false, "reporter", 2, "STATUS-cli.md", "haiku", "/work/acme/prompts/kickoff.pawl.md"})
	same(t, "roles", cfg.Prompts.Roles, "/work/acme/roles")
	s := cfg.Supervise
	same(t, "supervise", []any{s.StallGrace, s.Limit.Probe, s.Limit.Slack}, []any{4 * time.Minute, 10 * time.Minute, 90500 * time.Millisecond})

	builder, _ := cfg.Agent("builder")
	same(t, "builder", []any{builder.Kind, builder.Role, builder.Adapter, builder.Model, builder.Dir, builder.Session, builder.Watch, builder.Enabled, builder.Resume},
		[]any{"loop", "builder", "claude", "opus", "/work/acme/clones/builder", "acme-builder", "heal+stall", true, true})
	adversary, _ := cfg.Agent("adversary")
	same(t, "adversary", []any{adversary.Adapter, adversary.Model, adversary.Session, adversary.Watch}, []any{"opencode", "sonnet", "the-adversary", "heal"})
	supervisor, _ := cfg.Agent("supervisor")
	same(t, "supervisor", []any{supervisor.Enabled, supervisor.Watch, supervisor.PromptFile, supervisor.Wakes[0].PromptFile, supervisor.Dir},
		[]any{false, "none", "/work/acme/roles/supervisor.md", "/work/acme/roles/pass.md", "/work/acme/clones/shared"})
	begin := time.Date(2026, 3, 4, 10, 17, 5, 0, time.UTC)
	same(t, "the first wake after 10:17:05", supervisor.Wakes[0].Schedule.Next(begin), begin.Add(time.Hour))
	reporter, _ := cfg.Agent("reporter")
	text, err := prompts.Render(prompts.Source{Name: "p", Text: reporter.Prompt}, prompts.Data{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "reporter", []any{reporter.Kind, reporter.Role, text}, []any{"task", "helper", "Write REPORT.md.\nQuote {{ as it is, then push.\n"})

	preview := cfg.Services[0]
	same(t, "preview", []any{preview.Command, preview.Dir, preview.Session}, []any{[]string{"env", "PORT=3000", "npm", "run", "dev", "--", "--host", "a b"}, "/work/acme/web", "acme-preview"})

	for _, key := range []string{"defaults.log_dir", "watchdog.heavy_interval", "backend.claude.limit_re", "backend.opencode.connect_delay",
		"loop.state_file", "loop.resume_phase", "loop.phases.models.gone", "loop.on_complete.trigger_file", "agent adversary.resume", "AGENT_MODEL_builder"} {
		if !strings.Contains(lost(res), key+": ") {
			t.Errorf("%s is not among what was lost:\n%s", key, lost(res))
		}
	}
}

func lost(res *Result) string {
	var out strings.Builder
	for _, n := range res.Notes {
		if n.Lost {
			out.WriteString(n.String() + "\n")
		}
	}
	return out.String()
}

// What the adapters run.
func TestCommands(t *testing.T) {
	cfg, _ := converted(t, string(read(t, "testdata/ok/full.toml")))
	data := adapter.Data{Prompt: "go", Session: "s", Dir: "/d"}
	for name, want := range map[string][]string{
		"claude":   {"claude", "--dangerously-skip-permissions", "--remote-control", "s", "--model", "m", "--", "go"},
		"opencode": {"/home/me/.local/bin/opencode", "attach", "http://127.0.0.1:4096", "--dir", "/d", "--model", "m"},
		"mine":     {"env", "AGENT_MODEL=m", "sh", "-c", "source ~/.agentrc\nexec \"$@\"", "mine", "./tools/agent", "--title", "my agent", "--format", "{{.x}}"},
	} {
		argv, err := cfg.Adapters[name].Argv(data, "m", "")
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, argv, want)
	}
	same(t, "resume", cfg.Adapters["mine"].Resume, []string{})
	same(t, "detect", cfg.Adapters["opencode"].Detect.BottomRows, 10)
}

// backendOf is what one backend's keys become in the adapter x, or in pawl's own.
func backendOf(t *testing.T, name, keys string) (adapter.Profile, *Result) {
	t.Helper()
	cfg, res := converted(t, fmt.Sprintf("[backend.%s]\n%s\n[[agent]]\nname = \"a\"\nbackend = %q\n", name, keys, name))
	return cfg.Adapters[name], res
}

func TestBackends(t *testing.T) {
	own := adapter.Builtin()
	for _, c := range []struct {
		what, name, keys string
		want             func(p *adapter.Profile)
	}{
		{"what pawl has anyway changes nothing", "claude", "bin = 'claude'\nflags = '--dangerously-skip-permissions'\nprompt_delivery = 'arg'\nprocess_name = 'claude'\nstall_idle = 300\nsubmit_key = 'Enter'", func(*adapter.Profile) {}},
		{"ping is typed and submitted by C-m", "claude", "bin = 'claude'\nflags = '--dangerously-skip-permissions'\nprompt_delivery = 'ping'", func(p *adapter.Profile) { p.Prompt, p.Submit = "type", "C-m" }},
		{"its own key wins", "codex", "prompt_delivery = 'ping'\nsubmit_key = 'Enter'", func(p *adapter.Profile) { p.Prompt = "type" }},
		{"another program under the name", "claude", "bin = '/opt/claude-next'", func(p *adapter.Profile) { p.Command = []string{"/opt/claude-next"} }},
		{"flags keep the separator", "codex", "flags = '--search'", func(p *adapter.Profile) { p.Command = []string{"codex", "--search", "--"} }},
		{"typed, so the flag for the prompt goes", "gemini", "flags = '--yolo'\nprompt_delivery = 'ping'", func(p *adapter.Profile) {
			p.Command, p.Prompt, p.Submit = []string{"gemini", "--yolo"}, "type", "C-m"
		}},
		{"no resume", "claude", "supports_resume = false", func(p *adapter.Profile) { p.Resume = []string{} }},
		{"another resume", "claude", "resume_flag = \"--continue='{id}'\"", func(p *adapter.Profile) { p.Resume = []string{"--continue={{.Conversation}}"} }},
		{"no model", "claude", "model_flag = ''", func(p *adapter.Profile) { p.Model = []string{} }},
		{"a variable", "claude", "flags = '--dir $HOME/x'", func(p *adapter.Profile) {
			p.Command = []string{"sh", "-c", `exec claude --dir $HOME/x "$@"`, "claude"}
		}},
		{"a pipe", "claude", "flags = '2>&1 | tee log'", func(p *adapter.Profile) {
			p.Command = []string{"sh", "-c", `claude 2>&1 | tee log "$@"`, "claude"}
		}},
		{"assignments as preamble", "claude", "preamble = 'A=1 B=\"x y\"'", func(p *adapter.Profile) {
			p.Command = []string{"env", "A=1", "B=x y", "claude"}
		}},
		{"a preamble that goes on", "claude", "preamble = 'cd sub &&'", func(p *adapter.Profile) {
			p.Command = []string{"sh", "-c", `cd sub && exec "$@"`, "claude", "claude"}
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			got, _ := backendOf(t, c.name, c.keys)
			want := own[c.name]
			c.want(&want)
			same(t, c.keys, fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want))
		})
	}
}

// Expressions that Go does not have are listed, never dropped in silence.
func TestExpressions(t *testing.T) {
	for i, c := range []struct{ re, want, why string }{
		{`(?P<n>busy) \d+`, `(?P<n>busy) \d+`, ""},
		{`a\Z`, `a\z`, ""},
		{`x{,3}y`, `x{0,3}y`, ""},
		{`[{,3}]`, `[{,3}]`, ""},
		{`[[]x`, `[\[]x`, ""},
		{`[]a]`, `[]a]`, ""},
		{`[^]a[]`, `[^]a\[]`, ""},
		{`❯ esc`, `❯ esc`, ""},
		{`\u276f`, `\x{276f}`, ""},
		{`a(?!b)`, "", "lookahead"}, {`a(?=b)`, "", "lookahead"}, {`(?<!a)b`, "", "lookbehind"}, {`(?<=a)b`, "", "lookbehind"},
		{`(a)\1`, "", "reference to a group"}, {`(?P<n>a)(?P=n)`, "", "reference to a group"},
		{`(?>a)`, "", "atomic"}, {`(?x) a`, "", "it is none in Go"}, {`a++`, "", "it is none in Go"},
		{`(a`, "", "it is none in Go"}, {`a\`, "", "ends with a backslash"}, {`\pL`, "", "there is no"},
		{`x*`, "", "matches an empty row"}, {strings.Repeat("a", 5000), "", "more than 4096"},
	} {
		name := []string{"x", "claude"}[i%2]
		p, res := backendOf(t, name, "limit_re = "+tomlText(c.re))
		want := c.want
		if want == "" {
			want = adapter.Builtin()[name].Detect.Limit
			if !strings.Contains(lost(res), "line 2, backend."+name+".limit_re: ") || !strings.Contains(lost(res), c.why) {
				t.Errorf("%s is not listed for %q:\n%s", c.re, c.why, lost(res))
			}
		}
		same(t, c.re, p.Detect.Limit, want)
	}
}

func tomlText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// Session names stay as they were, whatever the prefix.
func TestSessions(t *testing.T) {
	for _, c := range []struct{ prefix, project, session string }{
		{"acme-", "acme", "acme-a"}, {"acme_", "acme", "acme_a"}, {"acme", "acme", "acmea"}, {"x--", "x", "x--a"}, {"-", "acme", "a"}, {"", "acme", "a"},
	} {
		cfg, _ := converted(t, fmt.Sprintf("[defaults]\nsession_prefix = %q\n[[agent]]\nname = \"a\"\n[[service]]\nname = \"s\"\ncommand = \"x\"\n", c.prefix))
		same(t, "prefix "+c.prefix, []string{cfg.Project, cfg.Agents[0].Session, cfg.Services[0].Session}, []string{c.project, c.session, strings.TrimSuffix(c.session, "a") + "s"})
	}
	cfg, _ := converted(t, "[[agent]]\nname = \"a\"\n")
	same(t, "without a prefix", cfg.Agents[0].Session, "acme-a")
}

func TestLargeFile(t *testing.T) {
	data := bytes.Repeat([]byte("# ten megabytes\n"), 10<<20/16)
	if _, err := Convert("agents.toml", data, world()); err == nil || !strings.HasPrefix(err.Error(), "agents.toml:1:1: the file has more than 1048576 bytes") {
		t.Errorf("the error is %v", err)
	}
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, "[[agent]]\nname = \"a%d\"\nprompt = \"do\"\n", i)
	}
	cfg, _ := converted(t, many.String())
	same(t, "agents", len(cfg.Agents), 1000)
}
