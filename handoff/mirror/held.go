package mirror

import (
	"context"
	"fmt"
	"strings"
)

// What is said of each path: it holds a regular file that is not blank, or not.
const (
	held  = '1'
	empty = '0'
)

// heldBy says of each path, in their order, whether it holds a letter in a
// commit: one byte a path, held or empty. keep remembers the answer beyond this
// reader, so that the commit need not be read again.
func (r *reader) heldBy(ctx context.Context, commit string, paths []string, keep bool) (string, error) {
	out, err := r.once("commit "+commit, paths, keep, func() (string, error) {
		c, err := r.commit(ctx, commit)
		if err != nil {
			return "", err
		}
		return r.once("tree "+c.tree, paths, false, func() (string, error) { return r.heldIn(ctx, c.tree, paths, keep) })
	})
	if err != nil {
		return "", fmt.Errorf("inboxes at %s: %w", commit, err)
	}
	return out, nil
}

// once asks what is held where, unless the answer is known.
func (r *reader) once(where string, paths []string, keep bool, ask func() (string, error)) (string, error) {
	key := fmt.Sprintf("held in %s %q", where, paths)
	known, ok := r.cache[key]
	if !ok && keep {
		known, ok = r.m.opt.Memo.Get(key)
	}
	if ok && len(known) == len(paths) {
		return known, nil
	}
	out, err := ask()
	if err != nil {
		return "", err
	}
	r.cache[key] = out
	if keep {
		r.m.opt.Memo.Put(key, out)
	}
	return out, nil
}

// heldIn reads a tree once for all paths in it. Those in the same folder stand
// side by side.
func (r *reader) heldIn(ctx context.Context, tree string, paths []string, keep bool) (string, error) {
	content, err := r.tree(ctx, tree)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for at := 0; at < len(paths); {
		name, _, deeper := strings.Cut(paths[at], "/")
		e, ok, err := findEntry(content, name, len(tree)/2)
		if err != nil {
			return "", r.damaged(ctx, "tree "+tree, err)
		}
		group := []string{paths[at]}
		if deeper {
			group = inFolder(paths[at:], name)
		}
		at += len(group)
		said := strings.Repeat(string(empty), len(group))
		switch {
		case ok && deeper && e.isFolder():
			group = below(group, name)
			said, err = r.once("tree "+e.hash, group, keep, func() (string, error) { return r.heldIn(ctx, e.hash, group, keep) })
		case ok && !deeper && e.isFile():
			said, err = r.heldFile(ctx, e.hash, keep)
		}
		if err != nil {
			return "", err
		}
		out.WriteString(said)
	}
	return out.String(), nil
}

func (r *reader) heldFile(ctx context.Context, blob string, keep bool) (string, error) {
	blank, err := r.isBlank(ctx, blob, keep)
	if err != nil || blank {
		return string(empty), err
	}
	return string(held), nil
}

// inFolder are the first paths that lie in the named folder.
func inFolder(paths []string, name string) []string {
	for i, p := range paths {
		if !strings.HasPrefix(p, name+"/") {
			return paths[:i]
		}
	}
	return paths
}

// below are paths as seen from the folder in which they lie.
func below(paths []string, folder string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = strings.TrimPrefix(p, folder+"/")
	}
	return out
}
