package report

import (
	"cmp"
	"slices"
	"strings"

	"pawl/handoff"
)

// maxAuthor bounds an author's name, in bytes.
const maxAuthor = 60

// Signature is how somebody signed commits, as git has it; hostile.
type Signature struct {
	Agent   string // the trailer Pawl-Agent; "" without one
	Name    string
	Email   string
	Commits int
}

// Credits says whose the commits are: the agent's that the trailer names, else
// the one's whose clone has that identity, else the one's that bears the
// author's name, else the author's. The most industrious comes first.
func Credits(list []Signature, agents []string, project string) []Credit {
	sums := map[Credit]int{}
	for _, s := range list {
		sums[owner(s, agents, project)] += s.Commits
	}
	var out []Credit
	for who, n := range sums {
		who.Commits = n
		out = append(out, who)
	}
	slices.SortFunc(out, func(a, b Credit) int {
		return cmp.Or(cmp.Compare(b.Commits, a.Commits), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func owner(s Signature, agents []string, project string) Credit {
	for _, name := range []string{s.Agent, local(s.Email, project), s.Name} {
		if slices.Contains(agents, name) {
			return Credit{Name: name, Agent: true}
		}
	}
	name := cmp.Or(handoff.Clean(s.Name, maxAuthor), handoff.Clean(s.Email, maxAuthor), "nobody")
	return Credit{Name: name}
}

// local is the agent's name in the address that `pawl up` gives its clone; ""
// for any other address.
func local(email, project string) string {
	name, ok := strings.CutSuffix(email, "@"+project+".invalid")
	if !ok {
		return ""
	}
	return name
}
