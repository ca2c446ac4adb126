// Package publish commits claims and reviews in an agent's clone, and pushes them.
// It is the only code that writes into one, and does so with the git program, as
// the agent itself would: its hooks, its identity and its settings count.
//
// What is refused leaves branch, index and files as they were.
package publish

import (
	"context"
	"errors"
	"path/filepath"

	"pawl/handoff"
)

// The rules whose signals can be written.
const (
	claimRule  = "claim"
	reviewRule = "review"
)

// Options say which clone is written to, and what origin is.
type Options struct {
	Dir      string            // a folder in the clone
	Origin   string            // where origin is, for messages; without credentials
	Remote   string            // the remote's name that is tried first
	IsOrigin func(string) bool // says that a remote's URL leads to origin; nil: the remote of that name does
	Branch   string            // the watched branch; "": the one that origin's HEAD names
	Rules    []handoff.Rule    // what makes a commit a signal
	Note     func(string) bool // files that a review may bring along
	Agent    string            // who writes, for the Pawl-Agent trailer; "" for nobody in particular
	Env      []string          // for git: bound to no repository, and asking nobody
}

// Request is a signal that is to be written.
type Request struct {
	Gate       string
	Text       string // the subject behind the gate, and below it what else is to be said; "" for a phrase
	AllowEmpty bool   // claim although nothing was committed or staged
	Staged     bool   // what is staged is meant as it is
	Verdict    string // pass or fail; reviews only
	Reviewed   string // the commit that was reviewed; "" for the gate's newest claim; reviews only
}

// Result is a signal that is on origin's branch.
type Result struct {
	Commit   string // full hash, as it landed
	Subject  string
	Gate     string
	Verdict  string
	Reviewed string // full hash
	PawlID   string
	Remote   string
	Branch   string // as origin has it
	Already  bool   // an earlier request had brought it there
	Rebased  bool   // it was put on top of what came to origin meanwhile
	Left     int    // files with changes that are not in any commit
}

// Clone is a clone of origin that can be published from. It is used by one
// goroutine, and closed by whoever opened it.
type Clone struct {
	opt    Options
	git    program
	lock   *lock
	dir    string // its git folder
	top    string // the working tree
	author string // the address that commits are made in the name of
	local  string // the branch that is checked out, without refs/heads/
	remote string
	branch string // as origin has it
	tip    string // of that branch, as fetched; "" while it is not there
}

// Open finds the clone around a folder, and waits until no other Clone of the same
// repository is open. It refuses, with a *Refusal, one that is not in a state to be
// published from. Nothing but a lock file beside its index is written.
func Open(ctx context.Context, opt Options) (*Clone, error) {
	git, err := newProgram(opt.Dir, opt.Env)
	if err != nil {
		return nil, err
	}
	c := &Clone{opt: opt, git: git}
	dir, err := c.find(ctx)
	if err != nil {
		return nil, err
	}
	if c.lock, err = takeLock(ctx, filepath.Join(dir, lockName)); err != nil {
		return nil, err
	}
	c.dir, c.git.lock = dir, c.lock
	if err := c.ready(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Close lets others publish from the clone.
func (c *Clone) Close() error { return c.lock.release() }

// Claim commits that a gate holds, with what is staged, and pushes it together with
// the commits that are not on origin's branch yet. One that an earlier request of the
// same words brought there is not made again. Errors are a *Refusal, a *KeptError, or
// trouble with git; with all but a *KeptError the clone is as before.
func (c *Clone) Claim(ctx context.Context, r Request) (Result, error) {
	r.Verdict, r.Reviewed = "", ""
	return c.publish(ctx, claimRule, r, func(*signal) error { return nil })
}

// Review commits a verdict on a gate's newest claim, and pushes it as Claim does.
// A gate that nobody claimed is an *UnknownGateError.
func (c *Clone) Review(ctx context.Context, r Request) (Result, error) {
	if r.Verdict != "pass" && r.Verdict != "fail" {
		return Result{}, invalid("write pass or fail", "%q is no verdict", handoff.Clean(r.Verdict, handoff.MaxLabel))
	}
	return c.publish(ctx, reviewRule, r, func(s *signal) (err error) {
		if err := c.onlyNotes(s.tree, r.Staged); err != nil {
			return err
		}
		s.reviewed, err = c.covered(ctx, r)
		return err
	})
}

// signal is one that is being written.
type signal struct {
	Request
	rule     string
	reviewed string // full hash; "" for a claim
	id       string // its Pawl-Id
	tree     tree   // what is changed and not committed
}

// publish writes one signal. aim finds out what it is of, once it is known where
// origin's branch stands.
func (c *Clone) publish(ctx context.Context, rule string, r Request, aim func(*signal) error) (Result, error) {
	s := &signal{Request: r, rule: rule}
	if err := s.valid(c.opt.Rules); err != nil {
		return Result{}, err
	}
	var err error
	if s.tree, err = c.changes(ctx); err != nil {
		return Result{}, err
	}
	if err := s.tree.meant(r.Staged); err != nil {
		return Result{}, err
	}
	if err := c.fetch(ctx); err != nil {
		return Result{}, c.unreachable(err)
	}
	if err := aim(s); err != nil {
		return Result{}, err
	}
	ahead, err := c.ahead(ctx)
	if err != nil {
		return Result{}, err
	}
	old, err := c.already(ctx, s, ahead)
	if err != nil {
		return Result{}, err
	}
	if old != "" {
		result := c.result(&delivery{signal: s}, old)
		result.Already = true
		return result, nil
	}
	if rule == claimRule && ahead == 0 && len(s.tree.staged) == 0 && !r.AllowEmpty {
		return Result{}, c.nothing(ctx, r.Gate)
	}
	d := &delivery{signal: s, since: c.tip}
	if d.place, err = c.place(ctx, d, ahead); err != nil {
		return Result{}, err
	}
	return c.deliver(ctx, d)
}
