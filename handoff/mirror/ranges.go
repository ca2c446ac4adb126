package mirror

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// walkLimit is how many commits are walked without the git program. A longer
// range is no usual pass, and git lists it faster.
const walkLimit = 1000

// span is a range: the parents of each of its commits.
type span map[string][]string

// walk finds Cursor..Tip from loose commits alone. It answers only when it is
// certain: every path down from the tip must end at the cursor. Then no commit
// that it met can be an ancestor of the cursor: from such a commit, paths lead
// down to a root, all of them through the cursor, which would make the cursor
// its own ancestor. So what it met, without the cursor, is git's range.
func (r *reader) walk(ctx context.Context, cursor, tip string) (span, bool, error) {
	found, todo := span{}, []string{tip}
	for len(todo) > 0 {
		hash := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if _, ok := found[hash]; ok || hash == cursor {
			continue
		}
		if len(found) >= walkLimit || ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		if loose, err := r.looseCommit(ctx, hash); err != nil || !loose {
			return nil, false, err
		}
		parents := r.seen[hash].Parents
		if len(parents) == 0 {
			return nil, false, nil
		}
		found[hash] = parents
		todo = append(todo, parents...)
	}
	return found, true, nil
}

// Skewed dates mislead git's limited walks, rarely: A..B then holds a few
// ancestors of A. In topological order, and with the commit-graph that a rebuild
// writes, git walks by generation instead of by date and is right.

// list runs rev-list --parents and sorts its commits by their mark: '<' the
// left side of a symmetric difference, '>' everything else.
func (r *reader) list(ctx context.Context, args ...string) (left, right span, err error) {
	left, right = span{}, span{}
	args = append([]string{"--git-dir=" + r.m.opt.Dir, "rev-list", "--topo-order", "--parents"}, args...)
	err = r.m.git.run(ctx, call{args: append(args, "--"), quiet: localTimeout, line: func(line string) error {
		into := right
		if rest, ok := strings.CutPrefix(line, "<"); ok {
			into, line = left, rest
		}
		names := strings.Fields(strings.TrimPrefix(line, ">"))
		for _, name := range names {
			if !isObjectName(name) {
				return errors.New("it printed a line that names no commit")
			}
		}
		if len(names) > 0 {
			into[names[0]] = names[1:]
		}
		return nil
	}})
	if err != nil {
		err = r.damaged(ctx, "list commits", err)
	}
	return left, right, err
}

// back finds the last commits in git's order, and everything in since..tip.
// Both sets hold every child of each of their commits, and so does their union.
func (r *reader) back(ctx context.Context, tip string, lookback int, since string) (span, error) {
	_, found, err := r.list(ctx, "--max-count="+strconv.Itoa(max(lookback, 0)), tip)
	if err != nil || since == "" {
		return found, err
	}
	known, err := r.isCommit(ctx, since)
	if err != nil || !known {
		return found, err
	}
	_, more, err := r.list(ctx, "--left-right", since+"..."+tip)
	for hash, parents := range more {
		found[hash] = parents
	}
	return found, err
}

// sorted orders a span, a parent before its child; from the same tips the order
// is always the same, however the span was found.
func (s span) sorted(tips ...string) []string {
	out, done := make([]string, 0, len(s)), make(map[string]bool, len(s))
	type frame struct {
		hash string
		next int // the parent to visit next
	}
	visit := func(start string) {
		if _, ok := s[start]; !ok || done[start] {
			return
		}
		done[start] = true
		stack := []frame{{hash: start}}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			parents := s[top.hash]
			if top.next == len(parents) {
				out = append(out, top.hash)
				stack = stack[:len(stack)-1]
				continue
			}
			p := parents[top.next]
			top.next++
			if _, ok := s[p]; ok && !done[p] {
				done[p] = true
				stack = append(stack, frame{hash: p})
			}
		}
	}
	for _, tip := range tips {
		visit(tip)
	}
	return out
}

// outside lists the parents that a span does not hold, each once, sorted.
func (s span) outside() []string {
	var out []string
	for _, parents := range s {
		for _, p := range parents {
			if _, ok := s[p]; !ok {
				out = append(out, p)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
