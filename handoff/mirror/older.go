package mirror

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pawl/handoff"
)

// relate fills Resolved and Older.
func (r *reader) relate(ctx context.Context, w *handoff.Window, s sides, open []string) error {
	open = outsideOf(s.fresh, open)
	if err := r.resolve(ctx, w, s.fresh, open); err != nil {
		return err
	}
	edge := s.fresh.outside()
	var ask []string
	for _, hash := range edge {
		switch {
		case len(open) == 0:
			w.Older[hash] = nil
		case hash == w.Cursor && !w.Rewritten:
			// What is open was seen by an earlier window, and nothing was
			// rewritten since: all of it is reachable from the cursor.
			w.Older[hash] = open
		default:
			ask = append(ask, hash)
		}
	}
	for _, hash := range w.Resolved {
		_, inside := s.fresh[hash]
		if _, told := w.Older[hash]; inside || told || slices.Contains(ask, hash) {
			continue
		}
		switch {
		case len(open) == 0:
			w.Older[hash] = nil
		case slices.Contains(open, hash):
			// The claim that is reviewed is the open one. Older claims of its
			// gate were superseded by it, so nobody asks for them.
			w.Older[hash] = []string{hash}
		case hash == w.Cursor && !w.Rewritten:
			w.Older[hash] = open
		default:
			ask = append(ask, hash)
		}
	}
	return r.contained(ctx, w.Older, ask, open)
}

// outsideOf is what of open lies outside a range, each once, sorted.
func outsideOf(s span, open []string) []string {
	var out []string
	for _, hash := range open {
		if _, inside := s[hash]; !inside && isCommitName(hash) {
			out = append(out, hash)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// resolve finds the commits that Reviewed trailers name: in the range first,
// then among the open ones, then anywhere in the mirror.
func (r *reader) resolve(ctx context.Context, w *handoff.Window, fresh span, open []string) error {
	inside := make([]string, 0, len(fresh))
	for hash := range fresh {
		inside = append(inside, hash)
	}
	slices.Sort(inside)
	for _, c := range w.Commits {
		value := c.Trailers.Reviewed
		if _, done := w.Resolved[value]; done || !isHex(value, 7, 64) {
			continue
		}
		full, count := byPrefix(inside, value)
		if count == 0 {
			full, count = byPrefix(open, value)
		}
		if count == 0 {
			// The running cat-file resolves it as rev-parse would, without
			// another process for each value.
			o, err := r.readNamed(ctx, value+"^{commit}", 0)
			if err != nil && !errors.Is(err, errMissing) {
				return err
			}
			if err == nil && o.kind == "commit" {
				full, count = o.hash, 1
			}
		}
		if count == 1 {
			w.Resolved[value] = full
		}
	}
	return nil
}

// byPrefix finds a hash by its first digits, and says how many there are.
func byPrefix(sorted []string, prefix string) (string, int) {
	i, _ := slices.BinarySearch(sorted, prefix)
	first, count := "", 0
	for ; i < len(sorted) && strings.HasPrefix(sorted[i], prefix); i++ {
		if count++; count == 1 {
			first = sorted[i]
		}
	}
	return first, count
}

// contained tells which of the open commits each of the asked ones contains:
// two git processes, however many there are of both.
//
// The region that is listed reaches down to a common ancestor of all open
// commits. No commit on a path from an asked one to an open one lies below
// that: it would be a descendant of the open one and an ancestor of it.
func (r *reader) contained(ctx context.Context, into map[string][]string, ask, open []string) error {
	for _, hash := range ask {
		into[hash] = nil
	}
	if len(ask) == 0 || len(open) == 0 {
		return nil
	}
	var known []string
	for _, hash := range open {
		ok, err := r.isCommit(ctx, hash)
		if err != nil {
			return err
		}
		if ok {
			known = append(known, hash)
		}
	}
	if len(known) == 0 {
		return nil
	}
	below, err := r.below(ctx, known)
	if err != nil {
		return err
	}
	_, region, err := r.list(ctx, append(slices.Clone(ask), below...)...)
	if err != nil {
		return err
	}
	bits := reach(region, region.sorted(ask...), known)
	for _, hash := range ask {
		into[hash] = bits[hash].pick(known)
	}
	return nil
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
		if err != nil || len(lines) == 0 || !isCommitName(lines[0]) {
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
