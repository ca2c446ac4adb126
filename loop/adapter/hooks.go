package adapter

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Hooks says how a program is made to tell of itself, for one launch and without a
// change of its user's files, and what it tells means. Args, Env and Files are
// templates over Data: .Hook is a shell's command that is to be called with what
// happened as JSON on its standard input, .Hooks the folder in which Files are.
type Hooks struct {
	Args   []string          `yaml:"args"`   // argv parts that are added, unless the command has the first of them
	Env    map[string]string `yaml:"env"`    // variables that are added, unless they are there
	Files  map[string]string `yaml:"files"`  // by name
	Events []HookRule        `yaml:"events"` // every rule that matches counts, in order; without one no hook is installed
}

// HookRule says what one kind of event means. Its fields name places in the event's
// JSON, as those of EventRule.
type HookRule struct {
	Is   string            `yaml:"is" required:"true" enum:"session,active,idle,waiting,limited"`
	On   map[string]string `yaml:"on"`   // places and what must be there
	Not  map[string]string `yaml:"not"`  // places and what must not be there
	ID   string            `yaml:"id"`   // the conversation: events of another one than the session's do not count
	Text string            `yaml:"text"` // what a limit says, or what is asked
}

// Transcript says where a program keeps its own record of a conversation, and what its
// lines mean. It tells where hooks do not.
type Transcript struct {
	Path  string     `yaml:"path"`  // the place of its path in the event that names the conversation
	Find  string     `yaml:"find"`  // where no hook named it: a pattern below the home of the agent's user. The one file counts that was begun since the session was, and names the agent's folder
	At    string     `yaml:"at"`    // the place of the moment in a line, in RFC 3339
	Lines []HookRule `yaml:"lines"` // every rule that matches counts, in order
}

// Tells says that something can be known of a program's session beside its screen.
func (p Profile) Tells() bool { return p.Hooked() || len(p.Transcript.Lines) > 0 }

// HookSession is what a rule is that names the conversation; all others are states.
const HookSession = "session"

// Hooked says that a program can be made to tell of itself.
func (p Profile) Hooked() bool { return len(p.Hooks.Events) > 0 }

// HookEnv are the variables of one launch.
func (p Profile) HookEnv(data Data) (map[string]string, error) {
	return p.fill("hooks.env", p.Hooks.Env, data)
}

// HookFiles are the files of one launch, by name.
func (p Profile) HookFiles(data Data) (map[string]string, error) {
	return p.fill("hooks.files", p.Hooks.Files, data)
}

func (p Profile) fill(key string, templates map[string]string, data Data) (map[string]string, error) {
	out := make(map[string]string, len(templates))
	for name, text := range templates {
		filled, err := renderPart(text, data)
		if err != nil {
			return nil, fmt.Errorf("adapter %s: %s.%s: %w", p.Name, key, name, err)
		}
		out[name] = filled
	}
	return out, nil
}

// hookArgs are the argv parts of a launch with hooks.
func (p Profile) hookArgs(data Data) ([]string, error) {
	if data.Hook == "" || len(p.Hooks.Args) == 0 {
		return nil, nil
	}
	own := func(part string) bool { return part == p.Hooks.Args[0] || strings.HasPrefix(part, p.Hooks.Args[0]+"=") }
	if slices.ContainsFunc(p.Command, own) {
		return nil, nil
	}
	return p.render("hooks.args", p.Hooks.Args, data)
}

func (h Hooks) validate() []Problem {
	var problems []Problem
	for _, m := range []struct {
		key   string
		texts map[string]string
	}{{"hooks/env/", h.Env}, {"hooks/files/", h.Files}} {
		for _, name := range slices.Sorted(maps.Keys(m.texts)) {
			if p, bad := checkTemplate(m.key+name, m.texts[name]); bad {
				problems = append(problems, p)
			}
		}
	}
	return append(problems, checkRules("hooks/events/", h.Events)...)
}

func (t Transcript) validate() []Problem {
	problems := checkRules("transcript/lines/", t.Lines)
	if _, err := path.Match(t.Find, ""); err != nil || strings.HasPrefix(t.Find, "/") || strings.Contains(t.Find, "..") {
		problems = append(problems, Problem{"transcript/find", t.Find, "it is no pattern of files below a home", "write one as .agent/sessions/*.jsonl"})
	}
	if len(t.Lines) > 0 && t.At == "" {
		problems = append(problems, Problem{"transcript/lines", "", "the moment of a line is not known", "add at: PLACE"})
	}
	return problems
}

func checkRules(key string, rules []HookRule) []Problem {
	var problems []Problem
	for i, rule := range rules {
		at := key + strconv.Itoa(i)
		problems = append(problems, checkWants(at, wantsOf(asked{"on", rule.On}, asked{"not", rule.Not}))...)
		if len(rule.On) == 0 {
			problems = append(problems, Problem{at, rule.Is, "it matches everything", "add on: {PLACE: VALUE}"})
		}
	}
	return problems
}

// checkTemplate says what is wrong with a text that is filled in at a start.
func checkTemplate(key, text string) (Problem, bool) {
	if len(text) > MaxExpr {
		return Problem{key, text, "it is too long", tooLong}, true
	}
	if err := checkPart(text); err != nil {
		return Problem{key, text, err.Error(), "the names are " + names}, true
	}
	return Problem{}, false
}
