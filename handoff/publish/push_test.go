package publish_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pawl/handoff/publish"
	"pawl/handoff/system"
)

// TestManyAtOnce has agents claim and review from clones of their own at the same
// time: each signal lands, once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const agents, each = 3, 3
	var wg sync.WaitGroup
	for a := range agents {
		dir := r.clone(fmt.Sprintf("agent%d", a))
		wg.Go(func() {
			for n := range each {
				name := fmt.Sprintf("f%d-%d.txt", a, n)
				if err := os.WriteFile(dir+"/"+name, []byte("x\n"), 0o644); err != nil {
					t.Error(err)
				}
				if out, err := r.try(dir, "add", name); err != nil {
					t.Errorf("%v: %s", err, out)
				}
				if _, err := r.claim(dir, publish.Request{Gate: fmt.Sprintf("g%d", a), Text: fmt.Sprintf("part %d", n)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if log := r.git(r.origin, "log", "--format=%s", "main"); strings.Count(log, "claim(") != agents*each {
		t.Errorf("main has\n%s", log)
	}
	if files := r.git(r.origin, "ls-tree", "--name-only", "main"); strings.Count(files, "f") != agents*each {
		t.Errorf("main has the files\n%s", files)
	}
}

// TestTwoInOneClone has the second wait for the first.
func TestTwoInOneClone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	var wg sync.WaitGroup
	for n := range 3 {
		wg.Go(func() {
			if _, err := r.claim(dir, publish.Request{Gate: fmt.Sprintf("g%d", n), AllowEmpty: true}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if count := r.git(r.origin, "rev-list", "--count", "main"); count != "4" {
		t.Errorf("main has %s commits", count)
	}
}

// TestALostAnswer kills what takes the push at origin, after it was taken, and has
// somebody push on top of it: origin is asked, and nothing is pushed twice.
func TestALostAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	r.write(r.origin, "once", "")
	r.hook(r.origin, "reference-transaction", `[ "$1" = committed ] && rm once 2>/dev/null || exit 0
git update-ref refs/heads/main $(git -c user.name=x -c user.email=x@test.invalid commit-tree -p main -m 'on top' main^{tree})
kill -9 $PPID`)
	got, err := r.claim(dir, publish.Request{Gate: "g1", AllowEmpty: true})
	r.landed(dir, got, err)
	if log := r.git(r.origin, "log", "--format=%s", "main"); log != "on top\nclaim(g1): ready for review\nstart" {
		t.Errorf("main has\n%s", log)
	}
}

// TestOriginGoesAwayDuringThePush keeps the commit, as nobody knows what became of
// it, and the same request pushes that one later.
func TestOriginGoesAwayDuringThePush(t *testing.T) {
	t.Parallel()
	for name, taken := range map[string]bool{"before it was taken": false, "after it was taken": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			dir := r.clone("builder")
			r.push(dir, "claim(g1): first")
			state := map[bool]string{false: "prepared", true: "committed"}[taken]
			r.hook(r.origin, "reference-transaction", fmt.Sprintf(`[ "$1" = %s ] && mv %s %s.away && kill -9 $PPID; exit 0`, state, r.origin, r.origin))
			q := publish.Request{Gate: "g1", Verdict: "fail", Text: "it breaks"}
			_, err := r.review(dir, q)
			var kept *publish.KeptError
			if !errors.As(err, &kept) || kept.Result.Commit != r.git(dir, "rev-parse", "HEAD") || kept.Result.Branch != "main" {
				t.Fatalf("got %#v", err)
			}
			if err := os.Rename(r.origin+".away", r.origin); err != nil {
				t.Fatal(err)
			}
			r.hook(r.origin, "reference-transaction", "exit 0")
			for _, left := range []string{"/refs/heads/main.lock", "/HEAD.lock"} { // by what was killed
				if err := os.RemoveAll(r.origin + left); err != nil {
					t.Fatal(err)
				}
			}
			if !taken {
				got, err := r.review(dir, q)
				r.landed(dir, got, err)
				if got.Commit != kept.Result.Commit || got.PawlID != kept.Result.PawlID {
					t.Errorf("got %+v after %+v", got, kept.Result)
				}
			}
			if log := r.git(r.origin, "log", "--format=%s", "main"); strings.Count(log, "review(g1)") != 1 {
				t.Errorf("main has\n%s", log)
			}
		})
	}
}

// TestWhatCannotGoOnTop leaves the clone as it was: staged is staged again.
func TestWhatCannotGoOnTop(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		prepare func(r *rig, dir string)
		want    string
	}{
		"a conflict": {func(r *rig, dir string) {
			r.write(dir, "b.txt", "mine\n")
			r.git(dir, "add", "b.txt")
			r.write(dir, "a.txt", "not staged\n")
		}, "conflict with it in b.txt"},
		"a conflict of an earlier commit": {func(r *rig, dir string) {
			r.write(dir, "b.txt", "mine\n")
			r.commit(dir, "mine")
			r.write(dir, "a.txt", "staged\n")
			r.git(dir, "add", "a.txt")
		}, "conflict with it in b.txt"},
		"a file that is not staged": {func(r *rig, dir string) {
			r.write(dir, "b.txt", "mine\n")
			r.write(dir, "a.txt", "staged\n")
			r.git(dir, "add", "a.txt")
		}, "not committed: b.txt"},
		"a file that git does not know": {func(r *rig, dir string) {
			r.write(dir, "new.txt", "mine\n")
			r.write(dir, "a.txt", "staged\n")
			r.git(dir, "add", "a.txt")
		}, "new.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			dir, other := r.clone("builder"), r.clone("other")
			r.write(other, "b.txt", "theirs\n")
			r.write(other, "new.txt", "theirs\n")
			r.push(other, "other work")
			c.prepare(r, dir)
			before := r.state(dir)
			_, err := r.claim(dir, publish.Request{Gate: "g1"})
			if why(err) == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("it says %v, not %q", err, c.want)
			}
			if after := r.state(dir); after != before {
				t.Errorf("the clone was\n%s\nand is\n%s", before, after)
			}
		})
	}
}

// TestHooksOfTheUser run, and what they refuse is undone, with their words.
func TestHooksOfTheUser(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ where, hook, script, want string }{
		"commit-msg":  {"builder/.git", "commit-msg", "echo no such gate\necho write claim\\(other\\): … >&2\nexit 1", "no such gate\nwrite claim(other): …"},
		"pre-push":    {"builder/.git", "pre-push", "echo tests fail >&2; exit 1", "tests fail"},
		"pre-receive": {"origin.git", "pre-receive", "echo protected >&2; exit 1", "remote: protected"},
		"one that adds a paragraph": {"builder/.git", "commit-msg", `printf '\nChange: a paragraph of its own that hides the trailers\nnot one\n' >>"$1"`,
			"cannot be read any more"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			dir := r.clone("builder")
			r.write(r.dir+"/seed", "b.txt", "theirs\n")
			r.push(r.dir+"/seed", "main moved")
			r.hook(r.dir+"/"+c.where, c.hook, c.script)
			r.write(dir, "a.txt", "staged\n")
			r.git(dir, "add", "a.txt")
			before := r.state(dir)
			_, err := r.claim(dir, publish.Request{Gate: "g1"})
			if why(err) == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("it says %v, not %q", err, c.want)
			}
			if after := r.state(dir); after != before {
				t.Errorf("the clone was\n%s\nand is\n%s", before, after)
			}
		})
	}
}

