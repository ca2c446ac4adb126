package origin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"pawl/loop/launcher/proc"
)

// upkeeps are what hosts do to repositories, each a list of git's arguments. Others
// fetch and push meanwhile, so nothing is pruned that came just now: git-gc(1) says
// that --prune=now may take away what a push that is under way is about to refer to.
var upkeeps = [][][]string{
	{{"reflog", "expire", "--expire=now", "--all"}, {"gc", "-q", "--prune=1.minute.ago"}},
	{{"repack", "-q", "-a", "-d", "-k"}},
	{{"pack-refs", "--all", "--prune"}, {"repack", "-q", "-d"}},
	{{"reflog", "expire", "--expire=now", "--all"}, {"repack", "-q", "-a", "-d", "-f", "-k"}, {"prune", "--expire=1.minute.ago"}},
}

// Repack packs the repository anew while it is used: each time in another of some
// ways, gc among them.
func (o *Origin) Repack(ctx context.Context) error {
	select {
	case o.rewriting <- struct{}{}:
		defer func() { <-o.rewriting }()
	case <-ctx.Done():
		return ctx.Err()
	}
	dir, release := o.repository()
	defer release()
	way := upkeeps[o.repacks%len(upkeeps)]
	o.repacks++
	for _, args := range way {
		if _, err := o.git.run(ctx, dir, "", args...); err != nil {
			return fmt.Errorf("repack origin: %w", err)
		}
	}
	return nil
}

const (
	tendPause = time.Second
	// lockAge is when a lock is nobody's any more: git holds one for milliseconds.
	lockAge = 15 * time.Second
)

// tend removes the locks that a killed push left behind: by path, the receiving
// git is killed with the agent, and nobody could push ever again.
func (o *Origin) tend(ctx context.Context) {
	for proc.Pause(ctx, tendPause) == nil {
		if err := o.unlock(time.Now().Add(-lockAge)); err != nil {
			o.log.Warn("origin's locks cannot be looked at", "error", err)
		}
	}
}

// unlock removes locks of refs that are older than a moment.
func (o *Origin) unlock(before time.Time) error {
	dir, release := o.repository()
	defer release()
	var errs []error
	for _, name := range []string{branchRef, "HEAD", "packed-refs"} {
		lock := filepath.Join(dir, filepath.FromSlash(name)+".lock")
		info, err := os.Stat(lock)
		if err == nil && info.ModTime().Before(before) {
			o.log.Info("a lock that a killed git left in origin is removed", "lock", name)
			err = os.Remove(lock)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
