package adapter

import (
	"cmp"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// How an agent's program is run.
const (
	ModeSession = "session" // it runs all the time, and is told things while it does; the default
	ModeTurns   = "turns"   // it is run anew for each wake, without a terminal
)

// Turns says how a program is run for one turn without a terminal, and what the
// JSON lines that it prints meanwhile mean. Command, Model and Resume are
// templates as those of Profile.
type Turns struct {
	Command []string    `yaml:"command"`
	Prompt  string      `yaml:"prompt" enum:"stdin,arg"` // how each turn's text gets in; "" is stdin, which no other user sees
	Model   []string    `yaml:"model"`                   // argv parts that are added when a model is set
	Resume  []string    `yaml:"resume"`                  // argv parts that are added from the second turn on
	Allow   Allow       `yaml:"allow"`
	Events  []EventRule `yaml:"events"` // every rule that matches a line counts, in order
}

// Allow holds a program to some tools: each is the whole argv in place of Command.
// One that is empty says that the program cannot be held to that.
type Allow struct {
	Read []string `yaml:"read"` // it may read files
	Web  []string `yaml:"web"`  // and the web
	Run  []string `yaml:"run"`  // it may read files and run commands, and change no files
}

// HeldTo is the profile of a program that may use no more than an allowance says, and
// whether it can be held to that; "" and "all" allow everything.
func (p Profile) HeldTo(allowance string) (Profile, bool) {
	argv, known := map[string][]string{"read": p.Turns.Allow.Read, "web": p.Turns.Allow.Web, "run": p.Turns.Allow.Run}[allowance]
	if !known {
		return p, true
	}
	if len(argv) > 0 {
		p.Command = argv
	}
	return p, len(argv) > 0
}

// EventRule says what one kind of line means. Its fields name places in the
// line's JSON: names and list indexes joined by dots. Values are compared as text;
// those to match are regular expressions for the whole of it.
type EventRule struct {
	Is      string            `yaml:"is" required:"true" enum:"session,text,reasoning,command,change,tool,result,usage,limit,error,end"`
	On      map[string]string `yaml:"on"`      // places and what must be there
	Not     map[string]string `yaml:"not"`     // places and what must not be there
	Each    string            `yaml:"each"`    // a list: every item of it is an event, and the places below are in the item
	With    map[string]string `yaml:"with"`    // places in the item and what must be there
	Without map[string]string `yaml:"without"` // places in the item and what must not be there
	ID      string            `yaml:"id"`      // the conversation of a session; of all others the call
	Model   string            `yaml:"model"`   // that answers
	Text    string            `yaml:"text"`    // what was said, printed, or went wrong
	Delta   bool              `yaml:"delta"`   // the text goes on where the one before it ended
	Tool    string            `yaml:"tool"`    // the tool's name
	Input   string            `yaml:"input"`   // the command, or what a tool was given
	Path    string            `yaml:"path"`    // the file that is changed, or a list of them or of objects with a path
	Exit    string            `yaml:"exit"`    // exit status of a command
	Failed  map[string]string `yaml:"failed"`  // places and what must be there if it failed
	Reset   string            `yaml:"reset"`   // when a limit is over: seconds or milliseconds since 1970
	Cause   string            `yaml:"cause" enum:"auth,full"`
	Usage   UsageRule         `yaml:"usage"`
}

// Want is one thing that a rule asks of a line: a place, and the expression for what
// stands there.
type Want struct{ Key, Place, Value string }

// Wants is all that the rule asks, key by key and in the places' order.
func (r EventRule) Wants() []Want {
	return wantsOf(asked{"on", r.On}, asked{"not", r.Not}, asked{"with", r.With}, asked{"without", r.Without}, asked{"failed", r.Failed})
}

// asked are the places of one key of a rule, and what must or must not be there.
type asked struct {
	key    string
	places map[string]string
}

func wantsOf(all ...asked) []Want {
	var out []Want
	for _, a := range all {
		for _, place := range slices.Sorted(maps.Keys(a.places)) {
			out = append(out, Want{a.key, place, a.places[place]})
		}
	}
	return out
}

// checkWants returns what is wrong with what the rule at a key asks.
func checkWants(at string, wants []Want) []Problem {
	var problems []Problem
	for _, w := range wants {
		key := at + "/" + w.Key + "/" + w.Place
		if len(w.Value) > MaxExpr {
			problems = append(problems, Problem{key, w.Value, "it is too long", tooLong})
		} else if _, err := CompileValue(w.Value); err != nil {
			problems = append(problems, Problem{key, w.Value, err.Error(), "Go's syntax is at https://pkg.go.dev/regexp/syntax; the expression is for the whole text"})
		}
	}
	return problems
}

// UsageRule says where the numbers of a turn's cost stand.
type UsageRule struct {
	Input     string `yaml:"input"`     // tokens that were read, those from a cache left out if Cached names them apart
	Cached    string `yaml:"cached"`    // tokens that were read from a cache
	Written   string `yaml:"written"`   // tokens that were written into a cache
	Output    string `yaml:"output"`    // tokens that were made, reasoning among them unless Reasoning names it apart
	Reasoning string `yaml:"reasoning"` // tokens of reasoning
	Cost      string `yaml:"cost"`      // in US dollars
	Within    bool   `yaml:"within"`    // Input counts what is cached, and Output what is reasoning
	Total     bool   `yaml:"total"`     // the numbers are those of the whole conversation so far
}

// Headless is the profile of a program that is run for each turn: it shows
// nothing, and is told nothing while it runs.
func (p Profile) Headless() Profile {
	return Profile{
		Name: p.Name, Mode: ModeTurns, Command: p.Turns.Command, Prompt: cmp.Or(p.Turns.Prompt, PromptStdin), Model: p.Turns.Model,
		Resume: p.Turns.Resume, StallAfter: p.StallAfter, Turns: p.Turns,
	}
}

// In is the profile as it is in a mode.
func (p Profile) In(mode string) Profile {
	if mode == ModeTurns {
		return p.Headless()
	}
	return p
}

// Lacks is why a program cannot be run in turns, in a clause, and what is to be
// written; "" where nothing is missing.
func (t Turns) Lacks() (what, hint string) {
	switch {
	case len(t.Command) == 0:
		return "it has no turns.command", "{turns: {command: […], events: […]}}"
	case !slices.ContainsFunc(t.Events, func(r EventRule) bool { return r.Is == "end" }):
		return "nothing in its turns.events says that a turn is over", "{turns: {events: […, {is: end, on: …}]}}"
	}
	return "", ""
}

// validate returns what is wrong with the rules of a turn.
func (t Turns) validate() []Problem {
	var problems []Problem
	for i, r := range t.Events {
		at := "turns/events/" + strconv.Itoa(i)
		problems = append(problems, checkWants(at, r.Wants())...)
		if len(r.On) == 0 && len(r.Not) == 0 {
			problems = append(problems, Problem{at + "/is", r.Is, "nothing says which lines it is about", "add on: {type: …}"})
		}
	}
	return problems
}

// CompileValue compiles what a rule wants to stand at a place: the expression is
// for the whole of it, over several lines if it has them.
func CompileValue(expr string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(expr); err != nil {
		return nil, errors.New(ExprError(expr, err))
	}
	return regexp.Compile(`(?s)\A(?:` + expr + `)\z`)
}
