package mirror

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"pawl/handoff"
)

// Push is one ref that git is about to push, as it tells a pre-push hook
// (githooks(5)).
type Push struct {
	LocalRef  string
	Local     string // full hash; "" when the remote ref is to be deleted
	RemoteRef string
	Remote    string // full hash; "" when it is new
}

// maxPushLine bounds a line of what git tells, in bytes.
const maxPushLine = 64 << 10

// ParsePushes reads what git tells a pre-push hook, until there is no more.
func ParsePushes(in io.Reader) ([]Push, error) {
	var out []Push
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxPushLine)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 4 || !isObjectName(fields[1]) || !isObjectName(fields[3]) {
			return nil, fmt.Errorf("%q is no line of what git tells a pre-push hook: local ref, hash, remote ref, hash", handoff.Head(lines.Text(), maxLine))
		}
		out = append(out, Push{LocalRef: fields[0], Local: nonZero(fields[1]), RemoteRef: fields[2], Remote: nonZero(fields[3])})
	}
	return out, lines.Err()
}

// nonZero is a hash, or "" for the one of zeros by which git says that there is none.
func nonZero(hash string) string {
	if strings.Trim(hash, "0") == "" {
		return ""
	}
	return hash
}

// Fresh lists the commits that a push brings and the remote does not have yet, as
// far as this repository knows: at none of its branches. See Range.
func (h *History) Fresh(ctx context.Context, p Push, remote string, limit int) (hashes []string, more bool, err error) {
	args := []string{p.Local, "--not"}
	if remote != "" {
		args = append(args, "--remotes="+remote)
	}
	if p.Remote != "" {
		switch _, err := h.Commit(ctx, p.Remote); {
		case err == nil:
			args = append(args, p.Remote)
		case !errors.Is(err, ErrUnknownCommit):
			return nil, false, err
		}
	}
	return h.Range(ctx, limit, args...)
}
