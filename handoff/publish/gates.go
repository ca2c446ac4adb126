package publish

import (
	"context"
	"slices"
	"strings"

	"pawl/handoff"
)

// claims lists the commits on origin's branch that claim a gate, the newest first;
// "" is for any gate, in the last commits only. gates are the gates that are
// claimed, each once.
func (c *Clone) claims(ctx context.Context, gate string) (commits, gates []string, err error) {
	list, err := c.signals(ctx, gate, claimRule)
	for _, m := range list {
		commits = append(commits, m.commit)
		if !slices.Contains(gates, m.gate) {
			gates = append(gates, m.gate)
		}
	}
	return commits, gates, err
}

// mention is a signal on origin's branch.
type mention struct{ commit, rule, gate string }

// signals lists what was said of a gate by some rules, the newest first; "" is for
// any gate, in the last commits only.
func (c *Clone) signals(ctx context.Context, gate string, names ...string) (list []mention, err error) {
	rules := slices.DeleteFunc(slices.Clone(c.opt.Rules), func(r handoff.Rule) bool { return r.Subject == nil || !slices.Contains(names, r.Name) })
	if c.tip == "" || len(rules) == 0 {
		return nil, nil
	}
	args := []string{"log", "--topo-order", "--format=%H %s"}
	if gate == "" {
		args = append(args, "--max-count=5000")
	} else {
		args = append(args, "--fixed-strings", "--grep=("+gate+")") // git looks through a long history faster
	}
	out, err := c.git.run(ctx, call{limit: reading, args: append(args, c.tip, "--")})
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(out) {
		hash, subject, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		for _, m := range handoff.Mentions(handoff.Commit{Hash: hash, Subject: subject}, rules) {
			if m.Gate == "" || gate != "" && m.Gate != gate {
				continue
			}
			list = append(list, mention{hash, m.Rule.Name, m.Gate})
		}
	}
	return list, nil
}

// maxClaims bounds how many claims of one gate are compared: older ones than the
// last of them are ancestors of those, or were answered long ago.
const maxClaims = 50

// newest are the claims of a gate that no other claim of it follows: more than one
// only where they came side by side.
func (c *Clone) newest(ctx context.Context, claims []string) ([]string, error) {
	if len(claims) < 2 {
		return claims, nil
	}
	out, err := c.git.ask(ctx, append([]string{"merge-base", "--independent"}, claims[:min(len(claims), maxClaims)]...)...)
	return strings.Fields(out), err
}

// covered is the commit that a review is of: the newest claim of its gate, or what
// the reviewer says. What has a newer claim than the reviewer can have seen is
// refused: that claim would count as reviewed.
func (c *Clone) covered(ctx context.Context, r Request) (string, error) {
	claims, _, err := c.claims(ctx, r.Gate)
	if err != nil {
		return "", err
	}
	if len(claims) == 0 {
		_, gates, err := c.claims(ctx, "")
		if err != nil {
			return "", err
		}
		return "", &UnknownGateError{Gate: r.Gate, Branch: c.branch, Claimed: gates}
	}
	newest, err := c.newest(ctx, claims)
	if err != nil {
		return "", err
	}
	if r.Reviewed != "" {
		return c.given(ctx, r, newest)
	}
	for _, claim := range newest {
		seen, err := c.contains(ctx, "HEAD", claim)
		if err != nil {
			return "", err
		}
		if seen {
			continue
		}
		if older := c.sawOlder(ctx, claims, claim); older != "" {
			return "", refuse(c.pull()+", look at it, and review again",
				"claim(%s) %s is superseded by %s, which is not in this clone yet", r.Gate, handoff.Short(older), handoff.Short(claim))
		}
	}
	if len(newest) == 1 {
		return newest[0], nil
	}
	// Claims that came side by side are covered by what holds them all.
	return c.given(ctx, Request{Gate: r.Gate, Reviewed: c.tip}, newest)
}

// sawOlder is the newest claim that the clone has besides one; "" if it has none:
// then it was not brought up to date, and its reviewer looked elsewhere.
func (c *Clone) sawOlder(ctx context.Context, claims []string, but string) string {
	for _, claim := range claims[:min(len(claims), maxClaims)] {
		if seen, err := c.contains(ctx, "HEAD", claim); claim != but && err == nil && seen {
			return claim
		}
	}
	return ""
}

// given is the full hash of the commit that the reviewer names.
func (c *Clone) given(ctx context.Context, r Request, newest []string) (string, error) {
	name := handoff.Clean(r.Reviewed, handoff.MaxLabel)
	if strings.HasPrefix(r.Reviewed, "-") {
		return "", invalid("write a commit's hash", "--reviewed %q is no commit", name)
	}
	full, err := c.git.ask(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", r.Reviewed+"^{commit}")
	if exitCode(err) > 0 {
		why := refuse("git log --oneline "+c.remote+"/"+c.branch+" lists what there is", "--reviewed %q is no commit of this clone", name)
		why.Missing = true
		return "", why
	}
	if err != nil {
		return "", err
	}
	there, err := c.contains(ctx, c.tip, full)
	if err != nil {
		return "", err
	}
	if !there {
		return "", refuse("review what was pushed; the claim is "+handoff.Short(newest[0]), "--reviewed %s is not on origin's branch %s", handoff.Short(full), c.branch)
	}
	for _, claim := range newest {
		covers, err := c.contains(ctx, full, claim)
		if err != nil {
			return "", err
		}
		if !covers {
			return "", refuse(c.pull()+", look at it, and review that one",
				"%s does not hold the newest claim of gate %s, %s: a review of it answers nothing", handoff.Short(full), r.Gate, handoff.Short(claim))
		}
	}
	return full, nil
}

// nothing refuses a claim of what is on origin's branch already.
func (c *Clone) nothing(ctx context.Context, gate string) error {
	hint := "git add what belongs to it; or claim what was pushed with --allow-empty"
	claims, _, err := c.claims(ctx, gate)
	if err != nil {
		return err
	}
	if len(claims) > 0 {
		return refuse(hint, "there is nothing to claim: nothing was committed or staged that is not on origin's branch %s, which has claim(%s) as %s", c.branch, gate, claims[0])
	}
	return refuse(hint, "there is nothing to claim: nothing was committed or staged that is not on origin's branch %s", c.branch)
}
