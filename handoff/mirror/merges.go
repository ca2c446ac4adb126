package mirror

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pawl/handoff"
)

// MergeChanges tells how the merges among some commits differ from their parents at
// the paths that are wanted, all of which are or lie in one of places (files or
// folders; "" is the top): unlike Changes also where a merge has what a parent has,
// whose old blob is the new one then.
func (h *History) MergeChanges(ctx context.Context, among []Entry, places []string, want func(path string) bool, take func(commit string, c Change)) error {
	var asked strings.Builder
	parents := map[string]int{}
	for _, m := range among {
		if m.Edge || len(m.Parents) < 2 {
			continue
		}
		parents[m.Hash] = len(m.Parents)
		for _, parent := range m.Parents {
			fmt.Fprintln(&asked, m.Hash, parent)
		}
	}
	if asked.Len() == 0 {
		return nil
	}
	args := []string{
		"--git-dir=" + h.dir, "-c", "core.quotePath=true", "diff-tree", "--stdin", "--always", "-r", "--no-renames", "--raw", "--no-abbrev", "--ignore-submodules=none", "--",
	}
	if !slices.Contains(places, "") {
		args = append(args, places...)
	}
	one := mergeChanges{take: take}
	err := h.git.run(ctx, call{
		args: args, in: strings.NewReader(asked.String()), quiet: localTimeout,
		line: func(line string) error {
			if isObjectName(line) {
				one.parent(line, parents[line])
				return nil
			}
			c, err := parseChange(line)
			if err == nil && one.commit == "" {
				err = fmt.Errorf("git diff-tree told of a change before it named a commit: %q", handoff.Head(line, maxLine))
			}
			if err == nil && want(c.Path) {
				one.add(c)
			}
			return err
		},
	})
	if err == nil {
		one.parent("", 0)
	}
	return err
}

// mergeChanges puts together what git tells of a merge for each parent.
type mergeChanges struct {
	take    func(commit string, c Change)
	commit  string
	at, all int // which parent it is compared with, and how many there are
	paths   []string
	found   map[string]*Change
}

// parent begins the comparison with the next parent of a commit, maybe of the next
// commit.
func (m *mergeChanges) parent(commit string, parents int) {
	if commit == m.commit && m.at+1 < m.all {
		m.at++
		return
	}
	for _, path := range m.paths {
		m.take(m.commit, *m.found[path])
	}
	*m = mergeChanges{take: m.take, commit: commit, all: parents, found: map[string]*Change{}}
}

func (m *mergeChanges) add(c Change) {
	have := m.found[c.Path]
	if have == nil {
		have = &Change{Path: c.Path, Old: slices.Repeat([]Blob{c.New}, m.all), New: c.New}
		m.found[c.Path], m.paths = have, append(m.paths, c.Path)
	}
	have.Old[m.at] = c.Old[0]
}

// Bases are the best common ancestors of two commits; there may be none.
func (h *History) Bases(ctx context.Context, a, b string) ([]string, error) {
	lines, err := h.lines(ctx, "merge-base", "--all", a, b)
	var failed *gitError
	if errors.As(err, &failed) && failed.code == 1 {
		return nil, nil
	}
	return lines, err
}

// BlobAt is what lies at a path in a commit. A folder is nothing.
func (h *History) BlobAt(ctx context.Context, commit, path string) (Blob, error) {
	lines, err := h.lines(ctx, "ls-tree", "--full-tree", commit, "--", path)
	if err != nil || len(lines) == 0 {
		return Blob{}, err
	}
	fields := strings.Fields(lines[0])
	if len(fields) < 3 || !isMode(fields[0]) || !isObjectName(fields[2]) {
		return Blob{}, fmt.Errorf("git ls-tree printed a line that tells of no file: %q", handoff.Head(lines[0], maxLine))
	}
	if fields[1] == "tree" {
		return Blob{}, nil
	}
	return Blob{Mode: fields[0], Hash: fields[2]}, nil
}

// PathHistory tells which commits changed a path on the way from some commits to
// another one, the newest first and at most limit of them, and to what. Where a
// merge has what a parent has, only that parent's way is followed.
func (h *History) PathHistory(ctx context.Context, to string, from []string, path string, limit int) (commits []string, blobs []Blob, err error) {
	args := []string{"log", "--format=tformat:%H", "--no-show-signature", "--no-notes", "--no-color", "-m", "--raw", "--no-abbrev", "--no-renames", "--ignore-submodules=none", fmt.Sprintf("--max-count=%d", limit), to}
	for _, base := range from {
		args = append(args, "^"+base)
	}
	lines, err := h.lines(ctx, append(args, "--", path)...)
	for _, line := range lines {
		switch {
		case isObjectName(line):
			if !slices.Contains(commits, line) {
				commits = append(commits, line)
			}
		case line != "":
			c, err := parseChange(line)
			if err != nil {
				return nil, nil, err
			}
			blobs = append(blobs, c.New)
		}
	}
	return commits, blobs, err
}
