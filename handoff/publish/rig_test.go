package publish_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pawl/handoff"
	"pawl/handoff/publish"
)

// rules are those that pawl.yaml has by default.
var rules = []handoff.Rule{
	{Name: "claim", Subject: regexp.MustCompile(`(?i)^claim\b`), AnsweredBy: "review"},
	{Name: "review", Subject: regexp.MustCompile(`(?i)^review\b`), AnsweredBy: "claim"},
}

// rig is an origin and clones of it, in a folder of their own.
type rig struct {
	t      *testing.T
	dir    string
	origin string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir()}
	r.origin = filepath.Join(r.dir, "origin.git")
	r.git(r.dir, "init", "-q", "--bare", "--template=", "-b", "main", r.origin)
	seed := r.clone("seed")
	r.write(seed, "a.txt", "a\n")
	r.write(seed, "b.txt", "b\n")
	r.push(seed, "start")
	return r
}

// env is a git environment without the person's settings.
func env() []string {
	return append(slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "GIT_") }),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
}

// git runs git in a folder, and is fatal where that fails.
func (r *rig) git(dir string, args ...string) string {
	r.t.Helper()
	out, err := r.try(dir, args...)
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func (r *rig) try(dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(context.Background(), "git", args...)
	cmd.Dir, cmd.Env = dir, env()
	out, err := cmd.CombinedOutput()
	return strings.TrimRight(string(out), "\n"), err
}

// clone makes a clone that belongs to an agent of that name.
func (r *rig) clone(name string) string {
	r.t.Helper()
	dir := filepath.Join(r.dir, name)
	r.git(r.dir, "clone", "-q", "--template=", r.origin, dir)
	r.git(dir, "config", "user.name", name)
	r.git(dir, "config", "user.email", name+"@test.invalid")
	return dir
}

func (r *rig) write(dir, name, text string) {
	r.t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) read(dir, name string) string {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

// commit commits all that a clone has.
func (r *rig) commit(dir string, message ...string) string {
	r.t.Helper()
	r.git(dir, "add", "-A")
	r.git(dir, "commit", "-q", "--allow-empty", "-m", strings.Join(message, "\n\n"))
	return r.git(dir, "rev-parse", "HEAD")
}

func (r *rig) push(dir string, message ...string) string {
	r.t.Helper()
	hash := r.commit(dir, message...)
	r.git(dir, "push", "-q", "origin", "HEAD:main")
	return hash
}

// hook writes a hook into a repository's hooks.
func (r *rig) hook(gitDir, name, script string) {
	r.t.Helper()
	path := filepath.Join(gitDir, "hooks", name)
	r.write(gitDir, "hooks/"+name, "#!/bin/sh\n"+script+"\n")
	if err := os.Chmod(path, 0o755); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) options(dir string) publish.Options {
	return publish.Options{
		Dir: dir, Origin: r.origin, Remote: "origin", Rules: rules, Env: env(),
		IsOrigin: func(url string) bool { return url == r.origin },
		Note:     handoff.Notes("machine-docs", []string{"BUILDER-INBOX.md"}),
	}
}

func (r *rig) claim(dir string, q publish.Request) (publish.Result, error) {
	return r.with(r.options(dir), func(c *publish.Clone) (publish.Result, error) { return c.Claim(context.Background(), q) })
}

func (r *rig) review(dir string, q publish.Request) (publish.Result, error) {
	return r.with(r.options(dir), func(c *publish.Clone) (publish.Result, error) { return c.Review(context.Background(), q) })
}

func (r *rig) with(opt publish.Options, f func(*publish.Clone) (publish.Result, error)) (publish.Result, error) {
	c, err := publish.Open(context.Background(), opt)
	if err != nil {
		return publish.Result{}, err
	}
	got, err := f(c)
	return got, errors.Join(err, c.Close())
}

// landed fails the test unless a signal is on origin's branch, once, and the clone
// stands there.
func (r *rig) landed(dir string, got publish.Result, err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	if at := r.git(r.origin, "log", "main", "--format=%H", "--fixed-strings", "--grep=Pawl-Id: "+got.PawlID); at != got.Commit {
		r.t.Errorf("on main are %q, not %s", at, got.Commit)
	}
	if head := r.git(dir, "rev-parse", "HEAD"); head != got.Commit {
		r.t.Errorf("the clone stands at %s, not at %s", head, got.Commit)
	}
}

// state is all that a refusal must not change: refs with the stash, index, files.
func (r *rig) state(dir string) string {
	r.t.Helper()
	var b strings.Builder
	for _, args := range [][]string{
		{"for-each-ref"}, {"status", "--porcelain=v2", "--branch", "--no-ahead-behind", "--untracked-files=all"}, {"diff", "--binary"},
	} {
		out, _ := r.try(dir, args...) // without a branch, or a commit, that is what there is
		for line := range strings.Lines(out) {
			if !strings.Contains(line, "refs/remotes/") && !strings.HasPrefix(line, "# branch.ab") { // a refusal may have fetched
				b.WriteString(line)
			}
		}
		b.WriteString("\n--\n")
	}
	return b.String()
}

// why is the refusal that an error is.
func why(err error) *publish.Refusal {
	var r *publish.Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}
