package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"pawl/loop"
	"pawl/loop/config"
	"pawl/loop/doctor"
	"pawl/loop/ledger"
)

// clone judges the folder of the i-th agent.
func (e *examiner) clone(ctx context.Context, i int) []doctor.Finding {
	a := e.cfg.Agents[i]
	f := doctor.CloneFacts{Agent: a.Name, Dir: a.Dir, Own: a.Dir == e.cfg.Dir, Loop: a.Kind == config.KindLoop, Want: e.cfg.Origin.Branch, Remote: e.cfg.Origin.Remote}
	for _, other := range e.cfg.Agents[:i] {
		if other.Enabled && other.Dir == a.Dir && !e.p.elsewhere(other) {
			f.Shared = append(f.Shared, other.Name)
		}
	}
	if _, err := os.Lstat(a.Dir); errors.Is(err, fs.ErrNotExist) {
		kept := e.ledger(ctx).state
		_, f.Runs = kept.Sessions[a.Name]
		f.Absent, f.Wanted = true, kept.Agents[a.Name].Wanted == ledger.Up
		return doctor.Clone(f)
	}
	if e.git == "" {
		return nil
	}
	top, locked, err := e.workTree(ctx, a.Dir)
	if err != nil {
		f.Says, f.Slow = err.Error(), ctx.Err() != nil
		return doctor.Clone(f)
	}
	f.Top, f.Lock = top, locked
	if top == "" { // git ended, and on a busy machine its words were not read in time
		f.Slow = true
		return doctor.Clone(f)
	}
	if real, err := filepath.EvalSymlinks(a.Dir); err == nil && real == top {
		f.Top = a.Dir
	}
	e.compareOrigin(ctx, &f)
	if err := e.compareBranch(ctx, &f); err != nil {
		f.Unknown = err.Error()
	}
	f.Identity = e.identity(ctx, a)
	f.Slow = f.Slow || ctx.Err() != nil
	return doctor.Clone(f)
}

// compareOrigin finds out whether a clone's remote leads to origin.
func (e *examiner) compareOrigin(ctx context.Context, f *doctor.CloneFacts) {
	theirs, err := e.remoteURL(ctx, f.Dir)
	if err != nil {
		f.Slow = errors.Is(err, errUnread)
		return
	}
	ours, _ := e.originURL(ctx)
	f.Origin, f.Ours = doctor.Mask(theirs), doctor.Mask(ours)
	f.Alike = ours == "" || samePlace(theirs, ours) // without an origin that is told elsewhere
}

// compareBranch finds out how a clone's branch stands to origin's, and what is
// not committed.
func (e *examiner) compareBranch(ctx context.Context, f *doctor.CloneFacts) error {
	remote := "refs/remotes/" + e.cfg.Origin.Remote + "/"
	if f.Want == "" {
		if head, err := e.askGit(ctx, f.Dir, "symbolic-ref", "--quiet", remote+"HEAD"); err == nil {
			f.Want = strings.TrimPrefix(head, remote)
		}
	}
	head, err := e.changed(ctx, f)
	if err != nil || head == "" {
		return err
	}
	return e.countCommits(ctx, f, head, remote+cmp.Or(f.Want, f.Branch))
}

// countCommits compares head, a clone's commit, with origin's tip, in whichever of the
// two repositories has both; in neither, with fetched, the clone's own record
// of origin's branch. That record stands still where an agent pulls a ref by
// name.
func (e *examiner) countCommits(ctx context.Context, f *doctor.CloneFacts, head, fetched string) error {
	var refused *exec.ExitError
	type place struct{ dir, other string }
	places := []place{{f.Dir, fetched}}
	if tip := e.tip(ctx); tip.hash != "" && f.Want != "" {
		places = []place{{tip.dir, tip.hash}, {f.Dir, tip.hash}, {f.Dir, fetched}}
	}
	for _, at := range places {
		counts, err := e.askGit(ctx, at.dir, "rev-list", "--left-right", "--count", head+"..."+at.other, "--")
		if errors.As(err, &refused) {
			continue // it lacks one of the two
		}
		ahead, behind, _ := strings.Cut(counts, "\t")
		f.Fetched, f.Known, f.Ahead, f.Behind = err == nil, at.other != fetched, number(ahead), number(behind)
		return err
	}
	return nil
}

func number(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0
	}
	return n
}

// changed finds out what is checked out, the branch and the commit ("" before
// the first one), and counts the files that are not committed. A filter that the clone's own configuration names is not
// run: a sandboxed agent may have written it.
func (e *examiner) changed(ctx context.Context, f *doctor.CloneFacts) (head string, err error) {
	var args []string
	names, err := e.askGit(ctx, f.Dir, "config", "--show-scope", "--name-only", "--null", "--get-regexp", `^filter\.`)
	var none *exec.ExitError
	if err != nil && (!errors.As(err, &none) || none.ExitCode() != 1) {
		return "", err
	}
	fields := strings.Split(names, "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		if scope := fields[i]; scope == "system" || scope == "global" {
			continue
		}
		value := ""
		if strings.HasSuffix(fields[i+1], ".required") {
			value = "false"
		}
		args = append(args, "-c", fields[i+1]+"="+value)
	}
	args = append(args, "status", "--porcelain=v2", "--branch", "--no-ahead-behind", "--no-renames", "--ignore-submodules=all", "--untracked-files=normal")
	out, err := e.askGit(ctx, f.Dir, args...)
	for line := range strings.Lines(out) {
		if branch, ok := strings.CutPrefix(line, "# branch.head "); ok && !strings.HasPrefix(branch, "(") {
			f.Branch = strings.TrimSpace(branch)
		}
		if hash, ok := strings.CutPrefix(line, "# branch.oid "); ok && !strings.HasPrefix(hash, "(") {
			head = strings.TrimSpace(hash)
		}
		if !strings.HasPrefix(line, "#") {
			f.Changed++
		}
	}
	return head, err
}

// oldLock is the age at which no git command holds the index any more.
const oldLock = 10 * time.Minute

// workTree finds the working tree around dir, with links resolved, and whether
// a git command that ended long ago left the lock of its index.
func (e *examiner) workTree(ctx context.Context, dir string) (top string, locked bool, err error) {
	out, err := e.askGit(ctx, dir, "rev-parse", "--git-path", "index.lock", "--show-toplevel")
	lock, top, _ := strings.Cut(out, "\n")
	if err != nil {
		return "", false, err
	}
	if !filepath.IsAbs(lock) {
		lock = filepath.Join(dir, lock)
	}
	info, err := os.Stat(lock)
	return top, err == nil && e.now.Sub(info.ModTime()) > oldLock, nil
}

// identity is who commits in an agent's folder, in the environment of its
// sessions; "" where nobody said.
func (e *examiner) identity(ctx context.Context, a config.Agent) string {
	who := ""
	for _, name := range []string{"GIT_COMMITTER_IDENT", "GIT_AUTHOR_IDENT"} {
		out, err := e.askGitWith(ctx, question{env: loop.AgentEnv(e.env, a), args: []string{"-c", "user.useConfigOnly=true", "var", name}}, a.Dir)
		end := strings.LastIndexByte(out, '>')
		if err != nil || end < 0 || strings.HasSuffix(out[:end+1], "<>") {
			return ""
		}
		who = out[:end+1] // the time follows
	}
	return who
}
