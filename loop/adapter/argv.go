package adapter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// Data is what the templates of a profile can name.
type Data struct {
	Prompt       string // the kickoff prompt
	PromptFile   string // absolute path of a file that holds it
	Model        string // set by Argv
	Session      string // the session's name
	Agent        string
	Role         string
	Dir          string // the agent's folder, absolute
	Conversation string // the conversation to resume; set by Argv
	Hook         string // a shell's command that takes what the program's hooks tell; "" where nobody would hear it
	Hooks        string // the folder with the files of its hooks, absolute
}

// ErrNoCommand says that a profile has no command to run.
var ErrNoCommand = errors.New("has no command")

// Argv is the command line of one session: Command, then what its hooks want, the Model
// parts if there is a model, then the Resume parts if there is a conversation, and for
// prompt: arg the prompt, unless Command names it. A "--" that ends Command
// stays behind the added parts, so that a prompt may begin with a hyphen. A
// part with a template that renders to nothing is left out. Errors name the
// adapter and the part.
func (p Profile) Argv(data Data, model, conversation string) ([]string, error) {
	if len(p.Command) == 0 {
		return nil, fmt.Errorf("adapter %s %w; set command under adapters.%s in pawl.yaml", p.Name, ErrNoCommand, p.Name)
	}
	data.Model, data.Conversation = model, conversation
	argv, err := p.render("command", p.Command, data)
	if err != nil {
		return nil, err
	}
	added, err := p.hookArgs(data)
	if err != nil {
		return nil, err
	}
	if model != "" {
		parts, err := p.render("model", p.Model, data)
		if err != nil {
			return nil, err
		}
		added = append(added, parts...)
	}
	if conversation != "" {
		parts, err := p.render("resume", p.Resume, data)
		if err != nil {
			return nil, err
		}
		added = append(added, parts...)
	}
	end := len(argv)
	if end > 1 && argv[end-1] == "--" {
		end--
	}
	argv = slices.Insert(argv, end, added...)
	if p.Prompt == PromptArg && data.Prompt != "" && !p.carriesPrompt(data) {
		argv = append(argv, data.Prompt)
	}
	if len(argv) == 0 || argv[0] == "" {
		return nil, fmt.Errorf("adapter %s: command %q renders to no program; begin it with one", p.Name, p.Command)
	}
	return argv, nil
}

func (p Profile) render(key string, parts []string, data Data) ([]string, error) {
	argv := make([]string, 0, len(parts)+3)
	for i, part := range parts {
		if !isTemplate(part) {
			argv = append(argv, part)
			continue
		}
		text, err := renderPart(part, data)
		if err != nil {
			return nil, fmt.Errorf("adapter %s: %s[%d] %q: %w", p.Name, key, i, part, err)
		}
		if text != "" {
			argv = append(argv, text)
		}
	}
	return argv, nil
}

// carriesPrompt says whether Command, filled with data, has the prompt in it. A
// word stands for the prompt, because a real one may be part of anything.
func (p Profile) carriesPrompt(data Data) bool {
	const word = "PAWL-PROMPT-STANDS-HERE"
	data.Prompt = word
	argv, err := p.render("command", p.Command, data)
	return err == nil && slices.ContainsFunc(argv, func(part string) bool { return strings.Contains(part, word) })
}

func isTemplate(part string) bool { return strings.Contains(part, "{{") }

func renderPart(part string, data Data) (string, error) {
	tmpl, err := template.New("part").Option("missingkey=error").Parse(part)
	if err != nil {
		return "", plainTemplateError(err)
	}
	if tmpl.Tree != nil {
		if err := endsSurely(tmpl.Root); err != nil {
			return "", err
		}
	}
	var text strings.Builder
	if err := tmpl.Execute(&text, data); err != nil {
		return "", plainTemplateError(err)
	}
	return text.String(), nil
}

// endsSurely refuses loops and calls of other templates, which could go on for
// ever while the configuration is checked. A part needs neither.
func endsSurely(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		var branch *parse.BranchNode
		switch n := node.(type) {
		case *parse.RangeNode:
			return errors.New("range is not allowed")
		case *parse.TemplateNode:
			return errors.New("template and block are not allowed")
		case *parse.IfNode:
			branch = &n.BranchNode
		case *parse.WithNode:
			branch = &n.BranchNode
		default:
			continue
		}
		if err := errors.Join(endsSurely(branch.List), endsSurely(branch.ElseList)); err != nil {
			return err
		}
	}
	return nil
}

// plainTemplateError drops the "template: part:1:2: executing … at" that
// text/template puts before what is wrong.
func plainTemplateError(err error) error {
	text := err.Error()
	if i := strings.LastIndex(text, ">: "); i >= 0 {
		return errors.New(text[i+len(">: "):])
	}
	return errors.New(strings.TrimPrefix(strings.TrimPrefix(text, "template: "), "part:1: "))
}
