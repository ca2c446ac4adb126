// Package git puts pawl's hooks into git repositories and takes them out again.
// A hook of the user's that was there runs first, and is back after removal as
// it was.
//
// There are three ways, and each repository has one of them. Where git reads
// hooks from its configuration (2.54 and newer), that is where they go: no file
// of anybody's is touched. Elsewhere they are files in the repository's own hooks
// folder, and what was there under the same name is moved beside that folder. Where
// core.hooksPath names another folder, which may be tracked or shared by several
// repositories, nothing is written there: the repository gets a folder of pawl's,
// which calls every hook of the other one. Git is led there by a conditional include,
// which holds only where the repository was when that was written; in a container or
// after a move git calls the user's hooks as it did before.
package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// The hooks that pawl has. See githooks(5) for when git calls each.
const (
	referenceTransaction = "reference-transaction"
	postReceive          = "post-receive"
	commitMsg            = "commit-msg"
	prePush              = "pre-push"
)

// names are pawl's hooks of a repository.
func (r Repo) names() []string {
	if r.Bare {
		return []string{postReceive}
	}
	return []string{referenceTransaction, commitMsg, prePush}
}

// everyName are all that pawl has anywhere.
var everyName = []string{referenceTransaction, postReceive, commitMsg, prePush}

// Git runs the git program on the repository around dir and returns what it
// prints. A failure holds an *exec.ExitError where git itself gave up, and says
// what it complained of. Its words are in English.
type Git func(ctx context.Context, dir string, args ...string) (string, error)

// ErrNoRepository means that there is no repository around a folder.
var ErrNoRepository = errors.New("not a git repository")

// Repo is a repository as far as its hooks are concerned.
type Repo struct {
	Dir    string // by which it was named, absolute
	Common string // git's folder that all its worktrees share, absolute, links resolved
	Bare   bool

	top       string // the worktree around Dir; "" if it is bare
	hooksPath string // core.hooksPath as it holds there, ~ expanded; "" without one
	effective string // where git looks for hooks, absolute
	inConfig  bool   // git reads hooks from its configuration
	git       Git
}

// Open finds the repository around dir. It is ErrNoRepository if there is none.
func Open(ctx context.Context, git Git, dir string) (Repo, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Repo{}, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return Repo{}, fmt.Errorf("%s is no folder: %w", dir, ErrNoRepository)
	}
	r := Repo{Dir: dir, git: git}
	common, err := r.ask(ctx, "rev-parse", "--git-common-dir")
	if refused(err) && strings.Contains(err.Error(), "not a git repository") {
		return r, fmt.Errorf("%s: %w", dir, ErrNoRepository)
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", dir, err) // as of a repository of another user
	}
	if r.Common, err = filepath.EvalSymlinks(r.absolute(common)); err != nil {
		return r, err
	}
	bare, err := r.ask(ctx, "rev-parse", "--is-bare-repository")
	if err != nil {
		return r, err
	}
	if r.Bare = bare == "true"; !r.Bare {
		// Within .git there is no worktree; hooks run at the top of one.
		if r.top, err = r.ask(ctx, "rev-parse", "--show-toplevel"); err != nil && !refused(err) {
			return r, err
		}
	}
	version, err := r.ask(ctx, "version")
	if err != nil {
		return r, err
	}
	r.inConfig = readsHooks(version)
	return r, r.readHooksPath(ctx)
}

// readHooksPath finds out where git looks for hooks now.
func (r *Repo) readHooksPath(ctx context.Context) error {
	var err error
	if r.hooksPath, err = r.setting(ctx, "--type=path", "--get", "core.hooksPath"); err != nil {
		return err
	}
	r.effective = filepath.Join(r.Common, "hooks")
	if r.hooksPath != "" {
		r.effective = r.hooksPath
		if !filepath.IsAbs(r.effective) {
			r.effective = filepath.Join(r.at(), r.effective)
		}
	}
	return nil
}

// at is the folder in which git runs hooks.
func (r Repo) at() string {
	if r.top != "" {
		return r.top
	}
	return r.Common
}

func (r Repo) absolute(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(r.Dir, path)
}

// own is the folder of pawl's in the repository.
func (r Repo) own() string { return filepath.Join(r.Common, ownName) }

const ownName = "pawl-hooks"

// ask runs git there and takes the end of the line off.
func (r Repo) ask(ctx context.Context, args ...string) (string, error) {
	out, err := r.git(ctx, r.Dir, args...)
	return strings.TrimSuffix(out, "\n"), err
}

// setting is a value of git's configuration; "" where it is not set.
func (r Repo) setting(ctx context.Context, args ...string) (string, error) {
	value, err := r.ask(ctx, append([]string{"config"}, args...)...)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return "", nil
	}
	return value, err
}

// refused says that git ran, and gave up.
func refused(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() > 0
}

var versionNumber = regexp.MustCompile(`(\d+)\.(\d+)`)

// readsHooks says whether the git that calls itself so reads
// hook.<name>.event and hook.<name>.command, which came with 2.54.
func readsHooks(version string) bool {
	m := versionNumber.FindStringSubmatch(version)
	if m == nil {
		return false
	}
	major, err := strconv.Atoi(m[1])
	minor, merr := strconv.Atoi(m[2])
	return err == nil && merr == nil && (major > 2 || major == 2 && minor >= 54)
}
