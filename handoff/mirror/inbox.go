package mirror

import (
	"context"
	"fmt"
	"slices"

	"pawl/handoff"
)

// inboxes finds the watched files at the tip that are not blank, and those that
// ended in the range.
func (r *reader) inboxes(ctx context.Context, q Query, s sides, order []string) ([]handoff.InboxFile, error) {
	tip, err := r.commit(ctx, q.Tip)
	if err != nil {
		return nil, err
	}
	ends, err := r.ends(ctx, q, s, order)
	if err != nil {
		return nil, err
	}
	var out []handoff.InboxFile
	for _, name := range q.Inboxes {
		at, err := r.letter(ctx, tip.tree, q.Docs, name)
		if err != nil {
			return nil, fmt.Errorf("inbox %q: %w", name, err)
		}
		for _, p := range places(q.Docs, name) {
			end := ends[p]
			switch {
			case at.path == p:
				out = append(out, handoff.InboxFile{Name: name, Path: p, Blob: at.blob, Ended: end.commit})
			case end.gone:
				out = append(out, handoff.InboxFile{Name: name, Path: p, Ended: end.commit})
			}
		}
	}
	return out, nil
}

// letter finds a watched file at the tip; none when it is blank.
func (r *reader) letter(ctx context.Context, tree, docs, name string) (file, error) {
	f, ok, err := r.fileAt(ctx, tree, docs, name, true)
	if err != nil || !ok {
		return file{}, err
	}
	blank, err := r.isBlank(ctx, f.blob, true)
	if err != nil || blank {
		return file{}, err
	}
	return f, nil
}

// end is the last commit of a range that took the letter at a path away.
type end struct {
	commit string
	gone   bool // no other letter is there at the tip
}

// ends finds the ends of all paths at which watched files may lie, in one walk
// over the range.
func (r *reader) ends(ctx context.Context, q Query, s sides, order []string) (map[string]end, error) {
	var paths []string
	for _, name := range q.Inboxes {
		paths = append(paths, places(q.Docs, name)...)
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	out := map[string]end{}
	if len(order) == 0 {
		return out, nil
	}
	// The next range begins at the tip, as this one began at the cursor.
	in := func(hash string) (string, error) {
		return r.heldBy(ctx, hash, paths, hash == q.Tip || hash == q.Cursor)
	}
	atTip, err := in(q.Tip)
	if err != nil {
		return nil, err
	}
	saw := s.saw(order)
	for _, hash := range slices.Backward(order) {
		if !saw[hash] || len(out) == len(paths) {
			continue
		}
		now, err := in(hash)
		if err != nil {
			return nil, err
		}
		for _, parent := range r.seen[hash].Parents {
			before, err := in(parent)
			if err != nil {
				return nil, err
			}
			for i, p := range paths {
				if _, found := out[p]; !found && before[i] == held && now[i] != held {
					out[p] = end{commit: hash, gone: atTip[i] != held}
				}
			}
		}
	}
	return out, nil
}

// saw are the commits of the range that may have acknowledged a letter: after
// the cursor those that contain it, otherwise all.
func (s sides) saw(order []string) map[string]bool {
	all := s.cursor == "" || len(s.dropped) > 0
	out := make(map[string]bool, len(order))
	for _, hash := range order {
		out[hash] = all || slices.ContainsFunc(s.fresh[hash], func(p string) bool { return p == s.cursor || out[p] })
	}
	return out
}
