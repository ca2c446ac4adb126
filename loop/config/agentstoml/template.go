package agentstoml

import (
	"regexp"
	"strings"
)

// literal writes text that text/template is to print as it is. Two braces begin
// an action there, and so does one before an action.
func literal(text string, beforeAction bool) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		run := 0
		for i+run < len(text) && text[i+run] == '{' {
			run++
		}
		switch {
		case run > 1, run == 1 && beforeAction && i+1 == len(text):
			out.WriteString(`{{"` + text[i:i+run] + `"}}`)
			i += run
		default:
			out.WriteByte(text[i])
			i++
		}
	}
	return out.String()
}

// fill turns the slots of a text that are among actions, as {plan}, into their
// actions, and leaves every other brace as it is.
func fill(text string, slots *regexp.Regexp, actions map[string]string) string {
	var out strings.Builder
	last := 0
	for _, at := range slots.FindAllStringIndex(text, -1) {
		out.WriteString(literal(text[last:at[0]], true))
		out.WriteString(actions[text[at[0]:at[1]]])
		last = at[1]
	}
	out.WriteString(literal(text[last:], false))
	return out.String()
}

// kickoffSlots are those of the old kickoff template.
var kickoffSlots = regexp.MustCompile(`\{(?:phase_id|plan|status|role)\}`)

// Template converts a kickoff template: its slots become actions, and all else
// is printed as it stands. Where docs, the folder of STATUS files, stands
// before the slot {status}, it goes: pawl's path begins with it.
func Template(text, docs string) string {
	if docs != "" {
		text = strings.ReplaceAll(text, docs+"/{status}", "{status}")
	}
	return fill(text, kickoffSlots, map[string]string{
		"{phase_id}": "{{.Phase}}", "{plan}": "{{.Plan}}", "{status}": "{{.Status}}", "{role}": "{{.Role}}",
	})
}

// partSlots are those of the old flags.
var partSlots = regexp.MustCompile(`\{(?:id|model|session|dir)\}`)

// part converts one word of a flag.
func part(word string) string {
	return fill(word, partSlots, map[string]string{
		"{id}": "{{.Conversation}}", "{model}": "{{.Model}}", "{session}": "{{.Session}}", "{dir}": "{{.Dir}}",
	})
}
