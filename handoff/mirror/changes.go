package mirror

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pawl/handoff"
)

// Change is what a commit did to one path: against each of its parents, in their
// order. Git tells of a merge only what it has in common with none of them. A
// rename is a path that went and another one that came.
type Change struct {
	Path string // bytes as in git; not always valid UTF-8
	Old  []Blob
	New  Blob
}

// Blob is what lies at a path: a file, a link or another repository's commit.
type Blob struct {
	Mode string // six digits, as in git; "" when nothing is there
	Hash string // full
}

// IsFile says that b is a regular file.
func (b Blob) IsFile() bool { return strings.HasPrefix(b.Mode, "100") }

// Changes tells what commits did to paths: a commit after the other, in the order
// given. Of the oldest ones of a shallow clone nothing is known.
func (h *History) Changes(ctx context.Context, hashes []string, take func(commit string, c Change)) error {
	var asked []string
	for _, hash := range hashes {
		if !h.edge[hash] {
			asked = append(asked, hash)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	commit := ""
	return h.git.run(ctx, call{
		args: []string{
			"--git-dir=" + h.dir, "-c", "core.quotePath=true", "diff-tree", "--stdin", "-r", "-c", "--root", "--no-renames", "--raw", "--no-abbrev", "--ignore-submodules=none",
		},
		in: strings.NewReader(strings.Join(asked, "\n") + "\n"), quiet: localTimeout,
		line: func(line string) error {
			if isObjectName(line) {
				commit = line
				return nil
			}
			c, err := parseChange(line)
			if err != nil {
				return err
			}
			take(commit, c)
			return nil
		},
	})
}

// parseChange reads a line of git's raw format, with one colon for each parent.
// Source: git's manual page diff-format.
func parseChange(line string) (Change, error) {
	wrong := fmt.Errorf("git diff-tree printed a line that tells of no change: %q", handoff.Head(line, maxLine))
	rest := strings.TrimLeft(line, ":")
	parents := len(line) - len(rest)
	head, path, ok := strings.Cut(rest, "\t")
	path = unquotePath(path)
	fields := strings.Split(head, " ")
	if !ok || path == "" || parents == 0 || len(fields) != 2*(parents+1)+1 {
		return Change{}, wrong
	}
	modes, hashes := fields[:parents+1], fields[parents+1:2*(parents+1)]
	var blobs []Blob
	for i, mode := range modes {
		if !isMode(mode) || !isObjectName(hashes[i]) {
			return Change{}, wrong
		}
		b := Blob{Mode: mode, Hash: hashes[i]}
		if mode == "000000" {
			b = Blob{}
		}
		blobs = append(blobs, b)
	}
	return Change{Path: path, Old: blobs[:parents], New: blobs[parents]}, nil
}

func isMode(s string) bool { return len(s) == 6 && strings.Trim(s, "01234567") == "" }

// Entry is a commit of a History.
type Entry struct {
	handoff.Commit
	Stray []string // see ParseMessage
	Edge  bool     // a shallow clone ends here: what it changed is not known
}

// Commits reads some commits, in the order given.
func (h *History) Commits(ctx context.Context, hashes []string) (out []Entry, err error) {
	o := h.Objects(ctx)
	defer func() { err = errors.Join(err, o.Close()) }()
	for _, hash := range hashes {
		raw, there, err := o.read(hash, maxCommit)
		if err == nil && (!there || raw.kind != "commit") {
			err = fmt.Errorf("%w: %s", ErrUnknownCommit, handoff.Head(hash, maxLine))
		}
		if err != nil {
			return nil, err
		}
		c, err := parseCommit(raw.hash, raw.data)
		if err != nil {
			return nil, fmt.Errorf("commit %s cannot be read: %w", hash, err)
		}
		out = append(out, Entry{Commit: c.Commit, Stray: c.stray, Edge: h.edge[hash]})
	}
	return out, nil
}
