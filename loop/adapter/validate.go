package adapter

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Problem is one thing that is wrong with a profile.
type Problem struct {
	Key   string // the key it is at, as a path: "command/0", "detect/ready"
	Value string // as written
	Msg   string // what is wrong with it
	Hint  string // what to write instead
}

// MaxExpr is how many bytes an expression or a template may have, so that a
// hostile file costs no more than others to check.
const MaxExpr = 4096

var tooLong = "write at most " + strconv.Itoa(MaxExpr) + " bytes"

// Compile compiles an expression of Detect: ^ and $ are the ends of a row.
func Compile(expr string) (*regexp.Regexp, error) { return regexp.Compile("(?m)" + expr) }

// Template is an argv of a profile, or parts of one, that is filled in at a start.
type Template struct {
	Key     string // in the file, with slashes
	Argv    *[]string
	Program bool // it begins with a program
}

// Templates are all of them.
func (p *Profile) Templates() []Template {
	t := &p.Turns
	return []Template{
		{"command", &p.Command, true}, {"model", &p.Model, false}, {"resume", &p.Resume, false},
		{"hooks/args", &p.Hooks.Args, false}, {"turns/command", &t.Command, true}, {"turns/model", &t.Model, false}, {"turns/resume", &t.Resume, false},
		{"turns/allow/read", &t.Allow.Read, true}, {"turns/allow/web", &t.Allow.Web, true}, {"turns/allow/run", &t.Allow.Run, true},
	}
}

// Validate returns what is wrong with the templates and the expressions of a
// profile. A profile without a command has no problem until an agent uses it.
func (p Profile) Validate() []Problem {
	var problems []Problem
	for _, t := range p.Templates() {
		for i, part := range *t.Argv {
			if p, bad := checkTemplate(t.Key+"/"+strconv.Itoa(i), part); bad {
				problems = append(problems, p)
			}
		}
	}
	for _, t := range p.Templates() {
		if argv := *t.Argv; t.Program && len(argv) > 0 && strings.TrimSpace(argv[0]) == "" {
			problems = append(problems, Problem{t.Key + "/0", argv[0], "it is no program", "begin it with the program to run"})
		}
	}
	return append(append(problems, p.Detect.validate()...), slices.Concat(p.Turns.validate(), p.Hooks.validate(), p.Transcript.validate())...)
}

// names are what a template can name.
const names = ".Prompt .PromptFile .Model .Session .Agent .Role .Dir, .Conversation in resume, and .Hook .Hooks in hooks"

// checkPart fills a part twice, with every name empty and with none, so that
// both branches of an {{if}} are seen.
func checkPart(part string) error {
	full := Data{"prompt", "/prompt", "model", "session", "agent", "role", "/dir", "conversation", "hook", "/hooks"}
	for _, data := range []Data{{}, full} {
		if _, err := renderPart(part, data); err != nil {
			return err
		}
	}
	return nil
}

func (d Detect) validate() []Problem {
	var problems []Problem
	for _, e := range []struct {
		key, expr string
		blank     bool // may match an empty row
	}{
		{"active", d.Active, false}, {"limit", d.Limit, false}, {"fatal", d.Fatal, false},
		{"waiting", d.Waiting, false}, {"auth", d.Auth, false}, {"ready", d.Ready, false},
		{"full", d.Full, false}, {"folded", d.Folded, false}, {"passing", d.Passing, false}, {"message", d.Message, false},
		{"title", d.Title, false}, {"title_waiting", d.TitleWaiting, false},
		{"composer", d.Composer, true}, {"composer_more", d.ComposerMore, true}, {"placeholder", d.Placeholder, true},
		{"composer_top", d.ComposerTop, false}, {"composer_end", d.ComposerEnd, false},
	} {
		switch {
		case e.expr == "":
			continue
		case len(e.expr) > MaxExpr:
			problems = append(problems, Problem{"detect/" + e.key, e.expr, "it is too long", tooLong})
			continue
		}
		re, err := Compile(e.expr)
		switch {
		case err != nil:
			problems = append(problems, Problem{"detect/" + e.key, e.expr, ExprError(e.expr, err), "Go's syntax is at https://pkg.go.dev/regexp/syntax"})
		case !e.blank && re.MatchString(""):
			problems = append(problems, Problem{"detect/" + e.key, e.expr, "it matches an empty row, and so every screen", "name something that is only there in this state"})
		case (e.key == "composer" || e.key == "composer_more") && re.NumSubexp() < 1:
			problems = append(problems, Problem{"detect/" + e.key, e.expr, "it has no group", "put what the input row holds in a group, as in '^> (.*)$'"})
		}
	}
	return problems
}

// ExprError says what is wrong with an expression as it was written; err is
// what compiling it with flags in front gave.
func ExprError(expr string, err error) string {
	if _, plain := regexp.Compile(expr); plain != nil {
		err = plain
	}
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}
