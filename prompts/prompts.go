// Package prompts holds the built-in prompts and renders prompts for agents. It
// reads no files but the ones embedded in it.
package prompts

import (
	"embed"
	"errors"
	"fmt"
	"strings"
	"text/template"
)

const maxPrompt = 1 << 20 // bytes of one rendered prompt

//go:embed builtin/*.md
var builtin embed.FS

// Source is the text of a template and the name that errors show for it: the
// path of the user's file, or "built-in builder".
type Source struct{ Name, Text string }

// Data is what a template can name. Values are put in as they are and never
// read as a template; the paths are relative to the repository.
type Data struct {
	Project    string
	Agent      string
	Role       string
	Branch     string
	Docs       string // the folder of STATUS, REVIEW and inbox files; "" for the root
	Inbox      string // path of the agent's own inbox; "" without one
	Phase      string // id; "" for an agent without phases
	Plan       string // path
	Status     string // path
	DoneMarker string // the heading, as in "## DONE"
	Peers      []Peer // the other agents

	Task     string // a worker's
	Part     string // what its type is for; "" nothing
	Asker    string // who asked for it; "" nobody who is told
	Contract []File // what every worker reads first
}

// File is a file's text, and the path by which it is known.
type File struct{ Path, Text string }

// Peer is another agent of the project.
type Peer struct {
	Name  string
	Role  string // "" without one
	Inbox string // path of its inbox; "" without one
}

// Builtin returns the text of a built-in prompt; Names has them all.
func Builtin(name string) (string, bool) {
	text, err := builtin.ReadFile("builtin/" + name + ".md")
	return string(text), err == nil
}

// Names are those of the built-in prompts.
func Names() []string {
	files, err := builtin.ReadDir("builtin")
	if err != nil {
		return nil // it is embedded
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f.Name(), ".md")
	}
	return names
}

// Select returns the user's prompt, where there is one (user is not nil), and
// else the built-in prompt of that name. ok is false when there is neither.
func Select(user *Source, name string) (s Source, ok bool) {
	if user != nil {
		return *user, true
	}
	text, ok := Builtin(name)
	return Source{Name: "built-in " + name, Text: text}, ok
}

// Kickoff is the prompt that an agent is started with: the rendered kickoff
// template, a blank line, and the rendered role prompt. Either may be empty. An
// error names the source and the line in it.
func Kickoff(kickoff, role Source, d Data) (string, error) {
	var parts []string
	for _, s := range []Source{kickoff, role} {
		text, err := Render(s, d)
		if err != nil {
			return "", err
		}
		if text = strings.Trim(text, "\r\n"); strings.TrimSpace(text) != "" {
			parts = append(parts, text)
		}
	}
	if len(parts) == 0 {
		return "", nil
	}
	return strings.Join(parts, "\n\n") + "\n", nil
}

// Render renders one template. A name that Data does not have is an error, and
// so is a text of more than 1 MiB; an error names the source and the line in it.
func Render(s Source, d Data) (string, error) {
	t, err := template.New(s.Name).Option("missingkey=error").Parse(s.Text)
	if err != nil {
		return "", explain(s, err)
	}
	var out bounded
	if err := t.Execute(&out, d); err != nil {
		return "", explain(s, err)
	}
	return out.text.String(), nil
}

// explain drops the word that text/template puts before "name:line:", and says
// how to write what is not meant for it.
func explain(s Source, err error) error {
	if errors.Is(err, errTooLong) {
		return fmt.Errorf("prompt %s: %w", s.Name, err)
	}
	return fmt.Errorf("prompt %s (a literal {{ is written {{\"{{\"}})", strings.TrimPrefix(err.Error(), "template: "))
}

// bounded keeps a template that repeats itself from eating all memory.
type bounded struct{ text strings.Builder }

var errTooLong = errors.New("becomes longer than 1 MiB: shorten it")

func (b *bounded) Write(p []byte) (int, error) {
	if b.text.Len()+len(p) > maxPrompt {
		return 0, errTooLong
	}
	return b.text.Write(p)
}
