package publish_test

import (
	"strings"
	"testing"

	"pawl/handoff/publish"
)

// mergeByHand makes a merge in a clone that holds what neither side has.
func (r *rig) mergeByHand(dir string) {
	r.t.Helper()
	r.git(dir, "switch", "-q", "-c", "feat")
	r.write(dir, "feat.txt", "feat\n")
	r.commit(dir, "a feature")
	r.git(dir, "switch", "-q", "main")
	r.write(dir, "src.txt", "src\n")
	r.commit(dir, "source")
	r.git(dir, "merge", "-q", "--no-commit", "--no-ff", "feat")
	r.write(dir, "src.txt", "src\nsemantic fix\n")
	r.commit(dir, "merge")
}

// TestAMergeKeepsWhatItChanged: a rebase would make the merge anew, without what was
// changed in it by hand.
func TestAMergeKeepsWhatItChanged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir, other := r.clone("builder"), r.clone("other")
	r.mergeByHand(dir)
	r.write(dir, "b.txt", "half done\n")
	for _, name := range []string{"theirs.txt", "more.txt"} {
		r.write(other, name, "theirs\n")
		r.push(other, "other work")
		r.git(other, "pull", "-q", "--rebase", "origin", "main")
		got, err := r.claim(dir, publish.Request{Gate: "g1", Text: "with " + name, AllowEmpty: true})
		r.landed(dir, got, err)
		if r.git(r.origin, "show", "main:src.txt") != "src\nsemantic fix" || r.git(r.origin, "show", "main:"+name) != "theirs" {
			t.Errorf("main has %s", r.git(r.origin, "log", "-p", "-1", "main"))
		}
		if r.git(dir, "status", "--porcelain") != " M b.txt" || r.read(dir, "b.txt") != "half done\n" {
			t.Errorf("the working tree is %q", r.git(dir, "status", "--porcelain"))
		}
		r.git(other, "pull", "-q", "--rebase", "origin", "main")
	}
	if who := r.git(r.origin, "log", "-1", "--format=%an %cn", "main"); who != "builder builder" {
		t.Errorf("the claim is by %q", who)
	}
}

// TestAMergeThatCannotBeKept leaves the clone as it was, and says what to do.
func TestAMergeThatCannotBeKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		theirs     func(r *rig, other string)
		want, hint string
	}{
		"a conflict": {func(r *rig, other string) {
			r.write(other, "src.txt", "theirs\n")
			r.push(other, "theirs")
		}, "conflict with it in src.txt", "git pull --no-rebase origin main"},
		"a rewrite": {func(r *rig, other string) {
			r.git(other, "reset", "-q", "--hard", "main~1")
			r.commit(other, "instead")
			r.git(other, "push", "-q", "--force", "origin", "HEAD:main")
		}, "was rewritten", "--rebase-merges"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			other := r.clone("other")
			r.push(other, "to be taken away")
			dir := r.clone("builder")
			r.mergeByHand(dir)
			c.theirs(r, other)
			r.write(dir, "a.txt", "staged\n")
			r.git(dir, "add", "a.txt")
			before := r.state(dir)
			_, err := r.claim(dir, publish.Request{Gate: "g1"})
			if why(err) == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(why(err).Hint, c.hint) {
				t.Errorf("it says %#v", err)
			}
			if after := r.state(dir); after != before {
				t.Errorf("the clone was\n%s\nand is\n%s", before, after)
			}
		})
	}
}

// TestARewriteUnderUnstagedWork: what the rewrite took away counts too, or the
// unstaged work comes back with conflict marks in it.
func TestARewriteUnderUnstagedWork(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	other := r.clone("other")
	r.write(other, "b.txt", "bad\n")
	r.push(other, "to be taken away")
	dir := r.clone("builder")
	r.git(other, "reset", "-q", "--hard", "HEAD~1")
	r.write(other, "new.txt", "good\n")
	r.commit(other, "instead")
	r.git(other, "push", "-q", "--force", "origin", "HEAD:main")
	r.write(dir, "b.txt", "bad, and better\n")
	r.write(dir, "a.txt", "staged\n")
	r.git(dir, "add", "a.txt")
	before := r.state(dir)
	_, err := r.claim(dir, publish.Request{Gate: "g1"})
	if why(err) == nil || !strings.Contains(err.Error(), "b.txt") || !strings.Contains(why(err).Hint, "git stash") {
		t.Errorf("it says %v", err)
	}
	if after := r.state(dir); after != before {
		t.Errorf("the clone was\n%s\nand is\n%s", before, after)
	}
}

// TestUnstagedWorkThatDoesNotComeBack: a hook changes, during the rebase, the very
// file that was put aside. Git keeps it in a stash, and ends with 0.
func TestUnstagedWorkThatDoesNotComeBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	r.write(r.dir+"/seed", "theirs.txt", "theirs\n")
	r.push(r.dir+"/seed", "main moved")
	r.write(dir, "b.txt", "half done\n")
	r.write(dir, "a.txt", "staged\n")
	r.git(dir, "add", "a.txt")
	r.hook(dir+"/.git", "post-rewrite", "echo formatted >b.txt && git commit -q -m formatted b.txt")
	before := r.state(dir)
	_, err := r.claim(dir, publish.Request{Gate: "g1"})
	if why(err) == nil || !strings.Contains(err.Error(), "not committed") {
		t.Errorf("it says %v", err)
	}
	if after := r.state(dir); after != before {
		t.Errorf("the clone was\n%s\nand is\n%s", before, after)
	}
}
