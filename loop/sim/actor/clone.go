package actor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"pawl/handoff/system"
	"pawl/loop/launcher/proc"
)

// Branch is the branch of origin that actors work on.
const Branch = "main"

const tracking = "refs/remotes/origin/" + Branch

// Clone is an agent's clone of origin. Its working tree is not used: an agent that
// is killed leaves neither a half of it nor a lock on its index.
type Clone struct {
	Dir string
	Env []string // of git; nil: this process's
	Log *slog.Logger
}

// Change is one commit.
type Change struct {
	Subject string            // no other commit has the same
	Body    string            // trailers
	Write   map[string]string // contents by path
	Delete  []string
}

// Patience of one git command, and the pause before what failed is tried again.
const (
	gitPatience = 30 * time.Second
	again       = 200 * time.Millisecond
)

// AtTrailer says when a commit was made, in nanoseconds since 1970.
const AtTrailer = "Acted-At: "

// Publish commits on top of origin's branch and pushes, again and again until the
// change is in origin or ctx ends. A change whose subject is there already is not
// made twice. It returns the commit's hash.
func (c Clone) Publish(ctx context.Context, change Change) (string, error) {
	for {
		hash, err := c.publishOnce(ctx, change)
		if err == nil || ctx.Err() != nil {
			return hash, err
		}
		c.Log.Info("pushes again", "subject", change.Subject, "after", err)
		if err := proc.Pause(ctx, again); err != nil {
			return "", err
		}
	}
}

func (c Clone) publishOnce(ctx context.Context, change Change) (string, error) {
	if err := c.fetch(ctx); err != nil {
		return "", err
	}
	if hash, err := c.find(ctx, change.Subject); err != nil || hash != "" {
		return hash, err
	}
	tree, err := c.tree(ctx, change)
	if err != nil {
		return "", err
	}
	message := change.Subject + "\n\n" + AtTrailer + fmt.Sprint(time.Now().UnixNano()) + "\n"
	if change.Body != "" {
		message += change.Body + "\n"
	}
	hash, err := c.git(ctx, message, nil, "commit-tree", tree, "-p", tracking, "-F", "-")
	if err != nil {
		return "", err
	}
	_, err = c.git(ctx, "", nil, "push", "-q", "origin", hash+":refs/heads/"+Branch)
	return hash, err
}

// Find is the newest commit in origin whose subject begins with prefix, or "". It
// tries until origin answers or ctx ends.
func (c Clone) Find(ctx context.Context, prefix string) (string, error) {
	for {
		err := c.fetch(ctx)
		if err == nil {
			return c.find(ctx, prefix)
		}
		c.Log.Info("fetches again", "after", err)
		if err := proc.Pause(ctx, again); err != nil {
			return "", err
		}
	}
}

func (c Clone) find(ctx context.Context, prefix string) (string, error) {
	out, err := c.git(ctx, "", nil, "log", "--format=%H %s", tracking)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(out) {
		hash, subject, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.HasPrefix(subject, prefix) {
			return hash, nil
		}
	}
	return "", nil
}

func (c Clone) fetch(ctx context.Context) error {
	_, err := c.git(ctx, "", nil, "fetch", "-q", "--no-tags", "origin", "+refs/heads/"+Branch+":"+tracking)
	if err == nil {
		return nil
	}
	// A git that was killed leaves its locks, and an agent has nobody to ask.
	for _, name := range []string{tracking, "packed-refs", "FETCH_HEAD", "shallow"} {
		lock := filepath.Join(c.Dir, ".git", name+".lock")
		if removed := os.Remove(lock); removed != nil && !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}
	return err
}

// tree is the tree of origin's branch with the change made, built in an index of
// its own.
func (c Clone) tree(ctx context.Context, change Change) (tree string, err error) {
	if len(change.Write)+len(change.Delete) == 0 {
		return c.git(ctx, "", nil, "rev-parse", tracking+"^{tree}")
	}
	dir, err := os.MkdirTemp("", "pawl-actor-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	index := []string{"GIT_INDEX_FILE=" + filepath.Join(dir, "index")}
	if _, err := c.git(ctx, "", index, "read-tree", tracking); err != nil {
		return "", err
	}
	for path, text := range change.Write {
		blob, err := c.git(ctx, text, nil, "hash-object", "-w", "--stdin")
		if err != nil {
			return "", err
		}
		if _, err := c.git(ctx, "", index, "update-index", "--add", "--cacheinfo", "100644,"+blob+","+path); err != nil {
			return "", err
		}
	}
	for _, path := range change.Delete {
		if _, err := c.git(ctx, "", index, "update-index", "--force-remove", path); err != nil {
			return "", err
		}
	}
	return c.git(ctx, "", index, "write-tree")
}

func (c Clone) git(ctx context.Context, in string, env []string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "gc.auto=0", "-c", "maintenance.auto=false"}, args...)...)
	cmd.Dir, cmd.Stdin = c.Dir, strings.NewReader(in)
	cmd.Env = append(cmd.Environ(), env...)
	if c.Env != nil {
		cmd.Env = append(c.Env[:len(c.Env):len(c.Env)], env...)
	}
	system.OwnGroup(cmd)
	cmd.Cancel = func() error { return system.KillGroup(cmd) }
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(errs.Bytes()))
	}
	return strings.TrimSpace(out.String()), nil
}
