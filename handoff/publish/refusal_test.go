package publish_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pawl/handoff"
	"pawl/handoff/publish"
)

// TestARefusalChangesNothing has each thing that is refused, what is said of it,
// and that the clone and origin are as they were.
func TestARefusalChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	adversary := r.clone("adversary")
	r.push(adversary, "claim(old): first")
	old := r.git(adversary, "rev-parse", "HEAD")
	r.push(adversary, "claim(cli/flags): they are read")
	plain := os.DirFS(r.clone("builder"))
	claim := publish.Request{Gate: "g1", AllowEmpty: true}
	review := publish.Request{Gate: "old", Verdict: "pass"}
	for name, c := range map[string]struct {
		prepare func(dir string) // makes the clone what it must not be
		options func(*publish.Options)
		request publish.Request
		want    string // of what is said
		hint    string
	}{
		"nothing to claim":        {request: publish.Request{Gate: "g1"}, want: "nothing was committed or staged", hint: "--allow-empty"},
		"nothing new to claim":    {request: publish.Request{Gate: "old"}, want: "which has claim(old) as " + old, hint: "--allow-empty"},
		"no gate":                 {request: publish.Request{}, want: `gate "" may only`, hint: "parser"},
		"a gate with a blank":     {request: publish.Request{Gate: "a b"}, want: `gate "a b" may only`, hint: "parser"},
		"a gate with a bracket":   {request: publish.Request{Gate: "a): x"}, want: "may only", hint: "parser"},
		"a long gate":             {request: publish.Request{Gate: strings.Repeat("g", 65)}, want: "between 1 and 64", hint: "parser"},
		"an empty text":           {request: publish.Request{Gate: "g1", Text: " \n"}, want: "the text is empty", hint: "holds"},
		"a text that colours":     {request: publish.Request{Gate: "g1", Text: "\x1b[31mred"}, want: `control character, '\x1b'`, hint: "take it out"},
		"a text that turns":       {request: publish.Request{Gate: "g1", Text: "a\u202eb"}, want: "control character", hint: "take it out"},
		"a text in another code":  {request: publish.Request{Gate: "g1", Text: "caf\xe9"}, want: "not UTF-8", hint: "UTF-8"},
		"a verdict in the text":   {request: publish.Request{Gate: "g1", Text: "x\n\nFixes: y\nverdict: pass"}, want: "has a trailer \"verdict\"", hint: "take it out"},
		"a long first line":       {request: publish.Request{Gate: "g1", Text: strings.Repeat("x", 1001)}, want: "longer than 1000", hint: "empty line"},
		"another rule":            {request: claim, options: func(o *publish.Options) { o.Rules = rulesWith(`^CLAIM \[`) }, want: "nobody would be told", hint: "handoff.signals.claim.subject"},
		"no rule":                 {request: claim, options: func(o *publish.Options) { o.Rules = rules[1:] }, want: `no rule "claim"`, hint: "by hand"},
		"a gate nobody claimed":   {request: publish.Request{Gate: "nosuch", Verdict: "pass"}, want: `gate "nosuch" is not claimed`},
		"a commit that is not":    {request: publish.Request{Gate: "old", Verdict: "pass", Reviewed: "0123456789"}, want: "no commit of this clone", hint: "git log"},
		"a commit like a flag":    {request: publish.Request{Gate: "old", Verdict: "pass", Reviewed: "--all"}, want: "is no commit", hint: "hash"},
		"a commit before it":      {request: publish.Request{Gate: "cli/flags", Verdict: "pass", Reviewed: old}, want: "does not hold the newest claim", hint: "pull"},
		"a commit of one's own":   {prepare: func(dir string) { r.commit(dir, "mine") }, request: publish.Request{Gate: "old", Verdict: "pass", Reviewed: "HEAD"}, want: "not on origin's branch", hint: "pushed"},
		"a detached HEAD":         {prepare: func(dir string) { r.git(dir, "checkout", "-q", "--detach") }, request: claim, want: "HEAD is detached", hint: "git switch"},
		"another branch":          {prepare: func(dir string) { r.git(dir, "switch", "-q", "-c", "side") }, request: claim, want: "branch side is checked out", hint: "git switch main"},
		"another watched branch":  {options: func(o *publish.Options) { o.Branch = "trunk" }, request: claim, want: "the one that is watched is trunk", hint: "git switch trunk"},
		"no identity":             {prepare: func(dir string) { r.git(dir, "config", "--unset", "user.email") }, request: claim, want: "who commits here", hint: "user.email"},
		"no remote":               {prepare: func(dir string) { r.git(dir, "remote", "remove", "origin") }, request: claim, want: "leads to origin", hint: "git remote add"},
		"another remote":          {prepare: func(dir string) { r.git(dir, "remote", "set-url", "origin", "/nowhere") }, request: claim, want: "leads to origin", hint: "cd into"},
		"an origin that is away":  {prepare: func(dir string) { r.git(dir, "remote", "set-url", "origin", "/nowhere") }, options: func(o *publish.Options) { o.IsOrigin = nil }, request: claim, want: "cannot be reached", hint: "nothing was committed"},
		"no repository":           {options: func(o *publish.Options) { o.Dir = "/" }, request: claim, want: "/ is in no git repository", hint: "cd into"},
		"a bare repository":       {options: func(o *publish.Options) { o.Dir = r.origin }, request: claim, want: "no working tree", hint: "cd into"},
		"a merge under way":       {prepare: func(dir string) { r.conflict(dir, "merge") }, request: claim, want: "a merge is under way", hint: "git merge --continue"},
		"a rebase under way":      {prepare: func(dir string) { r.conflict(dir, "rebase") }, request: claim, want: "a rebase is under way", hint: "git rebase --continue"},
		"a cherry-pick under way": {prepare: func(dir string) { r.conflict(dir, "cherry-pick") }, request: claim, want: "a cherry-pick is under way", hint: "--abort"},
		"files that are not merged": {prepare: func(dir string) {
			r.write(dir, "a.txt", "mine\n")
			r.git(dir, "stash")
			r.write(dir, "a.txt", "other\n")
			r.commit(dir, "other")
			if out, err := r.try(dir, "stash", "pop"); err == nil {
				r.t.Errorf("git stash pop meets no conflict: %s", out)
			}
		}, request: claim, want: "files are not merged: a.txt", hint: "git add"},
		"a staged file changed since": {prepare: func(dir string) {
			r.write(dir, "a.txt", "one\n")
			r.git(dir, "add", "a.txt")
			r.write(dir, "a.txt", "two\n")
		}, request: claim, want: "changed since: a.txt", hint: "--staged"},
		"a review with source": {prepare: func(dir string) {
			r.write(dir, "REVIEW-core.md", "x\n")
			r.write(dir, "a.txt", "mended\n")
			r.git(dir, "add", "-A")
		}, request: review, want: "staged are a.txt", hint: "git restore --staged"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, plain); err != nil {
				t.Fatal(err)
			}
			if c.prepare != nil {
				c.prepare(dir)
			}
			opt := r.options(dir)
			if c.options != nil {
				c.options(&opt)
			}
			before, main := r.state(dir), r.git(r.origin, "rev-parse", "main")
			_, err := r.with(opt, func(p *publish.Clone) (publish.Result, error) {
				if c.request.Verdict != "" {
					return p.Review(context.Background(), c.request)
				}
				return p.Claim(context.Background(), c.request)
			})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("it says %v, not %q", err, c.want)
			}
			if refusal := why(err); c.hint != "" && (refusal == nil || !strings.Contains(refusal.Hint, c.hint)) {
				t.Errorf("the hint of %#v has no %q", err, c.hint)
			}
			if after := r.state(dir); after != before {
				t.Errorf("the clone was\n%s\nand is\n%s", before, after)
			}
			if now := r.git(r.origin, "rev-parse", "main"); now != main {
				t.Errorf("main moved from %s to %s", main, now)
			}
		})
	}
}

