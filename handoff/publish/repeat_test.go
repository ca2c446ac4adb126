package publish_test

import (
	"os"
	"strings"
	"testing"

	"pawl/handoff/publish"
)

// TestASignalThatLandedUnnoticed is repeated word by word, and not made twice.
func TestASignalThatLandedUnnoticed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir, other := r.clone("builder"), r.clone("other")
	opt := r.options(dir)
	opt.Agent = "builder"
	for _, q := range []publish.Request{
		{Gate: "g1", Text: "it parses\n\nall  \n\n\nof it\n\nFixes: x", AllowEmpty: true},
		{Gate: "g1", Text: "it breaks", Verdict: "fail"},
	} {
		write := func(opt publish.Options, q publish.Request) (publish.Result, error) {
			return r.with(opt, func(c *publish.Clone) (publish.Result, error) {
				if q.Verdict != "" {
					return c.Review(t.Context(), q)
				}
				return c.Claim(t.Context(), q)
			})
		}
		first, err := write(opt, q)
		r.landed(dir, first, err)
		again := func(when string, opt publish.Options, q publish.Request, landed bool) {
			t.Helper()
			before := r.git(r.origin, "rev-parse", "main")
			got, err := write(opt, q)
			if moved := r.git(r.origin, "rev-parse", "main") != before; err != nil || got.Already != landed || moved == landed {
				t.Errorf("%s, %s: %+v and %v; main moved: %v", q.Text, when, got, err, moved)
			}
			if landed && (got.Commit != first.Commit || got.PawlID != first.PawlID) {
				t.Errorf("%s, %s: got %+v, not %+v", q.Text, when, got, first)
			}
		}
		again("at once", opt, q, true)
		r.git(other, "pull", "-q", "--rebase")
		r.push(other, "other work")
		again("behind what came since", opt, q, true)
		plain := q
		plain.AllowEmpty = false
		r.git(dir, "pull", "-q", "--rebase")
		again("on top of what came since", opt, plain, true)
		somebody := opt
		somebody.Agent = "other"
		q.AllowEmpty = true
		again("by somebody else", somebody, q, false)
		q.Text += "\n\nand more"
		again("with another text", opt, q, false)
	}
}

// TestAClaimAgain makes a second claim of the same words where there is something
// to be told.
func TestAClaimAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		comes func(r *rig, dir string)
		empty bool
		want  string // of what is said; "" for a second claim
	}{
		"nothing came":                       {func(*rig, string) {}, true, "already"},
		"a review came":                      {func(r *rig, dir string) { r.other(dir, "review(g1): no") }, true, ""},
		"a review came, and nothing changed": {func(r *rig, dir string) { r.other(dir, "review(g1): no") }, false, "nothing to claim"},
		"a review of another gate came":      {func(r *rig, dir string) { r.other(dir, "review(g2): no") }, false, "already"},
		"something is staged": {func(r *rig, dir string) {
			r.write(dir, "a.txt", "new\n")
			r.git(dir, "add", "a.txt")
		}, false, ""},
		"something was committed": {func(r *rig, dir string) { r.commit(dir, "more work") }, false, ""},
		"something was pushed":    {func(r *rig, dir string) { r.push(dir, "more work") }, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			dir := r.clone("builder")
			r.clone("other")
			first, err := r.claim(dir, publish.Request{Gate: "g1", AllowEmpty: true})
			r.landed(dir, first, err)
			c.comes(r, dir)
			got, err := r.claim(dir, publish.Request{Gate: "g1", AllowEmpty: c.empty})
			switch {
			case c.want == "already":
				if err != nil || !got.Already || got.Commit != first.Commit {
					t.Errorf("got %+v and %v", got, err)
				}
			case c.want != "":
				if why(err) == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("it says %v", err)
				}
			default:
				r.landed(dir, got, err)
				if got.Already || got.PawlID == first.PawlID {
					t.Errorf("got %+v after %+v", got, first)
				}
			}
		})
	}
}

// other has somebody else push a commit.
func (r *rig) other(_, subject string) {
	r.t.Helper()
	dir := r.dir + "/other"
	r.git(dir, "pull", "-q", "--rebase")
	r.push(dir, subject)
}

