package check

import (
	"fmt"
	"slices"
	"strings"
)

// author is who made a commit.
type author struct {
	label string   // for a message
	names []string // names and roles
}

// is compares without case: nobody is somebody else by writing a name in capitals.
func (w author) is(name string) bool {
	return slices.ContainsFunc(w.names, func(have string) bool { return strings.EqualFold(have, name) })
}

func (w author) String() string { return w.label }

// author tells who made a commit: by its signature where signatures matter, else
// by its trailer Pawl-Agent, else by its author. It is not known where a signature
// is wanted and not good. A person goes by the name, or by what stands before
// the @ of the address; so does an agent, whose role it then has too.
func (in Input) author(c Commit) (who author, known bool) {
	switch {
	case in.Signed:
		if c.Signature.Principal == "" {
			return author{}, false
		}
		return in.named("signed by", c.Signature.Principal), true
	case c.Trailers.Agent != "":
		return in.named("Pawl-Agent", c.Trailers.Agent), true
	}
	name, rest, _ := strings.Cut(c.Author, " <")
	return in.named("author", name, strings.TrimSuffix(rest, ">")), true
}

func (in Input) named(how string, names ...string) author {
	w := author{label: fmt.Sprintf("%s %q", how, show(names[0]))}
	for _, name := range names {
		local, _, _ := strings.Cut(name, "@")
		w.add(name)
		w.add(local)
	}
	for _, a := range in.Agents {
		if w.is(a.Name) {
			w.add(a.Role)
			w.label = "agent " + a.Name
			if a.Role != "" && a.Role != a.Name {
				w.label += " (role " + a.Role + ")"
			}
		}
	}
	return w
}

func (w *author) add(name string) {
	if name != "" && !w.is(name) {
		w.names = append(w.names, name)
	}
}
