package adapter

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestArgv(t *testing.T) {
	for _, test := range []struct {
		name                string
		profile             Profile
		prompt              string
		model, conversation string
		want                []string
	}{
		{"the prompt is appended", Profile{Command: []string{"x"}, Prompt: PromptArg}, "do it", "", "", []string{"x", "do it"}},
		{"a prompt that is named is not appended", Profile{Command: []string{"x", "-p={{.Prompt}}"}, Prompt: PromptArg}, "do it", "", "", []string{"x", "-p=do it"}},
		{"PromptFile is not Prompt", Profile{Command: []string{"x", "{{.PromptFile}}"}, Prompt: PromptArg}, "p", "", "", []string{"x", "/p", "p"}},
		{"text that looks like the field is not the field", Profile{Command: []string{"x", `{{"a.Prompt"}}`}, Prompt: PromptArg}, "p", "", "", []string{"x", "a.Prompt", "p"}},
		{"a branch that is not taken does not carry it", Profile{Command: []string{"x", "{{if .Model}}{{.Prompt}}{{end}}"}, Prompt: PromptArg}, "p", "", "", []string{"x", "p"}},
		{"an empty prompt is no argument", Profile{Command: []string{"x"}, Prompt: PromptArg}, "", "", "", []string{"x"}},
		{"prompt: file appends nothing", Profile{Command: []string{"x"}, Prompt: PromptFile}, "p", "", "", []string{"x"}},
		{"model before resume before prompt", Profile{Command: []string{"x"}, Prompt: PromptArg, Model: []string{"-m", "{{.Model}}"}, Resume: []string{"-r", "{{.Conversation}}"}},
			"p", "big", "c1", []string{"x", "-m", "big", "-r", "c1", "p"}},
		{"no model, no parts", Profile{Command: []string{"x"}, Model: []string{"-m", "{{.Model}}"}}, "", "", "", []string{"x"}},
		{"parts go before a closing --", Profile{Command: []string{"x", "--"}, Prompt: PromptArg, Model: []string{"-m", "{{.Model}}"}}, "-p", "m", "", []string{"x", "-m", "m", "--", "-p"}},
		{"a part that renders to nothing is left out", Profile{Command: []string{"x", "{{with .Model}}-m{{.}}{{end}}", "y"}}, "", "", "", []string{"x", "y"}},
		{"an argument that is empty as written stays", Profile{Command: []string{"x", ""}}, "", "", "", []string{"x", ""}},
		{"text is passed as it is", Profile{Command: []string{"x", "{{.Prompt}}"}, Prompt: PromptArg}, "<a> 'b' \"c\"\n$d", "", "", []string{"x", "<a> 'b' \"c\"\n$d"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.profile.Argv(Data{Prompt: test.prompt, PromptFile: "/p"}, test.model, test.conversation)
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

func TestArgvErrors(t *testing.T) {
	_, err := Profile{Name: "script"}.Argv(Data{}, "", "")
	if !errors.Is(err, ErrNoCommand) || !strings.Contains(err.Error(), "script") {
		t.Errorf("no command: %v", err)
	}
	for part, want := range map[string]string{
		"{{.Nope}}":               "can't evaluate field Nope",
		"{{.Prompt":               "unclosed action",
		"{{index .Prompt 9}}":     "out of range",
		"{{template \"absent\"}}": "not allowed",
		"{{if .Role}}{{else}}{{range 3000000000}}{{end}}{{end}}": "range is not allowed",
		"{{with .Dir}}{{block \"b\" .}}{{end}}{{end}}":           "block are not allowed",
	} {
		argv, err := Profile{Name: "mine", Command: []string{"x", part}}.Argv(Data{}, "", "")
		if argv != nil || err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "command[1]") {
			t.Errorf("%s: got %q, %v; want an error with %q", part, argv, err, want)
		}
	}
	if argv, err := (Profile{Name: "mine", Command: []string{"{{.Model}}"}}).Argv(Data{}, "", ""); err == nil {
		t.Errorf("a command that renders to nothing: %q", argv)
	}
}

func TestBuiltinArgv(t *testing.T) {
	for name, want := range map[string][]string{
		"claude":   {"claude", "--dangerously-skip-permissions", "--model", "m", "--resume", "c", "--", "p"},
		"codex":    {"codex", "--no-daemon", "--dangerously-bypass-approvals-and-sandbox", "--model", "m", "resume", "c", "--", "p"},
		"opencode": {"opencode", "--auto", "--prompt=p", "--model", "m", "-s", "c"},
		"gemini":   {"gemini", "--skip-trust", "--yolo", "--prompt-interactive=p", "--model", "m", "--resume", "c"},
	} {
		got, err := Builtin()[name].Argv(Data{Prompt: "p"}, "m", "c")
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestBuiltin(t *testing.T) {
	all := Builtin()
	if len(all) != 5 {
		t.Errorf("%d built-in adapters, want 5", len(all))
	}
	for name, p := range all {
		if p.Name != name {
			t.Errorf("%s is named %q", name, p.Name)
		}
		if problems := p.Validate(); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
		if terminal := name != "script"; p.NeedsTerminal() != terminal || (len(p.Command) > 0) != terminal {
			t.Errorf("%s: needs a terminal %v, command %q", name, p.NeedsTerminal(), p.Command)
		}
	}
	if s := all["script"]; s.Prompt != PromptFile || !s.QueuesInput || s.Detect != (Detect{}) {
		t.Errorf("script: %+v", s)
	}
	all["claude"].Command[0] = "changed"
	if got := Builtin()["claude"].Command[0]; got != "claude" {
		t.Errorf("a change of one copy reached the next: %q", got)
	}
}

func TestDecodeBuiltinIsStrict(t *testing.T) {
	if _, err := decodeBuiltin("x", []byte("comand: [x]\n")); err == nil || !strings.Contains(err.Error(), "comand") {
		t.Errorf("unknown key: %v", err)
	}
}

// The rows are from recordings of the CLIs; what quotes them in an answer must
// not count for more than the row itself would.
func TestBuiltinDetect(t *testing.T) {
	all := Builtin()
	for _, test := range []struct{ adapter, key, expr, row, not string }{
		{"claude", "active", all["claude"].Detect.Active, "  ⏵⏵ accept edits on (shift+tab to cycle) · esc to interrupt", "✻ Brewed for 0s · done 3:08 PM"},
		{"claude", "active", all["claude"].Detect.Active, "· Whirring… (3s · ↓ 11 tokens)", "● All done. (ok: take task x)"},
		{"claude", "limit", all["claude"].Detect.Limit, "● API Error: Request rejected (429) · This request would exceed your account's rate limit.", "✻ API error · retrying in 1s · attempt 2/10"},
		{"claude", "waiting", all["claude"].Detect.Waiting, " Do you want to proceed?", "❯"},
		{"claude", "title", all["claude"].Detect.Title, "◐ Claude Code", "✳ Claude Code"},
		{"codex", "active", all["codex"].Detect.Active, "• Working (2s • esc to interrupt)", "  Worked for 10s • 15:09"},
		{"codex", "limit", all["codex"].Detect.Limit, "■ You’ve hit your usage limit. Try again at 4:15 PM.", "■ exceeded retry limit, last status: 429 Too Many Requests"},
		{"codex", "title", all["codex"].Detect.Title, "⠧ repo", "repo"},
		{"opencode", "active", all["opencode"].Detect.Active, "   ⬝⬝■■■■■■  esc interrupt      tab agents  ctrl+p commands", "     ▣  Build · scripted · 8.9s"},
		{"gemini", "active", all["gemini"].Detect.Active, " ⠇ Thinking... (esc to cancel, 3s)", " *   Type your message or @path/to/file"},
		{"gemini", "title", all["gemini"].Detect.Title, "✦  Working… (repo)", "◇  Ready (repo)"},
	} {
		re, err := Compile(test.expr)
		if err != nil {
			t.Fatalf("%s %s: %v", test.adapter, test.key, err)
		}
		if !re.MatchString("above\n" + test.row + "\nbelow") {
			t.Errorf("%s %s does not match %q", test.adapter, test.key, test.row)
		}
		if re.MatchString(test.not) {
			t.Errorf("%s %s matches %q", test.adapter, test.key, test.not)
		}
	}
}

func TestValidate(t *testing.T) {
	p := Profile{
		Command: []string{"", "{{.Nope}}"}, Model: []string{"{{if .Model}}{{.Bad}}{{end}}"}, Resume: []string{"{{"},
		Detect: Detect{Active: "(", Ready: "x*", Composer: "^> ", Placeholder: ".*"},
	}
	p.Resume = append(p.Resume, strings.Repeat("x", MaxExpr+1))
	p.Detect.Fatal = p.Resume[1]
	var keys []string
	for _, problem := range p.Validate() {
		keys = append(keys, problem.Key)
		if problem.Msg == "" {
			t.Errorf("%s says nothing", problem.Key)
		}
	}
	want := []string{"command/1", "model/0", "resume/0", "resume/1", "command/0", "detect/active", "detect/fatal", "detect/ready", "detect/composer"}
	if !slices.Equal(keys, want) {
		t.Errorf("got %q, want %q", keys, want)
	}
}
