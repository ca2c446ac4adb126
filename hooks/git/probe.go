package git

import (
	"fmt"
	"os"
	"strings"
)

// Probe is a call of a hook as git would make it after a push, in which the user's
// own hook is left out: it could deploy what was never pushed.
type Probe struct {
	Script string // for sh -c: what is installed, and nothing that an agent wrote in its place
	Args   []string
	Env    string // to be added to the environment
	Stdin  string
	Dir    string
}

// Probe makes one of the hook that pokes. It is an error where what is installed is
// not what Install would install with these options.
func (r Repo) Probe(s State, o Options) (Probe, error) {
	h := s.Hooks[0]
	record, _, err := readScript(h.Path)
	if err != nil {
		return Probe{}, err
	}
	expression := ""
	switch s.Way {
	case InFolder:
		expression = keptExpression(h.Name)
	case Redirected:
		expression = r.forwardExpression(h.Name, record.Theirs)
	}
	o.Program = record.Program
	want := o.script(h.Name, expression)
	want.At, want.Theirs = record.At, record.Theirs
	text, err := want.text()
	if err != nil {
		return Probe{}, err
	}
	if there, err := os.ReadFile(h.Path); err != nil || string(there) != text {
		return Probe{}, fmt.Errorf("%s is not as it would be installed now", h.Path)
	}
	p := Probe{Script: text, Args: []string{h.Path}, Env: "PAWL_HOOK_PROBE=1", Dir: r.at()}
	if h.Name == referenceTransaction {
		p.Args = append(p.Args, "committed")
	}
	ref := want.watch.ref("main", func(part string) string { return part })
	p.Stdin = strings.Repeat("0", 40) + " " + strings.Repeat("1", 40) + " " + ref + "\n"
	return p, nil
}
