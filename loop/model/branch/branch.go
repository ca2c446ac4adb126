// Package branch is origin's main in memory, for models of the loop: a line of
// commits, each with its tree. What was rewritten away stays known, as a mirror
// knows it.
package branch

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"pawl/handoff"
)

// Branch is one state of origin's branch, and of what was there before.
type Branch struct {
	Line    []string // hashes, the oldest first
	Commits map[string]handoff.Commit
	Trees   map[string]map[string]string // path → content, by commit
	Moved   map[string]string            // a commit → the one that a rewrite made of it
}

// New is a branch without commits.
func New() *Branch {
	return &Branch{Commits: map[string]handoff.Commit{}, Trees: map[string]map[string]string{}, Moved: map[string]string{}}
}

// Clone is a copy: what is done to one is not seen in the other.
func (b *Branch) Clone() *Branch {
	return &Branch{Line: slices.Clone(b.Line), Commits: maps.Clone(b.Commits), Trees: maps.Clone(b.Trees), Moved: maps.Clone(b.Moved)}
}

// HashOf names content as git does: the same text, the same hash.
func HashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:20])
}

// Tip is the newest commit; "" where there is none.
func (b *Branch) Tip() string {
	if len(b.Line) == 0 {
		return ""
	}
	return b.Line[len(b.Line)-1]
}

// Push adds a commit; a file whose content is "" is deleted by it.
func (b *Branch) Push(subject string, trailers handoff.Trailers, files map[string]string) string {
	return b.add(handoff.Commit{
		Subject: subject, Author: "a <a@b>", AuthorDate: time.Unix(int64(len(b.Commits)+1), 0).UTC(), Trailers: trailers,
	}, files)
}

func (b *Branch) add(c handoff.Commit, files map[string]string) string {
	tree := map[string]string{}
	c.Parents = nil
	if tip := b.Tip(); tip != "" {
		c.Parents = []string{tip}
		maps.Copy(tree, b.Trees[tip])
	}
	for path, content := range files {
		if tree[path] = content; content == "" {
			delete(tree, path)
		}
	}
	// How many there were makes a commit that is pushed again another one.
	c.Hash = HashOf(fmt.Sprint("commit ", len(b.Commits), b.Tip(), c.Subject, c.Trailers, tree))
	b.Commits[c.Hash], b.Trees[c.Hash] = c, tree
	b.Line = append(b.Line, c.Hash)
	return c.Hash
}

// Drop takes the last n commits away, as a force-push does.
func (b *Branch) Drop(n int) { b.Line = slices.Clone(b.Line[:max(len(b.Line)-n, 0)]) }

// Rebase puts the last n commits upon a new one, as a force-push after a rebase does.
func (b *Branch) Rebase(n int) {
	n = min(n, len(b.Line))
	old := slices.Clone(b.Line[len(b.Line)-n:])
	b.Drop(n)
	b.Push("work", handoff.Trailers{}, nil)
	for _, hash := range old {
		b.Moved[hash] = b.add(b.Commits[hash], b.changes(hash))
	}
}

// Pick puts a copy of a commit on top, with the same author and date.
func (b *Branch) Pick(hash string) string { return b.add(b.Commits[hash], b.changes(hash)) }

// changes are the files that a commit changed.
func (b *Branch) changes(hash string) map[string]string {
	before := map[string]string{}
	if parents := b.Commits[hash].Parents; len(parents) > 0 {
		before = b.Trees[parents[0]]
	}
	out := map[string]string{}
	for path := range before {
		if b.Trees[hash][path] == "" {
			out[path] = ""
		}
	}
	for path, content := range b.Trees[hash] {
		if before[path] != content {
			out[path] = content
		}
	}
	return out
}

// Back is a commit and what it was built on, the oldest first.
func (b *Branch) Back(hash string) []string {
	var out []string
	for hash != "" {
		out = append(out, hash)
		parents := b.Commits[hash].Parents
		if hash = ""; len(parents) > 0 {
			hash = parents[0]
		}
	}
	slices.Reverse(out)
	return out
}
