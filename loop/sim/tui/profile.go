package tui

import (
	"slices"

	"pawl/loop/adapter"
)

// Profile is the adapter profile of the fake agent. Command is what starts it:
// a program that calls Main, and options; the kickoff prompt is put behind it.
// Its expressions hold on to the first column, where an answer that quotes a row
// of the screen cannot begin. It queues what it is told while it works: with --queue=false in the command,
// set QueuesInput to false.
func Profile(command []string) adapter.Profile {
	return adapter.Profile{
		Name:        "fake",
		Command:     append(slices.Clone(command), "--"),
		Prompt:      adapter.PromptArg,
		Model:       []string{"--model", "{{.Model}}"},
		Resume:      []string{"--resume", "{{.Conversation}}"},
		Submit:      "Enter",
		QueuesInput: true,
		Stop:        []string{"Escape", "C-c", "C-c"},
		Detect: adapter.Detect{
			Active:       `^· Working… \(\d+s\)`,
			Limit:        `^! \S`,
			Fatal:        `^✗ Cannot`,
			Waiting:      `^Do you want to proceed\?|^Esc to cancel`,
			Title:        `^[◐◑◒◓] `,
			Composer:     `^> ?(.*)$`,
			ComposerMore: `^  (.*)$`,
			ComposerTop:  `^─{8,}$`,
			ComposerEnd:  `^─{8,}$`,
			Placeholder:  `^Try "add a test"$`,
			Folded:       `^\[Pasted text\s?#\d+\s?\+\d+\s?lines\]$`,
			Passing:      `^  Queued: `,
			BottomRows:   10,
		},
	}
}
