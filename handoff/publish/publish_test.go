package publish_test

import (
	"strings"
	"testing"

	"pawl/handoff/publish"
)

// TestAClaimCarriesWhatIsStaged commits what `git add` chose, and nothing else, and
// brings earlier commits along.
func TestAClaimCarriesWhatIsStaged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	r.write(dir, "work.txt", "first\n")
	r.commit(dir, "work on the parser")
	r.write(dir, "a.txt", "staged\n")
	r.git(dir, "add", "a.txt")
	r.write(dir, "b.txt", "not staged\n")
	opt := r.options(dir)
	opt.Agent = "builder"
	got, err := r.with(opt, func(c *publish.Clone) (publish.Result, error) {
		return c.Claim(t.Context(), publish.Request{Gate: "parser", Text: "it parses\nas well as it can\n\nmore words"})
	})
	r.landed(dir, got, err)
	if got.Left != 1 || got.Rebased || got.Branch != "main" {
		t.Errorf("got %+v", got)
	}
	message := r.git(r.origin, "log", "-1", "--format=%B", "main")
	want := "claim(parser): it parses\n\nas well as it can\n\nmore words\n\nGate: parser\nPawl-Id: " + got.PawlID + "\nPawl-Agent: builder"
	if strings.TrimSpace(message) != want {
		t.Errorf("the message is\n%s\nnot\n%s", message, want)
	}
	if files := r.git(r.origin, "diff", "--name-only", "main~2", "main"); files != "a.txt\nwork.txt" {
		t.Errorf("pushed are %q", files)
	}
	if r.read(dir, "b.txt") != "not staged\n" || r.git(dir, "status", "--porcelain") != " M b.txt" {
		t.Errorf("the working tree is %q", r.git(dir, "status", "--porcelain"))
	}
}

// TestAReviewIsBoundToTheClaim names the newest claim's commit, though more came
// after it and the reviewer's clone is behind.
func TestAReviewIsBoundToTheClaim(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	builder, adversary := r.clone("builder"), r.clone("adversary")
	first, err := r.claim(builder, publish.Request{Gate: "g1", AllowEmpty: true})
	r.landed(builder, first, err)
	second, err := r.claim(builder, publish.Request{Gate: "g1", Text: "once more", AllowEmpty: true})
	r.landed(builder, second, err)
	r.push(builder, "more work")
	got, err := r.review(adversary, publish.Request{Gate: "g1", Verdict: "fail", Text: "it breaks on an empty file"})
	r.landed(adversary, got, err)
	if got.Reviewed != second.Commit || !got.Rebased {
		t.Errorf("got %+v, and the claim is %s", got, second.Commit)
	}
	if said := r.git(r.origin, "log", "-1", "--format=%s|%(trailers:key=Verdict,valueonly)|%(trailers:key=Reviewed,valueonly)", "main"); said !=
		"review(g1): it breaks on an empty file|fail\n|"+second.Commit {
		t.Errorf("git reads %q", said)
	}
	// What its clone has counts as seen, and what it names must hold the newest claim.
	r.write(adversary, "machine-docs/REVIEW-core.md", "it holds\n")
	r.git(adversary, "add", "-A")
	tip := r.git(adversary, "rev-parse", "HEAD")
	got, err = r.review(adversary, publish.Request{Gate: "g1", Verdict: "pass", Reviewed: tip[:12]})
	r.landed(adversary, got, err)
	if got.Reviewed != tip {
		t.Errorf("reviewed is %s, not %s", got.Reviewed, tip)
	}
}

// TestMainMovedMeanwhile puts the signal on top of what came, and what is not
// committed stays as it was.
func TestMainMovedMeanwhile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir, other := r.clone("builder"), r.clone("other")
	r.write(other, "theirs.txt", "theirs\n")
	r.push(other, "other work")
	r.write(dir, "mine.txt", "mine\n")
	r.git(dir, "add", "mine.txt")
	r.write(dir, "b.txt", "half done\n")
	r.write(dir, "untracked.txt", "new\n")
	got, err := r.claim(dir, publish.Request{Gate: "g1"})
	r.landed(dir, got, err)
	if !got.Rebased || r.read(dir, "b.txt") != "half done\n" || r.read(dir, "untracked.txt") != "new\n" || r.read(dir, "theirs.txt") != "theirs\n" {
		t.Errorf("got %+v with %s", got, r.git(dir, "status", "--porcelain"))
	}
	if stashes := r.git(dir, "stash", "list"); stashes != "" {
		t.Errorf("left are %s", stashes)
	}
}

