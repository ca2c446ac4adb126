// Package adapter says how one agent CLI is spoken to and read. A profile is
// data: a new CLI needs an entry in pawl.yaml and no Go.
package adapter

import "time"

// How a kickoff prompt reaches the program.
const (
	PromptArg   = "arg"   // as an argument: command uses {{.Prompt}}, or it is appended
	PromptStdin = "stdin" // written to its standard input
	PromptFile  = "file"  // only by the path in PAWL_PROMPT_FILE
	PromptType  = "type"  // typed into its terminal
	PromptNone  = "none"  // not at all
)

// Profile is one adapter. The keys are those of `adapters:` in pawl.yaml.
// Command, Model and Resume are templates over Data; see Argv.
type Profile struct {
	Name        string        `yaml:"-"`
	Mode        string        `yaml:"mode" enum:"session,turns"` // of agents that name none; "" is session
	Command     []string      `yaml:"command"`
	Prompt      string        `yaml:"prompt" enum:"arg,stdin,file,type,none"`
	Model       []string      `yaml:"model"`                // argv parts that are added when a model is set
	Resume      []string      `yaml:"resume"`               // argv parts that are added when there is a conversation to resume
	Process     string        `yaml:"process"`              // name of the program that is expected in the session; "" is not checked
	Submit      string        `yaml:"submit"`               // key that submits what was typed, as tmux names it; "" is Enter
	QueuesInput bool          `yaml:"queues_input"`         // a busy program keeps what it is told for later
	StallAfter  time.Duration `yaml:"stall_after" min:"0s"` // 0: supervise.stall_after
	Stop        []string      `yaml:"stop"`                 // polite keys, as tmux names them
	Detect      Detect        `yaml:"detect"`
	Turns       Turns         `yaml:"turns"`
	Hooks       Hooks         `yaml:"hooks"`
	Transcript  Transcript    `yaml:"transcript"`
}

// Detect holds the regular expressions that read a screen; "" matches nothing.
// They are compiled with Compile, so that ^ and $ are the ends of a row. See
// Reader for where on a screen each of them looks.
type Detect struct {
	Active       string        `yaml:"active"`              // it works
	Limit        string        `yaml:"limit"`               // a usage limit of the account
	Fatal        string        `yaml:"fatal"`               // it cannot go on and wants a restart
	Full         string        `yaml:"full"`                // its context is full
	Waiting      string        `yaml:"waiting"`             // a dialog that wants a person
	Auth         string        `yaml:"auth"`                // it is not logged in
	Ready        string        `yaml:"ready"`               // it takes input; only for a program without a composer
	Title        string        `yaml:"title"`               // terminal title while it works
	TitleWaiting string        `yaml:"title_waiting"`       // terminal title while a dialog wants a person
	Composer     string        `yaml:"composer"`            // the input line's first row; group 1 is what is in it
	ComposerMore string        `yaml:"composer_more"`       // its further rows; group 1 is what is in them
	ComposerTop  string        `yaml:"composer_top"`        // the row above it that frames it
	ComposerEnd  string        `yaml:"composer_end"`        // the row below it that frames it
	Placeholder  string        `yaml:"placeholder"`         // text that an empty composer shows
	Folded       string        `yaml:"folded"`              // what stands for a long paste in the composer, whole: with anything beside it, it is not that alone
	Passing      string        `yaml:"passing"`             // rows above the composer that are no message: hints, how long a turn took
	Message      string        `yaml:"message"`             // a row that begins a message although no blank row stands above it
	Tinted       bool          `yaml:"tinted"`              // its own messages are in colour, and an agent's are not
	BottomRows   int           `yaml:"bottom_rows" min:"0"` // rows from the bottom that count while there is no composer; 0: all
	LogGrace     time.Duration `yaml:"log_grace" min:"0s"`  // output this young is activity; 0: none is
}

// NeedsTerminal says that the program draws a screen: it is typed to, or read
// from what it shows, and cannot run where there is no terminal.
func (p Profile) NeedsTerminal() bool {
	d := p.Detect
	return p.Prompt == PromptType || d.Active != "" || d.Ready != "" || d.Waiting != "" || d.Composer != "" || d.Title != ""
}