// TestGivingUp ends a hook that hangs, with what it started, and keeps the commit:
// how far the push came is not known.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	r.hook(dir+"/.git", "pre-push", "sleep 600 & echo $! >"+r.dir+"/pid.new; mv "+r.dir+"/pid.new "+r.dir+"/pid; wait")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := r.with(r.options(dir), func(c *publish.Clone) (publish.Result, error) {
			return c.Claim(ctx, publish.Request{Gate: "g1", AllowEmpty: true})
		})
		ended <- err
	}()
	eventually(t, "the hook runs", func() bool { _, err := os.Stat(r.dir + "/pid"); return err == nil })
	pid, err := strconv.Atoi(strings.TrimSpace(r.read(r.dir, "pid")))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	err = <-ended
	var kept *publish.KeptError
	if !errors.Is(err, context.Canceled) || !errors.As(err, &kept) {
		t.Fatalf("it ended with %v", err)
	}
	eventually(t, "what the hook started is gone", func() bool { return system.Signal(pid, 0) != nil })
	if err := os.Remove(dir + "/.git/hooks/pre-push"); err != nil {
		t.Fatal(err)
	}
	got, err := r.claim(dir, publish.Request{Gate: "g1"})
	r.landed(dir, got, err)
	if got.Commit != kept.Result.Commit {
		t.Errorf("got %+v after %+v", got, kept.Result)
	}
}

func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not so: " + what)
		}
	}
}
