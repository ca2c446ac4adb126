package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"pawl/handoff"
)

// History reads the commits of any repository on this machine: a clone, one of
// its linked worktrees, a bare repository, a mirror; with either kind of hash.
// It writes nothing, and reads all through the git program.
type History struct {
	git    program
	env    []string
	dir    string // of this worktree: HEAD is here
	common string // of all worktrees
	edge   map[string]bool
}

// FindHistory opens the repository around a folder, or the one whose git
// directory is given, as git tells its hooks in GIT_DIR; a relative one counts
// from the folder.
func FindHistory(ctx context.Context, folder, gitDir string, env []string) (*History, error) {
	h := &History{git: newProgram(env), env: env}
	args := []string{"-C", folder}
	if gitDir != "" {
		args = append(args, "--git-dir="+gitDir)
	}
	dirs, err := h.git.lines(ctx, localTimeout, nil, append(args, "rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir")...)
	if err == nil && len(dirs) != 2 {
		err = errors.New("git rev-parse does not say where its directory is")
	}
	if err != nil {
		return nil, fmt.Errorf("%s is in no git repository that can be read: %w", folder, err)
	}
	h.dir, h.common = dirs[0], dirs[1]
	return h, h.readEdge()
}

// readEdge notes where a shallow clone ends.
func (h *History) readEdge() error {
	text, err := os.ReadFile(filepath.Join(h.common, "shallow"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read where the shallow clone ends: %w", err)
	}
	h.edge = map[string]bool{}
	for hash := range strings.FieldsSeq(string(text)) {
		h.edge[hash] = true
	}
	return nil
}

// Shallow says that the repository lacks older history.
func (h *History) Shallow() bool { return len(h.edge) > 0 }

// Mirror reads the same repository as a mirror of origin is read. It must not be
// asked to Look, which writes.
func (h *History) Mirror() *Mirror { return New(Options{Dir: h.common, Env: h.env}) }

func (h *History) lines(ctx context.Context, args ...string) ([]string, error) {
	return h.git.lines(ctx, localTimeout, nil, append([]string{"--git-dir=" + h.dir}, args...)...)
}

// one is the single line that a git command answers; "" where it says no, which
// it does with an exit code below 128 or, for names that it does not know, 128.
func (h *History) one(ctx context.Context, args ...string) (string, error) {
	out, err := h.lines(ctx, args...)
	var failed *gitError
	switch {
	case errors.As(err, &failed):
		return "", nil
	case err != nil:
		return "", err
	case len(out) == 0:
		return "", nil
	}
	return out[0], nil
}

// Commit is the full hash of the commit that a name means; ErrUnknownCommit when
// it means none.
func (h *History) Commit(ctx context.Context, name string) (string, error) {
	hash := ""
	if name != "" && !strings.HasPrefix(name, "-") {
		var err error
		if hash, err = h.one(ctx, "rev-parse", "--verify", "--quiet", name+"^{commit}"); err != nil {
			return "", err
		}
	}
	if !isObjectName(hash) {
		return "", fmt.Errorf("%w: %s", ErrUnknownCommit, handoff.Clean(name, handoff.MaxLabel))
	}
	return hash, nil
}

// Symbolic is the ref that a symbolic ref names; "" when it is none.
func (h *History) Symbolic(ctx context.Context, ref string) (string, error) {
	return h.one(ctx, "symbolic-ref", "--quiet", ref)
}

// Setting is a value of the repository's configuration, the user's included; ""
// when it is not set. What our own calls set does not count.
func (h *History) Setting(ctx context.Context, key string) (string, error) {
	lines, err := h.lines(ctx, "config", "--show-scope", "--get-all", key)
	var failed *gitError
	if errors.As(err, &failed) {
		return "", nil
	}
	set := ""
	for _, line := range lines {
		if scope, value, ok := strings.Cut(line, "\t"); ok && scope != "command" {
			set = value
		}
	}
	return set, err
}

// Revisions are what git rev-list is given for a range as people write it: A..B,
// A, A^!. Alone says that it is one commit, without its ancestors. One that git
// does not know is ErrUnknownCommit.
func (h *History) Revisions(ctx context.Context, text string) (revs []string, alone bool, err error) {
	unknown := fmt.Errorf("%w: %s", ErrUnknownCommit, handoff.Clean(text, handoff.MaxLabel))
	if strings.HasPrefix(text, "-") {
		return nil, false, unknown
	}
	lines, err := h.lines(ctx, "rev-parse", "--revs-only", text, "--")
	var failed *gitError
	if errors.As(err, &failed) {
		return nil, false, unknown
	}
	for _, line := range lines {
		if isObjectName(strings.TrimPrefix(line, "^")) {
			revs = append(revs, line)
		}
	}
	if err == nil && len(revs) == 0 {
		err = unknown
	}
	return revs, len(revs) == 1 && !strings.HasPrefix(revs[0], "^"), err
}

// Range lists what git rev-list does for its arguments, a parent before its
// child: the newest, at most limit of them. More says that there are others.
func (h *History) Range(ctx context.Context, limit int, args ...string) (hashes []string, more bool, err error) {
	all := append([]string{"rev-list", "--topo-order", "--reverse", "--max-count=" + strconv.Itoa(limit+1)}, args...)
	hashes, err = h.lines(ctx, append(all, "--")...)
	if err != nil {
		return nil, false, err
	}
	if len(hashes) > limit {
		return hashes[1:], true, nil
	}
	return hashes, false, nil
}

// Subjects walks back from a commit, itself first, over at most limit commits,
// until take says that it has seen enough. The order is git's own.
func (h *History) Subjects(ctx context.Context, from string, limit int, take func(hash, subject string) (enough bool)) error {
	args := []string{"--git-dir=" + h.dir, "rev-list", "--encoding=UTF-8", "--format=tformat:>%H%x00%s", "--max-count=" + strconv.Itoa(limit), from, "--"}
	return h.git.run(ctx, call{args: args, quiet: localTimeout, line: func(line string) error {
		hash, subject, ok := strings.Cut(strings.TrimPrefix(line, ">"), "\x00")
		if ok && isObjectName(hash) && take(hash, valid(subject)) {
			return errStop
		}
		return nil
	}})
}

// Contains says that ancestor is commit or an ancestor of it. Both are full hashes
// of commits that are there.
func (h *History) Contains(ctx context.Context, commit, ancestor string) (bool, error) {
	return h.git.contains(ctx, h.dir, commit, ancestor)
}

// contains asks git whether ancestor is commit or an ancestor of it.
func (p program) contains(ctx context.Context, dir, commit, ancestor string) (bool, error) {
	_, err := p.lines(ctx, localTimeout, nil, "--git-dir="+dir, "merge-base", "--is-ancestor", ancestor, commit)
	var failed *gitError
	if errors.As(err, &failed) && failed.code == 1 {
		return false, nil
	}
	return err == nil, err
}
