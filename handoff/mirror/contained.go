package mirror

import (
	"context"
	"errors"
	"slices"
	"time"
)

// contained tells which of the open commits each of the asked ones contains.
func (r *reader) contained(ctx context.Context, into map[string][]string, ask, open []string) error {
	for _, hash := range ask {
		into[hash] = nil
	}
	if len(ask) == 0 || len(open) == 0 {
		return nil
	}
	region, certain, err := r.near(ctx, slices.Concat(ask, open))
	if err == nil && !certain {
		region, err = r.far(ctx, ask, open)
	}
	if err != nil {
		return err
	}
	bits := reach(region, region.sorted(ask...), open)
	for _, hash := range ask {
		into[hash] = bits[hash].pick(open)
	}
	return nil
}

// nearLimit is how many commits are walked to relate some to each other; git
// relates those that lie further apart in the time that this takes.
const nearLimit = 200

// near walks down from commits, through loose ones alone, until all paths have
// met in a single commit, the region's last. It answers only when it is certain
// that the region tells all of how the commits are related: when no path ended
// before. Then each commit of the region is a descendant of the last one, and
// none can lie below it. A region in which a path ended must reach all roots.
func (r *reader) near(ctx context.Context, from []string) (region span, certain bool, err error) {
	region = span{}
	edge, todo, rooted := map[string]bool{}, from, false
	for {
		for _, hash := range todo {
			if _, done := region[hash]; done {
				continue
			}
			if edge[hash], err = r.looseCommit(ctx, hash); err != nil {
				return nil, false, err
			}
		}
		if len(edge) == 0 || len(edge) == 1 && !rooted {
			break
		}
		hash := r.newest(edge)
		if hash == "" || len(region) >= nearLimit || ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		delete(edge, hash)
		todo = r.seen[hash].Parents
		region[hash] = todo
		rooted = rooted || len(todo) == 0
	}
	for last := range edge {
		region[last] = nil
	}
	return region, true, nil
}

// newest picks the commit to go on from; "" when none of them was read. Its
// date only makes the walk short: a wrong one makes it longer, never wrong.
func (r *reader) newest(edge map[string]bool) string {
	best, at := "", time.Time{}
	for hash, read := range edge {
		if !read {
			continue
		}
		when := r.seen[hash].committed
		if best == "" || when.After(at) || when.Equal(at) && hash > best {
			best, at = hash, when
		}
	}
	return best
}

// far lists the region between the asked commits and the open ones: two git
// processes beside the cat-file, however many there are of both.
//
// The region reaches down to a common ancestor of all open commits. No commit
// on a path from an asked one to an open one lies below that: it would be a
// descendant of the open one and an ancestor of it.
func (r *reader) far(ctx context.Context, ask, open []string) (span, error) {
	var known []string
	for _, hash := range open {
		ok, err := r.isCommit(ctx, hash)
		if err != nil {
			return nil, err
		}
		if ok {
			known = append(known, hash)
		}
	}
	if len(known) == 0 {
		return nil, nil
	}
	below, err := r.below(ctx, known)
	if err != nil {
		return nil, err
	}
	_, region, err := r.list(ctx, append(slices.Clone(ask), below...)...)
	return region, err
}

// below are rev-list arguments that leave out what lies under a common ancestor
// of all the commits.
func (r *reader) below(ctx context.Context, hashes []string) ([]string, error) {
	base := hashes[0]
	if len(hashes) > 1 {
		args := append([]string{"--git-dir=" + r.m.opt.Dir, "merge-base", "--octopus"}, hashes...)
		lines, err := r.m.git.lines(ctx, localTimeout, nil, args...)
		var failed *gitError
		if errors.As(err, &failed) && failed.code == 1 {
			return nil, nil // they have none
		}
		if err != nil || len(lines) == 0 || !isObjectName(lines[0]) {
			return nil, r.damaged(ctx, "common ancestor", err)
		}
		base = lines[0]
	}
	c, err := r.commit(ctx, base)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range c.Parents {
		out = append(out, "^"+p)
	}
	return out, nil
}

// bitset is a set of indexes into the open commits.
type bitset []uint64

func (b bitset) add(other bitset) {
	for i := range other {
		b[i] |= other[i]
	}
}

func (b bitset) pick(from []string) []string {
	var out []string
	for i, hash := range from {
		if b != nil && b[i/64]&(1<<(i%64)) != 0 {
			out = append(out, hash)
		}
	}
	return out
}

// reach computes for each commit of a region which of the marked commits it
// contains. order has each parent before its child.
func reach(region span, order, marked []string) map[string]bitset {
	bits := make(map[string]bitset, len(order))
	index := make(map[string]int, len(marked))
	for i, hash := range marked {
		index[hash] = i
	}
	for _, hash := range order {
		b := make(bitset, (len(marked)+63)/64)
		for _, p := range region[hash] {
			b.add(bits[p])
		}
		if i, ok := index[hash]; ok {
			b[i/64] |= 1 << (i % 64)
		}
		bits[hash] = b
	}
	return bits
}
