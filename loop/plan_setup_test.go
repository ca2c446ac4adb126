package loop

import (
	"cmp"
	"strings"
)

// setup is a pawl.yaml in pieces.
type setup struct {
	agents []string // name: {…}
	phases []string // id
	rules  []string // more keys of phases
	top    []string // more keys of the file

	launcher string // process; tmux where agents draw screens
}

// usualSetup is a builder and an adversary with two phases. They queue input.
func usualSetup() setup {
	return setup{
		agents: []string{
			"builder: {kind: loop, role: builder, adapter: script}",
			"adversary: {kind: loop, role: adversary, adapter: script}",
		},
		phases: []string{"core", "cli"},
	}
}

func (y setup) where() string { return cmp.Or(y.launcher, "process") }

func (y setup) String() string {
	var b strings.Builder
	b.WriteString("version: 1\nproject: p\norigin: {url: /origin.git}\n" +
		"defaults: {launcher: " + y.where() + "}\n" +
		"adapters:\n  script: {command: [agent]}\n  shy: {command: [agent], prompt: file}\n" +
		"  tui: {command: [tui], prompt: arg, process: tui, queues_input: true, detect: {active: '^working', composer: '^> (.*)$'}}\n  other: {command: [other], process: other}\n" +
		"  open: {command: [open], prompt: arg, resume: [--resume, \"{{.Conversation}}\"], detect: {active: '^working', composer: '^> (.*)$'}, hooks: {events: [{is: idle, on: {type: idle}}]}}\n" +
		"  coy: {command: [coy], prompt: arg, detect: {active: '^working', composer: '^> (.*)$'}}\n" +
		"  bare: {command: [bare], prompt: arg, queues_input: true, detect: {active: '^working'}}\n" +
		"  typed: {command: [typed], prompt: type, detect: {active: '^working', composer: '^> (.*)$'}}\n" +
		"  snake: {command: [snake], process: node}\n" +
		"  once: {mode: turns, command: [once], turns: {command: [once], resume: [--resume], events: [{is: end, on: {type: end}}]}}\n")
	b.WriteString("agents:\n")
	for _, a := range y.agents {
		b.WriteString("  " + a + "\n")
	}
	if len(y.phases)+len(y.rules) > 0 {
		b.WriteString("phases:\n")
	}
	for _, r := range y.rules {
		b.WriteString("  " + r + "\n")
	}
	if len(y.phases) > 0 {
		b.WriteString("  sequence:\n")
	}
	for _, p := range y.phases {
		b.WriteString("    - {id: " + p + ", plan: plans/" + p + ".md, status: STATUS-" + p + ".md}\n")
	}
	for _, t := range y.top {
		b.WriteString(t + "\n")
	}
	return b.String()
}
