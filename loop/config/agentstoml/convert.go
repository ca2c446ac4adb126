// Package agentstoml turns an agents.toml, the configuration of the Python tool
// agent-orchestrator, into a pawl.yaml that means the same. What cannot be
// carried over is listed, with its line. It touches neither disk nor network:
// what it must know of them it is handed as a World.
package agentstoml

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"pawl/loop/adapter"
	"pawl/loop/config"
)

// World is what surrounds an agents.toml. A nil function knows nothing.
type World struct {
	Target string // the folder that pawl.yaml will be in, absolute
	Source string // the folder of agents.toml, absolute
	Home   string // what ~ stands for; "" leaves it
	Env    []string

	ReadFile   func(path string) ([]byte, error) // the error is fs.ErrNotExist where there is none
	Repository func(dir string) Repository
}

// Repository is the git repository around a folder.
type Repository struct {
	URL  string // of its remote origin, absolute if it is a path; "" without one
	Head string // the branch that origin's HEAD names; "" if that is not known
	Main bool   // origin has a branch main
}

// File is one that is to be written beside others, unless it is there.
type File struct {
	Path string // absolute
	Text string
}

// Result is what an agents.toml became.
type Result struct {
	YAML  []byte
	Files []File // converted prompts
	Notes []Note // what was not carried over comes first
}

// Convert reads the agents.toml in data; file is its name in messages. Faults
// are config.Errors, with lines and columns of agents.toml. The result was read
// by config.Parse: a value that pawl.yaml does not take is a fault as well.
func Convert(file string, data []byte, w World) (*Result, error) {
	r := newReport(file, withoutBOM(data))
	root := r.parse()
	if root == nil {
		return nil, r.err()
	}
	c := &converter{report: r, World: w, document: r.document(root), builtin: adapter.Builtin()}
	if err := r.err(); err != nil {
		return nil, err
	}
	c.paths = paths{target: w.Target, base: w.Source, home: w.Home}
	c.base = c.absolute(c.projectDir.or("."))
	c.effective()
	text, from := c.write()
	if err := r.err(); err != nil {
		return nil, err
	}
	path := filepath.Join(w.Target, config.Name)
	if _, err := config.Parse(path, []byte(text)); err != nil {
		return nil, r.blame(err, from)
	}
	return &Result{YAML: []byte(text), Files: c.files, Notes: r.sortedNotes()}, nil
}

// converter holds one conversion.
type converter struct {
	*report
	World
	document
	paths
	builtin map[string]adapter.Profile // pawl's own adapters
	project string
	files   []File
}

// write makes the whole file; from says for each of its lines where in
// agents.toml it comes from.
func (c *converter) write() (text string, from []int) {
	var b block
	b.put(0, -1, "version", "1")
	c.project = projectName(c.sessionPrefix.v, filepath.Base(c.Target))
	b.put(0, max(c.sessionPrefix.at, -1), "project", scalar(c.project))
	for _, part := range []struct {
		key   string
		lines block
	}{
		{"origin", c.origin()}, {"handoff", c.handoff()}, {"phases", c.phaseKeys()}, {"prompts", c.prompts()},
		{"defaults", c.shared()}, {"agents", c.agentKeys()}, {"services", c.serviceKeys()},
		{"adapters", c.adapters()}, {"supervise", c.supervise()},
	} {
		if len(part.lines) > 0 {
			b = append(b, line{0, "", -1})
		}
		b.under(-1, part.key, part.lines)
	}
	c.tellRest()
	return b.render(c.head())
}

// blame turns faults of the written file into ones of agents.toml: what a line
// was made of, or else what the lines above it were.
func (r *report) blame(err error, from []int) error {
	var faults config.Errors
	if !errors.As(err, &faults) {
		return fmt.Errorf("%s: %w", r.file, err)
	}
	for _, f := range faults {
		at := 0
		for i := min(f.Line, len(from)-1); i > 0; i-- {
			if from[i] >= 0 {
				at = from[i]
				break
			}
		}
		r.fault(at, f.Kind, f.Msg, f.Hint)
	}
	return r.err()
}

// head says where the file comes from and what became of the rest.
func (c *converter) head() string {
	var out strings.Builder
	out.WriteString("# Converted from " + remark(filepath.Base(c.file)) + ". Check it with: pawl config validate\n")
	title := ""
	for _, n := range c.sortedNotes() {
		heading := "To know; the lines are those of " + remark(filepath.Base(c.file)) + ":"
		if n.Lost {
			heading = "Not carried over; the lines are those of " + remark(filepath.Base(c.file)) + ":"
		}
		if heading != title {
			title = heading
			out.WriteString("#\n# " + title + "\n")
		}
		out.WriteString(wrapped(n.String()))
	}
	out.WriteString("\n")
	return out.String()
}
