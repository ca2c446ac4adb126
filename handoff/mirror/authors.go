package mirror

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pawl/handoff"
)

// Author is how commits of a range are signed, and how many. Its text comes from
// git and is hostile; it is bounded and valid UTF-8.
type Author struct {
	Agent   string // the trailer Pawl-Agent, the last one of a commit; "" without one
	Name    string
	Email   string
	Commits int
}

// ErrUnknownCommit says that the mirror has no commit of that name: a rewrite
// took it away, and the mirror was built anew since.
var ErrUnknownCommit = errors.New("the mirror of origin does not have this commit")

// maxAuthors bounds how many signatures are told apart. Who signs each commit
// in another name is counted as nobody from then on.
const maxAuthors = 1000

// Authors counts who made the commits that tip reaches and since does not, merges
// among them. An empty since counts all. Damage of the mirror is ErrRebuild.
func (m *Mirror) Authors(ctx context.Context, since, tip string) ([]Author, error) {
	if tip == "" || tip == since {
		return nil, nil
	}
	m.swap.RLock()
	defer m.swap.RUnlock()
	r := m.newReader()
	defer r.close()
	for _, hash := range []string{since, tip} {
		if hash == "" {
			continue
		}
		if !isObjectName(hash) {
			return nil, fmt.Errorf("%q is no full commit hash; pass one that a look at origin told", handoff.Head(hash, maxLine))
		}
		known, err := r.isCommit(ctx, hash)
		if err == nil && !known {
			err = fmt.Errorf("%w: %s", ErrUnknownCommit, hash)
		}
		if err != nil {
			return nil, err
		}
	}
	counts, err := r.signatures(ctx, since, tip)
	if err != nil {
		return nil, err
	}
	var out []Author
	for who, n := range counts {
		who.Commits = n
		out = append(out, who)
	}
	slices.SortFunc(out, func(a, b Author) int {
		return cmp.Or(cmp.Compare(b.Commits, a.Commits), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Email, b.Email), cmp.Compare(a.Agent, b.Agent))
	})
	return out, nil
}

// authorLine is one line for each commit: a mark, then name, address and trailers.
// Git lets neither NUL nor a line break into the first two, and unfolds the rest.
const authorLine = "--format=tformat:>%an%x00%ae%x00%(trailers:key=Pawl-Agent,valueonly,unfold,separator=%x00)"

// signatures counts the commits of each signature. The git program lists them:
// a night may hold many, and nothing else of them is needed.
func (r *reader) signatures(ctx context.Context, since, tip string) (map[Author]int, error) {
	counts := map[Author]int{}
	args := []string{"--git-dir=" + r.m.opt.Dir, "rev-list", "--topo-order", "--encoding=UTF-8", authorLine, tip}
	if since != "" {
		args = append(args, "^"+since)
	}
	err := r.m.git.run(ctx, call{args: append(args, "--"), quiet: localTimeout, line: func(line string) error {
		rest, ok := strings.CutPrefix(line, ">")
		if !ok {
			return nil // the line that rev-list puts before each
		}
		fields := strings.Split(rest, "\x00")
		if len(fields) < 3 {
			return errors.New("it printed a commit without an author")
		}
		who := Author{Agent: handoff.Head(valid(strings.TrimSpace(fields[len(fields)-1])), maxLine), Name: handoff.Head(valid(fields[0]), maxLine), Email: handoff.Head(valid(fields[1]), maxLine)}
		if _, known := counts[who]; !known && len(counts) >= maxAuthors {
			who = Author{}
		}
		counts[who]++
		return nil
	}})
	if err != nil {
		return nil, r.damaged(ctx, "list authors", err)
	}
	return counts, nil
}