// TestAReviewWhoseAnswerIsLost has origin's hook end the connection of a first push
// that was taken, so that the command could not know.
func TestAReviewWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("adversary")
	r.push(dir, "claim(g1): first")
	r.hook(r.origin, "post-receive", "mv "+r.origin+" "+r.origin+".away; kill -9 $PPID")
	q := publish.Request{Gate: "g1", Verdict: "fail", Text: "it breaks"}
	if got, err := r.review(dir, q); err == nil {
		t.Fatalf("got %+v", got)
	}
	if err := os.Rename(r.origin+".away", r.origin); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(r.origin + "/hooks/post-receive"); err != nil {
		t.Fatal(err)
	}
	got, err := r.review(dir, q)
	r.landed(dir, got, err)
	if log := r.git(r.origin, "log", "--format=%s", "main"); strings.Count(log, "review(g1)") != 1 {
		t.Errorf("main has\n%s", log)
	}
}

// TestAReviewOfClaimsSideBySide is of the tip that holds them, which moves.
func TestAReviewOfClaimsSideBySide(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir, other := r.clone("adversary"), r.clone("other")
	r.git(other, "switch", "-q", "-c", "side")
	r.commit(other, "claim(g1): one")
	r.git(other, "switch", "-q", "main")
	r.commit(other, "claim(g1): two")
	r.git(other, "merge", "-q", "--no-ff", "-m", "join", "side")
	r.push(other, "more work")
	q := publish.Request{Gate: "g1", Verdict: "pass"}
	first, err := r.review(dir, q)
	r.landed(dir, first, err)
	again, err := r.review(dir, q)
	if err != nil || !again.Already || again.Commit != first.Commit || again.Reviewed != first.Reviewed {
		t.Errorf("got %+v and %v, not %+v", again, err, first)
	}
}

// TestAnotherTextIsNotDropped: what could not be pushed is pushed, and so is what is
// said now.
func TestAnotherTextIsNotDropped(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	r.commit(dir, "claim(g1): it parses\n\nslowly\n\nGate: g1\nPawl-Id: abc")
	got, err := r.claim(dir, publish.Request{Gate: "g1", Text: "it parses\n\nfast"})
	r.landed(dir, got, err)
	if message := r.git(r.origin, "log", "-1", "--format=%B", "main"); !strings.Contains(message, "fast") || strings.Contains(message, "slowly") {
		t.Errorf("main says %q", message)
	}
	if got.PawlID == "abc" {
		t.Errorf("got %+v", got)
	}
}

// TestAReviewFromBehind has the claim in the clone when the hooks look.
func TestAReviewFromBehind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hook string
		want string
	}{
		"a hook that looks for the claim": {`git merge-base --is-ancestor $(sed -n 's/^Reviewed: //p' "$1") HEAD || { echo not in this history; exit 1; }
git diff --cached --name-only | grep -q REVIEW || { echo nothing staged; exit 1; }`, ""},
		"a hook that refuses": {"echo refused; exit 1", "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			builder, dir := r.clone("builder"), r.clone("adversary")
			claimed, err := r.claim(builder, publish.Request{Gate: "g1", AllowEmpty: true})
			r.landed(builder, claimed, err)
			r.write(dir, "mine.txt", "mine\n")
			r.commit(dir, "notes")
			r.write(dir, "REVIEW-core.md", "fine\n")
			r.git(dir, "add", "-A")
			r.write(dir, "b.txt", "half done\n")
			r.hook(dir+"/.git", "commit-msg", c.hook)
			before := r.state(dir)
			got, err := r.review(dir, publish.Request{Gate: "g1", Verdict: "pass"})
			if c.want == "" {
				r.landed(dir, got, err)
				if got.Reviewed != claimed.Commit || !got.Rebased || r.git(dir, "status", "--porcelain") != " M b.txt" {
					t.Errorf("got %+v with %q", got, r.git(dir, "status", "--porcelain"))
				}
				return
			}
			if why(err) == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("it says %v", err)
			}
			if after := r.state(dir); after != before {
				t.Errorf("the clone was\n%s\nand is\n%s", before, after)
			}
		})
	}
}
