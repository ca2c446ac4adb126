package origin

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"pawl/loop/launcher/proc"
)

// Rewrite is what became of the branch.
type Rewrite struct {
	Old, New string            // its tips; the same when nothing was rewritten
	Dropped  []Commit          // left out, oldest first
	Kept     map[string]string // the new hash of each commit that has one
}

// Rebase gives the last n commits of the branch's first-parent line, and what was
// merged in between, new hashes: a commit is slipped in before them, or they are
// committed again. Tree, author, author's date and message stay; the committer is
// another one, and its date is now, as after git rebase. The first commit of all
// stays. What others push meanwhile is rebased as well.
func (o *Origin) Rebase(ctx context.Context, rng *rand.Rand, n int) (Rewrite, error) {
	slip := rng.IntN(2) == 0
	return o.rewrite(ctx, n, func(line []step) []step {
		line[0].slip = slip
		for i := range line {
			line[i].again = true
		}
		return line
	})
}

// Drop leaves out those of the last n commits of the branch's first-parent line
// whose subject pick accepts. Merges and the first commit of all stay, and what
// comes after a dropped commit has its tree as before: a file that it brought may
// stay. Another commit comes in, in the place of the first that is dropped or before
// them all, as rng has it: without it, what others have made on top of a dropped
// commit would still be a fast-forward, and bring it back.
func (o *Origin) Drop(ctx context.Context, rng *rand.Rand, n int, pick func(subject string) bool) (Rewrite, error) {
	slip := rng.IntN(2) == 0
	return o.rewrite(ctx, n, func(line []step) []step {
		found := false
		for i := range line {
			line[i].drop = line[i].first && len(line[i].parents) == 1 && pick(line[i].Subject)
			line[i].fill = line[i].drop && !found && !slip
			found = found || line[i].drop
		}
		if !found {
			return nil
		}
		line[0].slip = slip
		return line
	})
}

// step is one commit and what is to become of it.
type step struct {
	Commit
	commit
	first bool // it is of the first-parent line
	slip  bool // another commit comes in on top of the base, before it
	again bool // it is written again though its parents are the same
	drop  bool
	fill  bool // what is dropped leaves another commit in its place
}

const (
	pushTries  = 50
	triesPause = 20 * time.Millisecond
)

// rewrite makes the branch's last commits what change says, and pushes that by
// force on condition that nobody pushed meanwhile; if somebody did, all is done
// again. change returning nothing leaves the branch as it is.
func (o *Origin) rewrite(ctx context.Context, n int, change func([]step) []step) (Rewrite, error) {
	select {
	case o.rewriting <- struct{}{}:
		defer func() { <-o.rewriting }()
	case <-ctx.Done():
		return Rewrite{}, ctx.Err()
	}
	o.rewrites++
	for try := 1; ; try++ {
		done, err := o.rewriteOnce(ctx, n, change)
		if err == nil || try == pushTries {
			return done, err
		}
		o.log.Debug("origin's history is rewritten again", "after", err)
		if err := proc.Pause(ctx, triesPause); err != nil {
			return Rewrite{}, err
		}
	}
}

func (o *Origin) rewriteOnce(ctx context.Context, n int, change func([]step) []step) (Rewrite, error) {
	dir, release := o.repository()
	defer release()
	base, tip, line, err := o.last(ctx, dir, n)
	done := Rewrite{Old: tip, New: tip, Kept: map[string]string{}}
	if err != nil || len(line) == 0 {
		return done, err
	}
	if line = change(line); line == nil {
		return done, nil
	}
	became := map[string]string{}
	for _, s := range line {
		if s.slip {
			if became[base], err = o.slipIn(ctx, dir, base); err != nil {
				return Rewrite{}, err
			}
		}
		if err := o.replay(ctx, dir, s, became); err != nil {
			return Rewrite{}, err
		}
		switch {
		case s.drop:
			done.Dropped = append(done.Dropped, s.Commit)
		case became[s.Hash] != s.Hash:
			done.Kept[s.Hash] = became[s.Hash]
		}
	}
	done.New = became[tip]
	_, err = o.git.run(ctx, dir, "", "push", "-q", "--no-verify", "--force-with-lease="+branchRef+":"+tip, dir, done.New+":"+branchRef)
	return done, err
}

// last are the commits that are not reachable from the n-th before the tip, base,
// on the first-parent line, oldest first: a commit after its parents.
func (o *Origin) last(ctx context.Context, dir string, n int) (base, tip string, line []step, err error) {
	out, err := o.git.run(ctx, dir, "", "rev-list", "--first-parent", fmt.Sprintf("--max-count=%d", max(n, 0)+1), branchRef, "--")
	if err != nil {
		return "", "", nil, err
	}
	main := strings.Fields(out)
	tip, base = main[0], main[len(main)-1]
	commits, err := o.list(ctx, dir, base+".."+tip)
	if err != nil || len(commits) == 0 {
		return base, tip, nil, err
	}
	slices.Reverse(commits)
	names := make([]string, len(commits))
	for i, c := range commits {
		names[i] = c.Hash
	}
	out, err = o.git.run(ctx, dir, strings.Join(names, "\n")+"\n", "cat-file", "--batch")
	if err != nil {
		return "", "", nil, err
	}
	objects, err := parseBatch(out)
	if err != nil {
		return "", "", nil, err
	}
	for _, c := range commits {
		object, ok := objects[c.Hash]
		if !ok {
			return "", "", nil, fmt.Errorf("git cat-file left out commit %s", c.Hash)
		}
		line = append(line, step{Commit: c, commit: object, first: slices.Contains(main, c.Hash)})
	}
	return base, tip, line, nil
}

// slipIn makes a commit on top of base that changes no file.
func (o *Origin) slipIn(ctx context.Context, dir, base string) (string, error) {
	tree, err := o.git.run(ctx, dir, "", "rev-parse", base+"^{tree}")
	if err != nil {
		return "", err
	}
	c := commit{tree: tree, parents: []string{base}, author: o.rewriter(), message: "a commit that was slipped in\n"}
	return o.store(ctx, dir, c.text(c.author))
}

// replay notes in became what a commit is to be from now on.
func (o *Origin) replay(ctx context.Context, dir string, s step, became map[string]string) error {
	c, changed := s.commit, s.again
	c.parents = slices.Clone(c.parents)
	for i, p := range c.parents {
		if to, ok := became[p]; ok && to != p {
			c.parents[i], changed = to, true
		}
	}
	became[s.Hash] = s.Hash
	switch {
	case s.fill:
		hash, err := o.slipIn(ctx, dir, c.parents[0])
		became[s.Hash] = hash
		return err
	case s.drop:
		became[s.Hash] = c.parents[0]
		return nil
	case !changed:
		return nil
	}
	hash, err := o.store(ctx, dir, c.text(o.rewriter()))
	became[s.Hash] = hash
	return err
}

// rewriter is who commits what is rewritten. Each rewrite has a name of its own: two
// of the same second must not give the same hashes.
func (o *Origin) rewriter() string {
	return ident(fmt.Sprintf("rewriter-%d", o.rewrites), time.Now().Unix())
}
