package loop

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"pawl/handoff"
	"pawl/handoff/mirror"
	"pawl/hooks/check"
)

const (
	// maxGrown bounds a file that may only grow, in bytes: of a merge of longer ones
	// it is only asked that one parent's content begins it.
	maxGrown = 16 << 20
	// maxLost bounds how many commits are looked at whose change a merge drops.
	maxLost = 100
)

// merged are the differences of merges from their parents at protected paths.
func (f *checkFacts) merged(ctx context.Context, entries []mirror.Entry) (map[string][]mirror.Change, error) {
	out := map[string][]mirror.Change{}
	if len(f.in.Protect) == 0 {
		return out, nil
	}
	var places []string
	for _, p := range f.in.Protect {
		places = append(places, check.Place(p.Pattern))
	}
	err := f.h.MergeChanges(ctx, entries, places, f.in.Protected, func(commit string, c mirror.Change) {
		out[commit] = append(out[commit], c)
	})
	return out, err
}

// mergeChanges says what a merge did to protected paths: where it has what no
// parent has, and where it has what one has although another one changed it.
func (f *checkFacts) mergeChanges(ctx context.Context, e mirror.Entry, changes []mirror.Change) ([]check.Change, error) {
	var out []check.Change
	for _, c := range changes {
		made := check.Change{Path: c.Path, Created: true, Deleted: c.New.Mode == "", Merged: slices.Contains(c.Old, c.New)}
		for _, old := range c.Old {
			made.Created = made.Created && old.Mode == ""
		}
		err := f.lost(ctx, e, c, &made)
		if err == nil && made.Merged && len(made.Lost) == 0 {
			continue
		}
		if err == nil && f.in.Appends(c.Path) && !made.Created && !made.Deleted {
			made.Kept, err = f.keptByMerge(ctx, e, c)
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", handoff.Clean(c.Path, handoff.MaxLabel), err)
		}
		out = append(out, made)
	}
	return out, nil
}

// lost finds the commits whose change of a path is gone with a merge that takes the
// content of another parent.
func (f *checkFacts) lost(ctx context.Context, e mirror.Entry, c mirror.Change, made *check.Change) error {
	if !made.Merged {
		return nil
	}
	var hashes []string
	for j, old := range c.Old {
		if old == c.New {
			continue
		}
		dropped, err := f.dropped(ctx, e, c, j)
		if err != nil {
			return err
		}
		hashes = append(hashes, dropped...)
	}
	entries, err := f.h.Commits(ctx, hashes)
	for _, lost := range entries {
		made.Lost = append(made.Lost, check.Commit{Commit: lost.Commit})
	}
	return err
}

// dropped are the commits that led to the content of parent j, and are not among
// what the merge took over. There are none where the parent has what was there when
// the ways parted, or what the other way had and went on from.
func (f *checkFacts) dropped(ctx context.Context, e mirror.Entry, c mirror.Change, j int) ([]string, error) {
	var commits []string
	for i, taken := range c.Old {
		if taken != c.New {
			continue
		}
		bases, err := f.h.Bases(ctx, e.Parents[i], e.Parents[j])
		if err != nil || len(bases) == 0 && f.h.Shallow() {
			return nil, err
		}
		for _, base := range bases {
			if before, err := f.h.BlobAt(ctx, base, c.Path); err != nil || before == c.Old[j] {
				return nil, err
			}
		}
		_, passed, err := f.h.PathHistory(ctx, e.Parents[i], bases, c.Path, maxLost)
		if err != nil || slices.Contains(passed, c.Old[j]) {
			return nil, err
		}
		if commits, _, err = f.h.PathHistory(ctx, e.Parents[j], bases, c.Path, maxLost); err != nil {
			return nil, err
		}
	}
	return commits, nil
}

// side is a parent's content of a file that a merge joins, and what was there when
// the parents parted.
type side struct{ before, content []byte }

// grew says that nothing was taken away on this side.
func (s side) grew() bool { return bytes.HasPrefix(s.content, s.before) }

// keptByMerge says that a file which may only grow holds what was there when the
// parents parted, and the lines that each of them added, in their order. A merge may
// choose whose come first. What a parent took away is that parent's matter.
func (f *checkFacts) keptByMerge(ctx context.Context, e mirror.Entry, c mirror.Change) (bool, error) {
	if !c.New.IsFile() {
		return false, nil
	}
	now, whole, err := f.objects.Content(c.New.Hash, maxGrown)
	if err != nil {
		return false, err
	}
	if !whole {
		return f.beginsAny(c)
	}
	var sides []side
	for j, old := range c.Old {
		if !old.IsFile() {
			continue
		}
		s, err := f.side(ctx, e, c, j)
		if err != nil {
			return false, err
		}
		sides = append(sides, s)
	}
	return joined(now, sides), nil
}

// joined is the rule of keptByMerge.
func joined(now []byte, sides []side) bool {
	// Somebody rewrote it before, and the merge goes on from that.
	ok := slices.ContainsFunc(sides, func(s side) bool { return !s.grew() && bytes.HasPrefix(now, s.content) })
	for _, s := range sides {
		if !s.grew() {
			continue
		}
		rest, begins := bytes.CutPrefix(now, s.before)
		if !begins && !ok || !holds(rest, s.content[len(s.before):]) {
			return false
		}
	}
	return ok || slices.ContainsFunc(sides, side.grew)
}

// holds says that the lines of some text are among those of another, in their
// order. Empty ones do not matter.
func holds(text, lines []byte) bool {
	among := bytes.Split(text, []byte("\n"))
	for line := range bytes.SplitSeq(lines, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		at := slices.IndexFunc(among, func(other []byte) bool { return bytes.Equal(line, other) })
		if at < 0 {
			return false
		}
		among = among[at+1:]
	}
	return true
}

// side reads what parent j brings to a merge. It parted from the first parent, or
// the first one from the second.
func (f *checkFacts) side(ctx context.Context, e mirror.Entry, c mirror.Change, j int) (side, error) {
	other := 0
	if j == 0 {
		other = 1
	}
	bases, err := f.h.Bases(ctx, e.Parents[j], e.Parents[other])
	if err != nil {
		return side{}, err
	}
	var s side
	if len(bases) > 0 {
		base, err := f.h.BlobAt(ctx, bases[0], c.Path)
		if err == nil && base.IsFile() {
			s.before, _, err = f.objects.Content(base.Hash, maxGrown)
		}
		if err != nil {
			return side{}, err
		}
	}
	s.content, _, err = f.objects.Content(c.Old[j].Hash, maxGrown)
	return s, err
}

// beginsAny says that the content of one parent begins a merge's.
func (f *checkFacts) beginsAny(c mirror.Change) (bool, error) {
	for _, old := range c.Old {
		if !old.IsFile() {
			continue
		}
		if begins, err := f.objects.Begins(old.Hash, c.New.Hash); err != nil || begins {
			return begins, err
		}
	}
	return false, nil
}
