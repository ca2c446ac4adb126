package origin

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Commit is one commit of the branch.
type Commit struct {
	Hash, Author, Subject string
	Committed             time.Time // what its committer's clock said; a rewrite's own moment
}

// Log are the commits of the branch, newest first: a commit before its parents. It
// works while origin is broken.
func (o *Origin) Log(ctx context.Context) ([]Commit, error) {
	dir, release := o.repository()
	defer release()
	return o.list(ctx, dir, branchRef)
}

// list are the commits of a range, newest first.
func (o *Origin) list(ctx context.Context, dir, revisions string) ([]Commit, error) {
	out, err := o.git.run(ctx, dir, "", "log", "--topo-order", "--format=%H%x00%an%x00%ct%x00%s%x00", revisions, "--")
	if err != nil {
		return nil, err
	}
	return parseLog(out)
}

// parseLog reads four fields for each commit, each with a NUL behind it.
func parseLog(out string) ([]Commit, error) {
	var commits []Commit
	for out != "" {
		fields := strings.SplitN(out, "\x00", 5)
		if len(fields) < 5 {
			return nil, fmt.Errorf("git log ends with %.80q, which is half a commit", out)
		}
		seconds, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("git log has the date %.40q: %w", fields[2], err)
		}
		commits = append(commits, Commit{Hash: fields[0], Author: fields[1], Subject: fields[3], Committed: time.Unix(seconds, 0)})
		out = strings.TrimPrefix(fields[4], "\n")
	}
	return commits, nil
}
