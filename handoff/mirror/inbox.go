package mirror

import (
	"context"
	"fmt"
	"slices"

	"pawl/handoff"
)

// inboxes finds the watched files at the tip that are not blank.
func (r *reader) inboxes(ctx context.Context, q Query, order []string) ([]handoff.InboxFile, error) {
	if len(q.Inboxes) == 0 {
		return nil, nil
	}
	tip, err := r.commit(ctx, q.Tip)
	if err != nil {
		return nil, err
	}
	var out []handoff.InboxFile
	for _, name := range q.Inboxes {
		f, ok, err := r.fileAt(ctx, tip.tree, q.Docs, name, true)
		if err != nil {
			return nil, fmt.Errorf("inbox %q: %w", name, err)
		}
		if !ok {
			continue
		}
		blank, err := r.isBlank(ctx, f.blob)
		if err != nil {
			return nil, fmt.Errorf("inbox %q: %w", name, err)
		}
		if blank {
			continue
		}
		ended, err := r.ended(ctx, f.path, order)
		if err != nil {
			return nil, fmt.Errorf("inbox %q: %w", name, err)
		}
		out = append(out, handoff.InboxFile{Name: name, Path: f.path, Blob: f.blob, Ended: ended})
	}
	return out, nil
}

// ended is the last commit of the range in which the file at path is gone or
// blank while a parent still had it; "" when there is none.
func (r *reader) ended(ctx context.Context, path string, order []string) (string, error) {
	for _, hash := range slices.Backward(order) {
		full, err := r.holds(ctx, hash, path)
		if err != nil {
			return "", err
		}
		if full {
			continue
		}
		for _, parent := range r.seen[hash].Parents {
			had, err := r.holds(ctx, parent, path)
			if err != nil {
				return "", err
			}
			if had {
				return hash, nil
			}
		}
	}
	return "", nil
}

// holds says that a commit has a file at path that is not blank.
func (r *reader) holds(ctx context.Context, hash, path string) (bool, error) {
	c, err := r.commit(ctx, hash)
	if err != nil {
		return false, err
	}
	blob, err := r.blobAt(ctx, c.tree, path, false)
	if err != nil || blob == "" {
		return false, err
	}
	blank, err := r.isBlank(ctx, blob)
	return !blank, err
}
