package mirror

import (
	"context"
	"errors"
	"fmt"

	"pawl/handoff"
)

// File is a named file in a commit.
type File struct {
	Name string // as asked for
	Path string // docs/Name, else Name
	Blob string // full hash

	// Read reads the content, at most its first MiB. Who remembers what this
	// blob says need not call it.
	Read func(ctx context.Context) ([]byte, error)
}

// Files finds named files at a commit, in docs or else at the root. What is not
// there, or is no regular file, is not in the map.
func (m *Mirror) Files(ctx context.Context, commit, docs string, names []string) (map[string]File, error) {
	if !isObjectName(commit) {
		return nil, fmt.Errorf("files at %q: not a full commit hash", handoff.Head(commit, maxLine))
	}
	m.swap.RLock()
	defer m.swap.RUnlock()
	r := m.newReader()
	defer r.close()
	c, err := r.commit(ctx, commit)
	if err != nil {
		return nil, err
	}
	out := make(map[string]File, len(names))
	for _, name := range names {
		f, ok, err := r.fileAt(ctx, c.tree, docs, name, false)
		if err != nil {
			return nil, fmt.Errorf("file %q: %w", name, err)
		}
		if ok {
			out[name] = File{Name: name, Path: f.path, Blob: f.blob, Read: func(ctx context.Context) ([]byte, error) {
				return m.content(ctx, f.blob)
			}}
		}
	}
	return out, nil
}

// content reads a blob on its own.
func (m *Mirror) content(ctx context.Context, blob string) ([]byte, error) {
	m.swap.RLock()
	defer m.swap.RUnlock()
	r := m.newReader()
	defer r.close()
	o, err := r.read(ctx, blob, maxFile)
	if err != nil {
		return nil, r.damaged(ctx, "blob "+blob, err)
	}
	return o.data, nil
}

// Completed finds the commit that made a file done: the oldest first-parent
// commit of the unbroken run, ending at tip, in which done holds. It is "" when
// the file is not done at tip, or not there.
func (m *Mirror) Completed(ctx context.Context, tip, docs, name string, done func([]byte) bool) (string, error) {
	if !isObjectName(tip) {
		return "", fmt.Errorf("completion at %q: not a full commit hash", handoff.Head(tip, maxLine))
	}
	m.swap.RLock()
	defer m.swap.RUnlock()
	r := m.newReader()
	defer r.close()
	return r.completed(ctx, tip, docs, name, r.judge(docs, name, done))
}

// Merged finds where the DONE comes from that a merge brought: the commit that
// Completed finds from a parent which has it already. It is "" for a commit that
// set it by itself. Which of its parents the branch was at before cannot be told
// from a merge: whoever pulls a branch makes its tip a second parent.
func (m *Mirror) Merged(ctx context.Context, commit, docs, name string, done func([]byte) bool) (string, error) {
	m.swap.RLock()
	defer m.swap.RUnlock()
	r := m.newReader()
	defer r.close()
	isDone := r.judge(docs, name, done)
	c, err := r.commit(ctx, commit)
	if err != nil {
		return "", err
	}
	for _, parent := range c.Parents {
		found, err := r.completed(ctx, parent, docs, name, isDone)
		if err != nil || found != "" {
			return found, err
		}
	}
	return "", nil
}

// judge says of commits whether a file is done there; each blob is judged once.
func (r *reader) judge(docs, name string, done func([]byte) bool) func(context.Context, string) (bool, error) {
	verdicts := map[string]bool{}
	return func(ctx context.Context, hash string) (bool, error) {
		return r.doneAt(ctx, hash, docs, name, done, verdicts)
	}
}

func (r *reader) completed(ctx context.Context, tip, docs, name string, isDone func(context.Context, string) (bool, error)) (string, error) {
	if ok, err := isDone(ctx, tip); err != nil || !ok {
		return "", err
	}
	m, found := r.m, ""
	look := func(hash string) error {
		c, err := r.commit(ctx, hash)
		if err != nil {
			return err
		}
		before := false
		if len(c.Parents) > 0 {
			if before, err = isDone(ctx, c.Parents[0]); err != nil {
				return err
			}
		}
		if !before {
			found = hash
			return errStop
		}
		return nil
	}
	// Only a commit that touches the file can begin the run. git finds those,
	// newest first, without a tree being read here for all the others.
	args := append([]string{"--git-dir=" + m.opt.Dir, "rev-list", "--first-parent", tip, "--"}, places(docs, name)...)
	err := m.git.run(ctx, call{args: args, quiet: localTimeout, line: look})
	if errors.Is(err, ErrRebuild) {
		return "", err
	}
	if err != nil {
		return "", m.damaged(ctx, "history of "+name, err)
	}
	return found, nil
}

// doneAt judges the file in one commit.
func (r *reader) doneAt(ctx context.Context, hash, docs, name string, done func([]byte) bool, verdicts map[string]bool) (bool, error) {
	c, err := r.commit(ctx, hash)
	if err != nil {
		return false, err
	}
	f, ok, err := r.fileAt(ctx, c.tree, docs, name, false)
	if err != nil || !ok {
		return false, err
	}
	if verdict, ok := verdicts[f.blob]; ok {
		return verdict, nil
	}
	o, err := r.read(ctx, f.blob, maxFile)
	if err != nil {
		return false, r.damaged(ctx, "blob "+f.blob, err)
	}
	verdicts[f.blob] = done(o.data)
	return verdicts[f.blob], nil
}

// Contains says that ancestor is commit or an ancestor of it. One that the
// mirror does not know is none: a mirror is never without a part of a history.
func (m *Mirror) Contains(ctx context.Context, commit, ancestor string) (bool, error) {
	if !isObjectName(commit) || !isObjectName(ancestor) {
		return false, fmt.Errorf("is %q in %q: not full commit hashes", handoff.Head(ancestor, maxLine), handoff.Head(commit, maxLine))
	}
	if commit == ancestor {
		return true, nil
	}
	m.swap.RLock()
	defer m.swap.RUnlock()
	r := m.newReader()
	defer r.close()
	if _, err := r.commit(ctx, commit); err != nil {
		return false, err
	}
	known, err := r.isCommit(ctx, ancestor)
	if err != nil || !known {
		return false, err
	}
	contained, err := m.git.contains(ctx, m.opt.Dir, commit, ancestor)
	if err != nil {
		return false, r.damaged(ctx, "is "+ancestor+" in "+commit, err)
	}
	return contained, nil
}
