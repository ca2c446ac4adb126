package mirror

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"pawl/handoff"
)

// Differs lists the files for which counts holds and in which two commits
// differ, at most limit of them: added, changed, gone, or of another mode.
func (m *Mirror) Differs(ctx context.Context, a, b string, counts func(file string) bool, limit int) ([]string, error) {
	if !isObjectName(a) || !isObjectName(b) {
		return nil, fmt.Errorf("what differs between %q and %q: not full commit hashes", handoff.Head(a, maxLine), handoff.Head(b, maxLine))
	}
	m.swap.RLock()
	defer m.swap.RUnlock()
	var out []string
	err := m.git.run(ctx, call{
		args:  []string{"--git-dir=" + m.opt.Dir, "-c", "core.quotePath=false", "diff-tree", "-r", "--no-renames", "--ignore-submodules=none", "--name-only", a, b, "--"},
		quiet: localTimeout,
		line: func(line string) error {
			if file := unquotePath(line); counts(file) {
				out = append(out, file)
			}
			if len(out) >= limit {
				return errStop
			}
			return nil
		},
	})
	if err != nil {
		return nil, m.damaged(ctx, "what differs between "+a+" and "+b, err)
	}
	return out, nil
}

// unquotePath undoes git's quoting of a name with odd characters. Git's escapes
// are among those of Go's strings.
func unquotePath(line string) string {
	if !strings.HasPrefix(line, `"`) {
		return line
	}
	if name, err := strconv.Unquote(line); err == nil {
		return name
	}
	return line
}
