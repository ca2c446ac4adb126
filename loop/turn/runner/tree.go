package runner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"pawl/handoff/system"
)

const (
	// treeTimeout bounds the look at a turn's files.
	treeTimeout = 5 * time.Second
	// readOfFile bounds what of one file that git does not know is read, in bytes.
	readOfFile = 256 << 10
)

// tree names the files of the session's folder as they are now: two names are the same
// where the files are. It is "" where git does not tell.
//
// Git runs what a repository's own configuration names, which its agent may write: it
// runs where the agent's program does.
func (s *session) tree(ctx context.Context) string {
	if !s.order.Tree {
		return ""
	}
	ctx, stop := context.WithTimeout(ctx, treeTimeout)
	defer stop()
	name, err := place{dir: s.order.Data.Dir, wrap: s.order.Wrap}.tree(ctx)
	if err == nil {
		return name
	}
	if !s.unseen && ctx.Err() == nil {
		s.unseen = true
		s.log.Warn("what turns leave cannot be looked at, and no watcher goes by it", "session", s.order.Session, "generation", s.order.Generation, "error", err)
	}
	return ""
}

// place is a folder, and the argv before each command that is run in it.
type place struct {
	dir  string
	wrap []string
}

// tree hashes what is committed, what differs from that, and what git does not know.
func (p place) tree(ctx context.Context) (string, error) {
	sum := sha256.New()
	head := p.git(ctx, "rev-parse", "--verify", "--quiet", "HEAD^{tree}")
	head.Stdout = sum
	if err := head.Run(); err != nil {
		return "", fmt.Errorf("git rev-parse: %w", err)
	}
	diff := p.git(ctx, "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index", "HEAD")
	diff.Stdout = sum
	if err := diff.Run(); err != nil {
		return "", fmt.Errorf("git diff: %w", err)
	}
	list := p.git(ctx, "ls-files", "--others", "--exclude-standard", "-z")
	var names bytes.Buffer
	list.Stdout = &names
	if err := list.Run(); err != nil {
		return "", fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(names.String(), "\x00"), "\x00") {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if !filepath.IsLocal(name) {
			continue // there is none
		}
		if err := addFile(sum, p.dir, name); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:12]), nil
}

// git asks about a folder without a lock that would be in its agent's way.
func (p place) git(ctx context.Context, args ...string) *exec.Cmd {
	argv := slices.Concat(p.wrap, []string{"git"}, args)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = p.dir, append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	system.OwnGroup(cmd)
	cmd.Cancel = func() error { return system.KillGroup(cmd) }
	cmd.WaitDelay = killed
	return cmd
}

// addFile adds a file's name, its size and how it begins.
func addFile(sum hash.Hash, dir, name string) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(sum, "%q %d %s\n", name, info.Size(), info.Mode().Type())
	if !info.Mode().IsRegular() {
		return nil
	}
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // it may be a pipe by now
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		return nil // its size has to do
	}
	if err != nil {
		return err
	}
	if now, serr := file.Stat(); serr != nil || !os.SameFile(info, now) {
		return errors.Join(serr, file.Close())
	}
	_, err = io.CopyN(sum, file, readOfFile)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, file.Close())
}
