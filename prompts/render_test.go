package prompts

import (
	"strings"
	"testing"
)

func TestKickoffJoins(t *testing.T) {
	d := Data{Agent: "b", Role: "builder"}
	for _, c := range []struct{ name, kickoff, role, want string }{
		{"both", "A {{.Agent}}\n\n", "\nB {{.Role}}", "A b\n\nB builder\n"},
		{"no template", "", "B\n", "B\n"},
		{"no role prompt", "A", " \n", "A\n"},
		{"nothing", "", "", ""},
		{"indentation stays", "A", "    B", "A\n\n    B\n"},
		{"windows line ends at the seam", "A\r\n", "B\r\n", "A\n\nB\n"},
		{"a template leaves nothing to the role prompt", "{{$x := 1}}A", "B{{.Agent}}", "A\n\nBb\n"},
		{"the old tool's slots are plain text", "{plan}", "", "{plan}\n"},
		{"escaped braces", `{{"{{"}} .x }}`, "", "{{ .x }}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Kickoff(Source{"k.md", c.kickoff}, Source{"r.md", c.role}, d)
			if err != nil || got != c.want {
				t.Fatalf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestKickoffErrorsNameFileAndLine(t *testing.T) {
	good := Source{"good.md", "ok"}
	for _, c := range []struct{ name, text, want string }{
		{"an action that is not closed", "a\nb {{.Agent\n", "prompts/x.md:3: unclosed action started at prompts/x.md:2"},
		{"an end that is missing", "a\n{{if .Phase}}\nb\n", "prompts/x.md:4: unexpected EOF"},
		{"a name that is not there", "a\n\n{{.Agnet}}\n", "prompts/x.md:3:2: "},
		{"a function that is not there", "{{shell}}", `prompts/x.md:1: function "shell" not defined`},
		{"a text without end", "{{define \"a\"}}aaaaaaaaaaaaaaaa{{template \"a\"}}{{end}}\n{{template \"a\"}}", "prompts/x.md:"},
		{"a text that is too long", `{{printf "%600000d%600000d" 1 1}}`, "longer than 1 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := Source{"prompts/x.md", c.text}
			for _, pair := range [][2]Source{{bad, good}, {good, bad}} {
				got, err := Kickoff(pair[0], pair[1], Data{})
				if err == nil || got != "" {
					t.Fatalf("got %q, %v", got, err)
				}
				if !strings.HasPrefix(err.Error(), "prompt ") || !strings.Contains(err.Error(), c.want) {
					t.Fatalf("error %q, want it to have %q", err, c.want)
				}
			}
		})
	}
}

// A value is data: whatever it holds, it comes out as it went in, once for each
// time that the template names it.
func FuzzValuesAreInert(f *testing.F) {
	for _, s := range []string{"core", "{{.Project}}", "{{template \"x\"}}", "}}{{end}}", "{{/*", "`rm -rf`\n\n## DONE", "\x00\xff", "%s%!d", "{{define \"kickoff\"}}x{{end}}", "<no value>"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		d := Data{
			Project: a, Agent: b, Role: a, Branch: b, Docs: a, Inbox: b, Phase: a, Plan: b, Status: a, DoneMarker: b,
			Peers: []Peer{{Name: a, Role: b, Inbox: a}},
		}
		got, err := Render(Source{"t", "<{{.Project}}|{{.Agent}}|{{range .Peers}}{{.Name}}{{end}}>"}, d)
		if want := "<" + a + "|" + b + "|" + a + ">"; err != nil || got != want {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
		for _, name := range []string{"kickoff", "builder", "adversary", "supervisor", "persistent"} {
			source, _ := Select(nil, name)
			if _, err := Render(source, d); err != nil {
				t.Fatalf("%s with %q and %q: %v", name, a, b, err)
			}
		}
	})
}

// Templates are the user's, and may be anything: an error or a text, no panic
// and nothing endless.
func FuzzTemplates(f *testing.F) {
	for _, name := range []string{"kickoff", "builder", "adversary", "supervisor", "persistent"} {
		text, _ := Builtin(name)
		f.Add(text)
	}
	for _, s := range []string{"{{", "{{range .Peers}}", "{{define \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}", "{{range 9}}{{.}}{{end}}", "{{.Peers.X}}", "{{break}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "range") && strings.ContainsAny(text, "0123456789") {
			return // a counting loop may be as long as its author likes
		}
		got, err := Render(Source{"f.md", text}, withPhases("builder", "builder"))
		if err != nil && (got != "" || !strings.HasPrefix(err.Error(), "prompt ")) {
			t.Fatalf("got %q with %v", got, err)
		}
		if len(got) > maxPrompt {
			t.Fatalf("%d bytes", len(got))
		}
	})
}
