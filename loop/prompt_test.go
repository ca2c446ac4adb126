package loop

import (
	"errors"
	"os"
	"path/filepath"
	"pawl/loop/config"
	"strings"
	"testing"
)

// A prompt file that is gone when its agent is started again is no reason not to
// start it: the built-in one serves.
func TestAPromptFileThatIsMissing(t *testing.T) {
	cfg := parsed(t, "version: 1\nadapters: {script: {command: [cat]}}\ndefaults: {adapter: script, launcher: process}\n"+
		"phases: {sequence: [{id: one, plan: plans/one.md, status: STATUS-one.md}]}\n"+
		"agents: {builder: {kind: loop, role: builder}, own: {kind: loop, role: juggler}, odd: {prompt_file: gone.md}}\n")
	role := filepath.Join(cfg.Prompts.Roles, "builder.md")
	if err := os.MkdirAll(filepath.Dir(role), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(role, []byte("Build {{.Phase}} my way.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	prompt := func(name string) string {
		t.Helper()
		a, ok := cfg.Agent(name)
		if !ok {
			t.Fatalf("no agent %s", name)
		}
		text, err := Prompt(cfg, a, "one", "main")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return text
	}
	with := prompt("builder")
	if !strings.Contains(with, "Build one my way.") || !strings.Contains(with, "plans/one.md") {
		t.Errorf("with its role's file the builder is told\n%s", with)
	}
	if err := os.Remove(role); err != nil {
		t.Fatal(err)
	}
	without := prompt("builder")
	if strings.Contains(without, "my way") || len(without) < 200 || !strings.Contains(without, "plans/one.md") {
		t.Errorf("without it the builder is told\n%s", without)
	}
	if own := prompt("own"); !strings.Contains(own, "plans/one.md") {
		t.Errorf("a role that nothing is known of is told\n%s", own)
	}
	prompt("odd")
}

func TestAPromptFileWithAFault(t *testing.T) {
	cfg := parsed(t, "version: 1\nadapters: {script: {command: [cat]}}\ndefaults: {adapter: script, launcher: process}\nagents: {a: {prompt: \"{{.Nothing}}\"}}\n")
	a, _ := cfg.Agent("a")
	if _, err := Prompt(cfg, a, "", "main"); err == nil || !strings.Contains(err.Error(), "prompt of agent a") {
		t.Errorf("the error is %v", err)
	}
}

// A session starts with what is there; what is not is told of.
func TestMissingFiles(t *testing.T) {
	dir := t.TempDir()
	cfg, err := config.Parse(filepath.Join(dir, "pawl.yaml"), []byte(`version: 1
adapters: {script: {command: [agent]}}
defaults: {adapter: script}
phases: {sequence: [{id: one, plan: one.md, status: S.md}, {id: two, plan: two.md, status: T.md}]}
launchers: {build: {type: ssh, host: build.test}}
agents:
  builder: {kind: loop, dir: work}
  distant: {kind: loop, prompt: work there, launcher: build, dir: /on/another/host}
  named: {prompt_file: mine.md, role: boss}
  spoken: {prompt: be good, role: boss}
  roled: {role: boss}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"work/two.md", "prompts/builder.md"} {
		path := filepath.Join(dir, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	in := func(file string) string { return filepath.Join(dir, file) }
	for _, c := range []struct {
		agent, phase string
		want         Missing
	}{
		{"builder", "one", Missing{Plan: in("work/one.md")}},
		{"builder", "two", Missing{}},
		{"builder", "", Missing{}},
		{"distant", "one", Missing{}},
		{"named", "", Missing{Prompt: in("mine.md")}},
		{"spoken", "", Missing{}},
		{"roled", "one", Missing{Prompt: in("prompts/boss.md")}},
	} {
		a, _ := cfg.Agent(c.agent)
		if got := missingFiles(cfg, a, c.phase); got != c.want {
			t.Errorf("%s in phase %q misses %+v, want %+v", c.agent, c.phase, got, c.want)
		}
	}
}
