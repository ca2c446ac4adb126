package agentstoml

import (
	"strings"
	"testing"

	"pawl/prompts"
)

// old is how the old tool filled a template: it replaced its slots.
func old(text string, d prompts.Data) string {
	return strings.NewReplacer("{phase_id}", d.Phase, "{plan}", d.Plan, "{status}", d.Status, "{role}", d.Role).Replace(text)
}

var slotData = prompts.Data{Phase: "core", Plan: "plans/core.md", Status: "STATUS-core.md", Role: "builder"}

func sameText(t *testing.T, text string) {
	t.Helper()
	got, err := prompts.Render(prompts.Source{Name: "kickoff", Text: Template(text, "")}, slotData)
	if want := old(text, slotData); err != nil || got != want {
		t.Errorf("%q becomes %q, which is\n%q, not\n%q (%v)", text, Template(text, ""), got, want, err)
	}
}

// A converted template prints what the old tool printed.
func TestTemplate(t *testing.T) {
	for _, text := range []string{
		"", "{plan}", "{{plan}}", "{{{plan}}}", "{plan}{status}", "{{", "}}", "{{ .X }}", "{{/* no */}}", "{{- trimmed -}} x", "{role} -", "a {", "{{{{",
		"{plan", "{ plan }", "{Plan}", "{other}", "x{phase_id}}}", "`{{\"{{\"}}`", "{\n{role}", "{{define \"x\"}}", "json {\"a\": {\"b\": {}}}",
	} {
		sameText(t, text)
	}
	same(t, "the folder before the slot", Template("see docs/{status}, {status}", "docs"), "see {{.Status}}, {{.Status}}")
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"{{plan}} {role}{", "{{\"x\"}}{status}", "{-{{- }}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 1<<16 {
			sameText(t, text)
		}
	})
}
