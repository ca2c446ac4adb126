package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pawl/loop/doctor"
)

// askedGit holds for every git command of doctor: none may run a program that a
// repository names, which an agent may have written.
var askedGit = []string{
	"--no-pager", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never",
	"-c", "gc.auto=0", "-c", "maintenance.auto=false",
}

// keptGit are the beginnings of the GIT_ variables that say how to reach a
// server, where the person's settings lie, and who commits. All others bind git
// to some repository.
var keptGit = []string{
	"GIT_SSH", "GIT_PROXY_", "GIT_SSL_", "GIT_HTTP_", "GIT_CONFIG_GLOBAL=", "GIT_CONFIG_SYSTEM=", "GIT_CONFIG_NOSYSTEM=",
	"GIT_AUTHOR_", "GIT_COMMITTER_",
}

// forcedGit keeps git from asking anybody and from writing, and its words in
// English.
var forcedGit = []string{
	"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=false", "SSH_ASKPASS=false", "SSH_ASKPASS_REQUIRE=never", "GCM_INTERACTIVE=never",
	"GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1", "LC_ALL=C",
}

func gitEnv(env []string) []string {
	out := slices.DeleteFunc(slices.Clone(env), func(kv string) bool {
		if !strings.HasPrefix(kv, "GIT_") {
			return strings.HasPrefix(kv, "LANGUAGE=") || strings.HasPrefix(kv, "DISPLAY=")
		}
		return !slices.ContainsFunc(keptGit, func(begin string) bool { return strings.HasPrefix(kv, begin) })
	})
	return append(out, forcedGit...)
}

// askGit runs git on the repository around dir.
func (e *examiner) askGit(ctx context.Context, dir string, args ...string) (string, error) {
	return e.askGitWith(ctx, question{env: e.env, args: args}, dir)
}

func (e *examiner) askGitWith(ctx context.Context, q question, dir string) (string, error) {
	q.program, q.dir, q.env = e.git, "/", append(gitEnv(q.env), q.login...)
	q.args = slices.Concat(askedGit, []string{"-C", dir}, q.args)
	out, err := ask(ctx, q)
	return strings.TrimRight(out, "\n"), err
}

func (e *examiner) gitProgram(ctx context.Context) []doctor.Finding {
	f := doctor.GitFacts{Path: e.git}
	if e.git != "" {
		says, err := e.askGit(ctx, "/", "version")
		f.Says = firstWords(says)
		if err != nil {
			f.Trouble = err.Error()
		}
	}
	return []doctor.Finding{doctor.Git(f)}
}

// originURL is where origin is, and why there is none.
func (e *examiner) originURL(ctx context.Context) (url, missing string) {
	if e.cfg.Origin.URL != "" {
		return e.cfg.Origin.URL, ""
	}
	url, err := e.remoteURL(ctx, e.cfg.Dir)
	if err != nil {
		return "", "origin.url is not set, and the remote " + quote(e.cfg.Origin.Remote) + " of " + e.cfg.Dir + " has no URL: " + err.Error()
	}
	return url, ""
}

// errUnread is for a git that ended well and whose words were not read in time, as on
// a busy machine.
var errUnread = errors.New("git was not heard in time")

// remoteURL is the URL of the configured remote in the repository around dir. A
// relative path counts from the top of the repository, as git has it.
func (e *examiner) remoteURL(ctx context.Context, dir string) (string, error) {
	url, err := e.askGit(ctx, dir, "remote", "get-url", "--", e.cfg.Origin.Remote)
	if err != nil {
		return "", err
	}
	if url == "" {
		return "", errUnread // joined to the folder it would be the folder
	}
	url, _, _ = strings.Cut(url, "\n")
	if host, path := doctor.Place(url); host != "" || filepath.IsAbs(path) {
		return url, nil
	}
	top, err := e.top(ctx, dir)
	if err != nil || top == "" {
		top, err = e.askGit(ctx, dir, "rev-parse", "--absolute-git-dir") // it is bare
	}
	return filepath.Join(top, url), err
}

// top is the working tree around dir; links are resolved.
func (e *examiner) top(ctx context.Context, dir string) (string, error) {
	return e.askGit(ctx, dir, "rev-parse", "--show-toplevel")
}

// samePlace says that two URLs lead to one repository.
func samePlace(a, b string) bool {
	hostA, dirA := doctor.Place(a)
	hostB, dirB := doctor.Place(b)
	if hostA != "" || hostB != "" {
		return doctor.SamePlace(a, b)
	}
	if dirA == dirB {
		return true
	}
	one, err := gitFolder(dirA)
	if err != nil {
		return false
	}
	other, err := gitFolder(dirB)
	return err == nil && os.SameFile(one, other)
}

// gitFolder is the folder of a repository on this machine, however it is named.
func gitFolder(path string) (os.FileInfo, error) {
	for _, name := range []string{path, path + ".git"} {
		if info, err := os.Stat(filepath.Join(name, ".git")); err == nil {
			return info, nil
		}
		if info, err := os.Stat(name); err == nil {
			return info, nil
		}
	}
	return nil, os.ErrNotExist
}
