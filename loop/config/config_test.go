package config

import (
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pawl/loop/adapter"
	"pawl/loop/schedule"
)

func load(t *testing.T, path string) *Config {
	t.Helper()
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// equal compares a value by its path in words.
func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %#v, want %#v", what, got, want)
	}
}

func TestDesignExampleSaysTheDefaults(t *testing.T) {
	c, d := load(t, "testdata/ok/design.yaml"), newDocument()
	equal(t, "origin", c.Origin, d.Origin)
	equal(t, "handoff", c.Handoff, d.Handoff)
	equal(t, "supervise", c.Supervise, d.Supervise)
	equal(t, "launchers", c.Launchers, d.Launchers)
	equal(t, "marker", c.Phases.DoneMarker, d.Phases.DoneMarker)
	equal(t, "gate", c.Phases.Gate, d.Phases.Gate)
	equal(t, "auto_advance", c.Phases.AutoAdvance, d.Phases.AutoAdvance)
	equal(t, "names", c.Names(), []string{"builder", "adversary", "supervisor", "reporter", "preview"})
	equal(t, "override", c.Adapters["claude"].Command, []string{"claude", "--dangerously-skip-permissions"})
	equal(t, "model of a phase", c.Phases.Sequence[1].Models, map[string]string{"builder": "opus"})
	equal(t, "supervisor's wake", c.Agents[2].Wakes[0], Wake{Cron: "0 * * * *", TZ: "Europe/Berlin",
		PromptFile: filepath.Join(c.Dir, "prompts/pass.md"), CatchUp: CatchUpOnce, Jitter: 2 * time.Minute,
		Schedule: parsedSchedule(t, "0 * * * *", "Europe/Berlin")})
}

