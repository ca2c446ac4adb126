// Package history makes repositories with long histories for benchmarks: a few
// thousand files, side branches that are merged, claims and reviews among the
// subjects, packed and with a commit-graph as an origin of that age is.
package history

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	// version is part of a kept repository's name: raise it when the shape changes.
	version = 1

	folders, filesEach = 60, 50

	// sideEvery is how often a side branch is merged, in commits; it has
	// sideLength commits of its own.
	sideEvery, sideLength = 10, 2

	firstDate = 1_400_000_000 // of the first commit, in seconds since 1970
	perCommit = 400           // seconds from one commit to the next
)

// Make puts a bare repository with n commits on main into dir, which must not
// exist. The repository is made once for each n and kept in the user's cache
// folder; where that is on the same file system, its packs are shared by hard links.
func Make(ctx context.Context, dir string, n int) error {
	kept, err := cached(ctx, n)
	if err != nil {
		return err
	}
	return git(ctx, "", nil, "clone", "-q", "--bare", "--local", "--no-tags", kept, dir)
}

// cached is the kept repository with n commits.
func cached(ctx context.Context, n int) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a folder to keep histories in: %w", err)
	}
	cache = filepath.Join(cache, "pawl-bench")
	path := filepath.Join(cache, fmt.Sprintf("history-%d-%d.git", version, n))
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return "", fmt.Errorf("keep a history: %w", err)
	}
	dir, err := os.MkdirTemp(cache, "making-")
	if err != nil {
		return "", fmt.Errorf("keep a history: %w", err)
	}
	err = write(ctx, dir, n)
	if err == nil {
		err = os.Rename(dir, path)
	}
	if err != nil {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	if _, there := os.Stat(path); there == nil {
		return path, nil // somebody else may have been faster
	}
	return "", err
}

// write makes the repository with n commits in dir.
func write(ctx context.Context, dir string, n int) error {
	if err := git(ctx, dir, nil, "init", "-q", "--bare", "-b", "main"); err != nil {
		return err
	}
	in, out := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(out, 1<<20)
		stream(w, n)
		// A failed write shows as fast-import's own failure.
		out.CloseWithError(w.Flush())
	}()
	// A short history would be left loose, which one of that age is not.
	importing := []string{"-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--depth=20"}
	if err := errors.Join(git(ctx, dir, in, importing...), in.Close()); err != nil {
		return err
	}
	for _, args := range [][]string{{"pack-refs", "--all"}, {"commit-graph", "write", "--reachable", "--no-progress"}} {
		if err := git(ctx, dir, nil, args...); err != nil {
			return err
		}
	}
	return nil
}

// stream writes what fast-import reads: n commits, the first of which brings all files.
func stream(w io.Writer, n int) {
	for i := 1; i <= n; {
		i = trunk(w, i)
		if i%sideEvery == 0 && i+sideLength+1 <= n {
			i = side(w, i)
		}
	}
}

// trunk writes commit i on main and returns the next number.
func trunk(w io.Writer, i int) int {
	from := ""
	if i > 1 {
		from = fmt.Sprintf("from :%d\n", i-1)
	}
	head(w, "main", i, subject(i), from)
	if i == 1 {
		for f := range folders * filesEach {
			file(w, f, 0)
		}
	}
	file(w, i*7, i)
	return i + 1
}

// side writes a branch of sideLength commits that leaves main before its last
// commit, and the merge; it returns the next number.
func side(w io.Writer, i int) int {
	fork := i - 2
	for k := range sideLength {
		head(w, "side", i, "on the side", fmt.Sprintf("from :%d\n", fork))
		file(w, i*11+k, i)
		fork, i = i, i+1
	}
	head(w, "main", i, "merge the side", fmt.Sprintf("from :%d\nmerge :%d\n", i-sideLength-1, i-1))
	for k := range sideLength { // a merge brings the other side's files along
		file(w, (i-sideLength+k)*11+k, i-sideLength+k)
	}
	return i + 1
}

func head(w io.Writer, branch string, i int, subject, parents string) {
	fmt.Fprintf(w, "commit refs/heads/%s\nmark :%d\ncommitter C <c@d> %d +0000\ndata %d\n%s\n%s",
		branch, i, firstDate+i*perCommit, len(subject), subject, parents)
}

func file(w io.Writer, f, content int) {
	f %= folders * filesEach
	text := fmt.Sprintf("line one of a file\nline two of it\nand what commit %d wrote\n", content)
	fmt.Fprintf(w, "M 100644 inline dir%02d/file%02d.go\ndata %d\n%s\n", f/filesEach, f%filesEach, len(text), text)
}

func subject(i int) string {
	switch i % 40 {
	case 15:
		return fmt.Sprintf("claim(gate%d): it works", i/40)
	case 25:
		return fmt.Sprintf("review(gate%d): so it does", i/40)
	}
	return "work goes on"
}

// Grow adds commits with these subjects to main of the repository at dir, as
// pushes of them would: few stay loose, many are a pack.
func Grow(ctx context.Context, dir string, subjects ...string) error {
	var in strings.Builder
	now := time.Now().UnixNano()
	for i, text := range subjects {
		from := ""
		if i == 0 {
			from = "from refs/heads/main^0\n"
		}
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter C <c@d> now\ndata %d\n%s\n%s", len(text), text, from)
		file(&in, i*13, int(now)+i) // what was there before would bring nothing new
	}
	return git(ctx, dir, strings.NewReader(in.String()), "fast-import", "--quiet", "--date-format=now")
}

// git runs git as if nobody had configured it.
func git(ctx context.Context, dir string, in io.Reader, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Stdin = dir, in
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, said)
	}
	return nil
}
