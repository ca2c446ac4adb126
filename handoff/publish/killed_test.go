package publish_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"pawl/handoff/publish"
)

// claimIn names, for a process of this test's program, the clone that it claims from.
const claimIn = "PAWL_TEST_CLAIM_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(claimIn); dir != "" {
		os.Exit(claimOnce(dir))
	}
	os.Exit(m.Run())
}

// killed is the request that is killed.
var killed = publish.Request{Gate: "g1", Text: "it parses"}

// claimOnce claims as a process of its own, whose number the clone's hooks get.
func claimOnce(dir string) int {
	c, err := publish.Open(context.Background(), publish.Options{
		Dir: dir, Remote: "origin", Rules: rules, Env: append(env(), fmt.Sprintf("PAWL_TEST_PID=%d", os.Getpid())),
	})
	if err == nil {
		_, err = c.Claim(context.Background(), killed)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// moments are the hooks by which a claim is killed: git runs them while it commits,
// puts work aside, moves refs, writes the index, and pushes.
var moments = []string{
	"pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-rewrite",
	"post-index-change", "reference-transaction", "pre-push",
}

// TestKilled kills -9 a claim in the middle of its rebase, again and again, each time
// later. Git goes on without it, and the same request again finds a whole clone.
func TestKilled(t *testing.T) {
	t.Parallel()
	const first, every = 14, 13 // by number of the hook; a claim runs about 50
	for at := first; ; at += every {
		r := newRig(t)
		dir := r.clone("builder")
		r.write(r.dir+"/seed", "theirs.txt", "theirs\n")
		r.push(r.dir+"/seed", "main moved")
		r.write(dir, "mine.txt", "mine\n")
		r.git(dir, "add", "mine.txt")
		r.write(dir, "b.txt", "half done\n")
		for _, name := range moments {
			r.hook(dir+"/.git", name, fmt.Sprintf(`[ -n "$PAWL_TEST_PID" ] || exit 0
echo %s >>%s/count
[ $(wc -l <%s/count) = %d ] && kill -9 $PAWL_TEST_PID && sleep 0.1
echo said; echo said >&2
exit 0`, name, r.dir, r.dir, at))
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), claimIn+"="+dir)
		out, err := cmd.CombinedOutput()
		if err == nil {
			if at == first {
				t.Fatalf("it was killed in time for no rebase; the hooks that ran are %s", r.read(r.dir, "count"))
			}
			return
		}
		got, err := r.claim(dir, killed)
		if err != nil {
			t.Errorf("killed at hook %d of %s\n%s\nit says %#v", at, strings.Fields(r.read(r.dir, "count")), out, err)
			continue
		}
		r.landed(dir, got, err)
		if n := strings.Count(r.git(r.origin, "log", "--format=%s", "main"), "claim(g1)"); n != 1 {
			t.Errorf("killed at hook %d, main has %d claims", at, n)
		}
		if status := r.git(dir, "status", "--porcelain"); status != " M b.txt" || r.read(dir, "b.txt") != "half done\n" || r.git(dir, "stash", "list") != "" {
			t.Errorf("killed at hook %d, the working tree is %q with %q stashed", at, status, r.git(dir, "stash", "list"))
		}
	}
}

// TestAHalfDoneRebase is told how to end it, where git is killed too.
func TestAHalfDoneRebase(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	r.write(dir, "b.txt", "half done\n")
	r.write(dir, ".git/rebase-merge/autostash", r.git(dir, "stash", "create")+"\n")
	r.git(dir, "checkout", "-q", "--", "b.txt")
	_, err := r.claim(dir, publish.Request{Gate: "g1", AllowEmpty: true})
	if why(err) == nil || !strings.Contains(why(err).Hint, "git rebase --quit, then git stash pop") {
		t.Fatalf("it says %#v", err)
	}
	r.git(dir, "rebase", "--quit")
	r.git(dir, "stash", "pop")
	got, err := r.claim(dir, publish.Request{Gate: "g1", AllowEmpty: true})
	r.landed(dir, got, err)
	if r.read(dir, "b.txt") != "half done\n" {
		t.Errorf("b.txt is %q", r.read(dir, "b.txt"))
	}
}