// TestALocalMergeSurvives joins a history that has a merge in it with what came.
func TestALocalMergeSurvives(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir, other := r.clone("builder"), r.clone("other")
	r.git(dir, "switch", "-q", "-c", "side")
	r.write(dir, "side.txt", "side\n")
	r.commit(dir, "on the side")
	r.git(dir, "switch", "-q", "main")
	r.write(dir, "main.txt", "main\n")
	r.commit(dir, "on main")
	r.git(dir, "merge", "-q", "--no-ff", "-m", "join", "side")
	r.write(other, "theirs.txt", "theirs\n")
	r.push(other, "other work")
	got, err := r.claim(dir, publish.Request{Gate: "g1"})
	r.landed(dir, got, err)
	if merges := r.git(r.origin, "rev-list", "--count", "--merges", "main"); merges != "2" {
		t.Errorf("main has %s merges", merges)
	}
}

// TestARewrittenMainIsFollowed brings nothing back that a force-push took away.
func TestARewrittenMainIsFollowed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	other := r.clone("other")
	bad := r.push(other, "bad")
	dir := r.clone("builder")
	r.push(other, "worse")
	r.git(dir, "pull", "-q")
	r.git(other, "reset", "-q", "--hard", bad+"~1")
	r.write(other, "good.txt", "good\n")
	r.commit(other, "good")
	r.git(other, "push", "-q", "--force", "origin", "HEAD:main")
	before := r.state(dir)
	if _, err := r.claim(dir, publish.Request{Gate: "g1"}); why(err) == nil || !strings.Contains(err.Error(), "nothing to claim") {
		t.Fatalf("got %v", err)
	}
	if after := r.state(dir); after != before {
		t.Errorf("the clone was\n%s\nand is\n%s", before, after)
	}
	got, err := r.claim(dir, publish.Request{Gate: "g1", AllowEmpty: true})
	r.landed(dir, got, err)
	if log := r.git(r.origin, "log", "--format=%s", "main"); log != "claim(g1): ready for review\ngood\nstart" {
		t.Errorf("main has\n%s", log)
	}
}

// TestTheFirstBranch publishes to an origin that is empty.
func TestTheFirstBranch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.git(r.dir, "init", "-q", "--bare", "--template=", "-b", "main", "empty.git")
	r.origin = r.dir + "/empty.git"
	dir := r.clone("builder")
	if _, err := r.claim(dir, publish.Request{Gate: "g1"}); why(err) == nil || !strings.Contains(err.Error(), "no commit yet") {
		t.Fatalf("got %v", err)
	}
	r.commit(dir, "first")
	got, err := r.claim(dir, publish.Request{Gate: "g1"})
	r.landed(dir, got, err)
}

// TestALinkedWorktree has a branch of its own that follows the watched one.
func TestALinkedWorktree(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	tree := r.dir + "/tree"
	r.git(dir, "worktree", "add", "-q", "-b", "desk", "--track", tree, "origin/main")
	r.write(tree, "sub/x.txt", "x\n")
	r.git(tree, "add", "-A")
	got, err := r.with(r.options(tree+"/sub"), func(c *publish.Clone) (publish.Result, error) {
		return c.Claim(t.Context(), publish.Request{Gate: "g1"})
	})
	r.landed(tree, got, err)
}

// TestAnURLThatIsReplaced is known by what is written, and by what git makes of it.
func TestAnURLThatIsReplaced(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	r.git(dir, "remote", "set-url", "origin", "git@example.org:acme.git")
	r.git(dir, "config", "url."+r.origin+".insteadOf", "git@example.org:acme.git")
	for _, origin := range []string{r.origin, "git@example.org:acme.git"} {
		opt := r.options(dir)
		opt.IsOrigin = func(url string) bool { return url == origin }
		got, err := r.with(opt, func(c *publish.Clone) (publish.Result, error) {
			return c.Claim(t.Context(), publish.Request{Gate: "g1", AllowEmpty: true})
		})
		r.landed(dir, got, err)
	}
}