func TestMinimal(t *testing.T) {
	c, err := Parse("/srv/my project/pawl.yaml", []byte("version: 1\nagents: {solo: }\n"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "path", c.Path, "/srv/my project/pawl.yaml")
	equal(t, "project", c.Project, "my-project")
	equal(t, "state", c.StateDir, "/srv/my project/.pawl")
	equal(t, "kickoff", c.Phases.Kickoff, "/srv/my project/prompts/kickoff.md")
	equal(t, "roles", c.Prompts.Roles, "/srv/my project/prompts")
	equal(t, "agents", c.Agents, []Agent{{Name: "solo", Kind: KindPersistent, Dir: "/srv/my project", Adapter: "claude",
		Mode: adapter.ModeSession, Session: "my-project-solo", Account: "claude", Watch: WatchHealStall, Enabled: true, TurnTimeout: 30 * time.Minute}})
	equal(t, "readers of an inert default", c.Readers("adversary"), []string(nil))
	equal(t, "url", c.Origin.URL, "")
}

func TestEmptySectionsMeanTheDefaults(t *testing.T) {
	c, d := load(t, "testdata/ok/empty-sections.yaml"), newDocument()
	equal(t, "signals", c.Handoff.Signals, d.Handoff.Signals)
	equal(t, "inboxes, which are empty on purpose", c.Handoff.Inboxes, []Inbox{})
	equal(t, "supervise", c.Supervise, d.Supervise)
	equal(t, "claude", c.Adapters["claude"], adapter.Builtin()["claude"])
	equal(t, "project", c.Project, "ok")
}

func TestEverythingElse(t *testing.T) {
	c := load(t, "testdata/ok/everything-else.yaml")
	agent := func(name string) Agent { a, _ := c.Agent(name); return a }
	in := func(path string) string { return filepath.Join(c.Dir, path) }
	equal(t, "url", c.Origin.URL, filepath.Join(filepath.Dir(c.Dir), "origin.git"))
	equal(t, "docs", c.Handoff.Docs, "")
	equal(t, "rules replace the default ones", len(c.Handoff.Signals), 2)
	equal(t, "case", c.Handoff.Signals[0].Subject.MatchString("BUILD(x)"), true)
	equal(t, "inbox", c.Handoff.Inboxes, []Inbox{{File: "mail/CODER.md", Reader: "coder"}})
	equal(t, "plan", c.Phases.Sequence[0].Plan, "plans/a.md")
	equal(t, "number as a text", c.Phases.Sequence[0].Models["coder"], "4.1")
	equal(t, "role of a loop agent", agent("coder").Role, "coder")
	equal(t, "env of defaults", agent("coder").Env, []EnvVar{{"A", "1"}, {"B", "${HOME}/b"}})
	equal(t, "env of both", agent("second").Env, []EnvVar{{"A", "1"}, {"B", ""}, {"C", "x"}})
	equal(t, "wrap of defaults", agent("coder").Wrap, []string{in("box.sh"), "--"})
	equal(t, "own wrap, empty", agent("second").Wrap, []string{})
	equal(t, "watch", []string{agent("coder").Watch, agent("second").Watch}, []string{WatchNone, WatchHeal})
	equal(t, "launcher", []string{agent("coder").Launcher, agent("second").Launcher, c.Services[0].Launcher}, []string{"process", "box", "process"})
	equal(t, "account", []string{agent("coder").Account, agent("second").Account, agent("r2").Account}, []string{"script", "mine", "shared"})
	equal(t, "dir", []string{agent("coder").Dir, agent("r2").Dir}, []string{c.Dir, "/abs/r2"})
	equal(t, "session", agent("r2").Session, "other-name-x")
	equal(t, "wake", agent("r2").Wakes[1], Wake{Cron: "0 0 29 2 *", TZ: "UTC", PromptFile: in("look.md"), CatchUp: CatchUpSkip,
		Schedule: parsedSchedule(t, "0 0 29 2 *", "UTC")})
	equal(t, "program beside the file", c.Adapters["script"].Command[0], in("agent.sh"))
	equal(t, "script keeps its other keys", c.Adapters["script"].QueuesInput, true)
	equal(t, "program in the clone", c.Adapters["mine"].Command[0], "{{.Dir}}/run")
	equal(t, "a key of detect", c.Adapters["claude"].Detect.BottomRows, 12)
	equal(t, "the others", c.Adapters["claude"].Detect.Ready, adapter.Builtin()["claude"].Detect.Ready)
	equal(t, "service", c.Services[0].Command, []string{in("serve"), "--port", "80"})
	equal(t, "notify", c.Notify[0].Run, []string{in("tell.sh")})
	equal(t, "webhook", c.Origin.Webhook, Webhook{Listen: "[::1]:9917", SecretEnv: "HOOK_SECRET"})
	equal(t, "protect", c.Protect, []Protect{
		{Pattern: "API_CONTRACT.md", Only: []string{"coordinator"}}, {Pattern: "BUILD_LOG.md", AppendOnly: true},
		{Pattern: "src/**", Not: []string{"reviewers"}},
	})
	equal(t, "signers", c.Signers, in("signers"))
	equal(t, "far", c.Launchers["far"], Launcher{Name: "far", Type: "ssh", Host: "me@build", Program: "/opt/pawl", Options: map[string]string{"Port": "2222"}})
	equal(t, "box", c.Launchers["box"], Launcher{Name: "box", Type: "box", Options: map[string]string{"image": "debian"}})
	equal(t, "tmux", c.Launchers["tmux"], Launcher{Name: "tmux", Type: "tmux", Socket: "other"})
	equal(t, "an agent before its role", c.Readers("coder"), []string{"coder"})
	equal(t, "a role's enabled agents", c.Readers("reviewers"), []string{"r2"})
	equal(t, "a disabled agent by name", c.Readers("r1"), []string{"r1"})
	equal(t, "backoff", c.Supervise.Backoff.Jitter, 0.0)
}

func TestNewAdapterDefaults(t *testing.T) {
	c, err := Parse("/x/pawl.yaml", []byte("version: 1\nagents: {a: {adapter: mine}}\nadapters: {mine: {command: [x]}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "mine", c.Adapters["mine"], adapter.Profile{Name: "mine", Command: []string{"x"}, Prompt: adapter.PromptFile, Submit: "Enter"})
}

func TestLocalURL(t *testing.T) {
	for url, local := range map[string]bool{
		"": false, "/srv/o.git": true, "../o.git": true, "o.git": true, "./a:b": true,
		"https://h/o": false, "file:///o": false, "git@h:o.git": false, "h:o": false,
	} {
		equal(t, url, isLocalURL(url), local)
	}
}

func parsedSchedule(t *testing.T, expr, zone string) schedule.Schedule {
	t.Helper()
	s, err := schedule.Parse(expr, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestErrorsAreTyped(t *testing.T) {
	_, err := Parse("f.yaml", []byte("version: 2\nagnets: {}\n"))
	var list Errors
	var first Error
	if !errors.As(err, &list) || !errors.As(err, &first) {
		t.Fatalf("%T: %v", err, err)
	}
	equal(t, "first", first, list[0])
	equal(t, "lines", []int{list[0].Line, list[1].Line, list[2].Line}, []int{1, 1, 2})
	equal(t, "print", list[2].Error(), `f.yaml:2:1: unknown key "agnets"; did you mean "agents"?`)
	equal(t, "kind", list[2].Kind, KindUnknown)
}

func TestFaultsAreBounded(t *testing.T) {
	_, err := Parse("f.yaml", []byte("version: 1\n"+strings.Repeat("x", 5000)+": 1\nagents: {a: {wrap: ["+strings.Repeat("{}, ", 5000)+"]}}\n"))
	var list Errors
	if !errors.As(err, &list) || len(list) > maxErrors || len(err.Error()) > 300*maxErrors {
		t.Errorf("%d faults in %d bytes", len(list), len(err.Error()))
	}
}

func TestSchemaFieldsHaveOneNameEach(t *testing.T) {
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct {
			return
		}
		names := fieldNames(fieldsOf(typ))
		slices.Sort(names)
		if len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("%s: %q", typ, names)
		}
		for _, f := range fieldsOf(typ) {
			visit(typ.FieldByIndex(f.index).Type)
		}
	}
	visit(reflect.TypeFor[document]())
}