// conflict leaves a clone in the middle of something.
func (r *rig) conflict(dir, verb string) {
	r.git(dir, "switch", "-q", "-c", "side")
	r.write(dir, "a.txt", "side\n")
	r.commit(dir, "on the side")
	r.git(dir, "switch", "-q", "main")
	r.write(dir, "a.txt", "main\n")
	r.commit(dir, "on main")
	if out, err := r.try(dir, verb, "side"); err == nil {
		r.t.Fatalf("git %s side found no conflict: %s", verb, out)
	}
}

func rulesWith(claim string) []handoff.Rule {
	out := slices.Clone(rules)
	out[0].Subject = regexp.MustCompile("(?i)" + claim)
	return out
}

// TestAnUnknownGateNamesThoseThatAre gives a command what it can suggest.
func TestAnUnknownGateNamesThoseThatAre(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := r.clone("builder")
	r.push(dir, "claim(parser): x")
	r.push(dir, "claim(cli): x")
	r.push(dir, "claim(parser): again")
	_, err := r.review(dir, publish.Request{Gate: "parsr", Verdict: "pass"})
	var unknown *publish.UnknownGateError
	if !errors.As(err, &unknown) || strings.Join(unknown.Claimed, " ") != "parser cli" {
		t.Errorf("got %#v", err)
	}
}

// TestASupersededClaimIsNotReviewed refuses a verdict on what the reviewer cannot
// have seen: the newer claim would count as reviewed.
func TestASupersededClaimIsNotReviewed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	builder := r.clone("builder")
	first := r.push(builder, "claim(g1): first")
	adversary := r.clone("adversary")
	second := r.push(builder, "claim(g1): second")
	before := r.state(adversary)
	for _, reviewed := range []string{"", first} {
		_, err := r.review(adversary, publish.Request{Gate: "g1", Verdict: "pass", Reviewed: reviewed})
		if why(err) == nil || !strings.Contains(err.Error(), second[:10]) || !strings.Contains(why(err).Hint, "git pull") {
			t.Errorf("of %q it says %v", reviewed, err)
		}
	}
	if after := r.state(adversary); after != before {
		t.Errorf("the clone was\n%s\nand is\n%s", before, after)
	}
	r.git(adversary, "pull", "-q", "--rebase")
	got, err := r.review(adversary, publish.Request{Gate: "g1", Verdict: "pass"})
	r.landed(adversary, got, err)
	if got.Reviewed != second {
		t.Errorf("reviewed is %s", got.Reviewed)
	}
}

// TestAClaimThatComesDuringThePush refuses the review, though it was made already.
func TestAClaimThatComesDuringThePush(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	builder := r.clone("builder")
	r.push(builder, "claim(g1): first")
	adversary := r.clone("adversary")
	second := r.commit(builder, "claim(g1): second")
	r.hook(adversary+"/.git", "pre-push", "cd "+builder+" && env -u GIT_DIR git push -q origin HEAD:main")
	before := r.state(adversary)
	_, err := r.review(adversary, publish.Request{Gate: "g1", Verdict: "pass"})
	if why(err) == nil || !strings.Contains(err.Error(), second[:10]+" came while this was pushed") {
		t.Errorf("it says %v", err)
	}
	if after := r.state(adversary); after != before {
		t.Errorf("the clone was\n%s\nand is\n%s", before, after)
	}
}
