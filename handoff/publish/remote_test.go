package publish_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"pawl/handoff/publish"
)

// TestOriginUnderAnotherName has a fork where origin usually is: nothing goes there.
func TestOriginUnderAnotherName(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	fork := r.dir + "/fork.git"
	r.git(r.dir, "clone", "-q", "--bare", r.origin, fork)
	r.git(dir, "remote", "rename", "origin", "upstream")
	r.git(dir, "remote", "add", "origin", fork)
	r.git(dir, "fetch", "-q", "origin")
	r.git(dir, "branch", "-q", "--set-upstream-to=origin/main")
	r.git(dir, "config", "remote.pushDefault", "origin")
	r.write(r.dir+"/seed", "theirs.txt", "theirs\n")
	r.push(r.dir+"/seed", "main moved")
	before := r.git(fork, "rev-parse", "main")
	r.write(dir, "a.txt", "staged\n")
	r.git(dir, "add", "a.txt")
	claimed, err := r.claim(dir, publish.Request{Gate: "g1"})
	r.landed(dir, claimed, err)
	reviewed, err := r.review(dir, publish.Request{Gate: "g1", Verdict: "pass"})
	r.landed(dir, reviewed, err)
	if claimed.Remote != "upstream" || !claimed.Rebased || reviewed.Remote != "upstream" || r.git(fork, "rev-parse", "main") != before {
		t.Errorf("got %+v and %+v", claimed, reviewed)
	}
	r.push2(r.dir+"/seed", "claim(g1): newer")
	if _, err := r.review(dir, publish.Request{Gate: "g1", Verdict: "pass"}); why(err) == nil || !strings.Contains(why(err).Hint, "git pull --rebase upstream main") {
		t.Errorf("it says %#v", err)
	}
	r.git(dir, "config", "remote.upstream.pushurl", fork)
	if _, err := r.claim(dir, publish.Request{Gate: "g1", AllowEmpty: true}); why(err) == nil || !strings.Contains(why(err).Hint, "remote.upstream.pushurl") {
		t.Errorf("it says %v", err)
	}
}

// push2 pushes on top of what origin has.
func (r *rig) push2(dir, subject string) {
	r.t.Helper()
	r.git(dir, "pull", "-q", "--rebase", "origin", "main")
	r.push(dir, subject)
}

// TestAnotherGitHoldsALock waits for it, and does not say that origin is away.
func TestAnotherGitHoldsALock(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	lock := dir + "/.git/refs/remotes/origin/main.lock"
	r.write(r.dir+"/seed", "theirs.txt", "theirs\n")
	r.push(r.dir+"/seed", "main moved")
	r.write(dir, ".git/refs/remotes/origin/main.lock", "")
	freed := time.AfterFunc(300*time.Millisecond, func() {
		if err := os.Remove(lock); err != nil {
			t.Error(err)
		}
	})
	defer freed.Stop()
	got, err := r.claim(dir, publish.Request{Gate: "g1", AllowEmpty: true})
	r.landed(dir, got, err)

	// Taken when the push was refused already: that nothing was pushed is known.
	r.hook(dir+"/.git", "pre-push", "touch "+lock+"; exit 1")
	before := r.state(dir)
	r.write(r.dir+"/seed", "more.txt", "theirs\n")
	_, err = r.claim(dir, publish.Request{Gate: "g2", AllowEmpty: true})
	if err == nil || why(err) == nil {
		t.Errorf("it says %#v", err)
	}
	if after := r.state(dir); after != before {
		t.Errorf("the clone was\n%s\nand is\n%s", before, after)
	}

	// One that stays is named.
	r.push2(r.dir+"/seed", "main moved again")
	_, err = r.claim(dir, publish.Request{Gate: "g2", AllowEmpty: true})
	if why(err) == nil || strings.Contains(err.Error(), "cannot be reached") || !strings.Contains(why(err).Hint, "remove") {
		t.Errorf("it says %#v", err)
	}
}

// TestAReadOnlyClone says which folder it is about.
func TestAReadOnlyClone(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	r := newRig(t)
	for _, folder := range []string{"", "objects"} {
		dir := r.clone("builder" + folder)
		r.push2(r.dir+"/seed", "main moved")
		path := dir + "/.git/" + folder
		if err := os.Chmod(path, 0o555); err != nil {
			t.Fatal(err)
		}
		_, err := r.claim(dir, publish.Request{Gate: "g1", AllowEmpty: true})
		if why(err) == nil || !strings.Contains(err.Error(), dir+"/.git") || !strings.Contains(why(err).Hint, "writable") {
			t.Errorf("it says %#v", err)
		}
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
