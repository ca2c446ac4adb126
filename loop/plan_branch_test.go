package loop

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pawl/handoff"
	"pawl/loop/config"
	"pawl/phases"
)

// branch is origin's main: a line of commits, each with its tree. What was
// rewritten away stays known, as the mirror knows it.
type branch struct {
	line    []string
	commits map[string]handoff.Commit
	trees   map[string]map[string]string // path → content
}

func newBranch() *branch {
	return &branch{commits: map[string]handoff.Commit{}, trees: map[string]map[string]string{}}
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:20])
}

func (b *branch) tip() string {
	if len(b.line) == 0 {
		return ""
	}
	return b.line[len(b.line)-1]
}

// push adds a commit; a file whose content is "" is deleted by it.
func (b *branch) push(subject string, trailers handoff.Trailers, files map[string]string) string {
	hash := hashOf(fmt.Sprint("commit ", len(b.commits), b.tip()))
	c := handoff.Commit{Hash: hash, Subject: subject, Author: "a <a@b>", AuthorDate: time.Unix(int64(len(b.commits)+1), 0).UTC(), Trailers: trailers}
	tree := map[string]string{}
	if tip := b.tip(); tip != "" {
		c.Parents = []string{tip}
		tree = maps.Clone(b.trees[tip])
	}
	for path, content := range files {
		if tree[path] = content; content == "" {
			delete(tree, path)
		}
	}
	b.commits[hash], b.trees[hash] = c, tree
	b.line = append(b.line, hash)
	return hash
}

// rewrite takes the last n commits away.
func (b *branch) rewrite(n int) { b.line = slices.Clone(b.line[:max(len(b.line)-n, 0)]) }

// back is a commit and what it was built on, the oldest first.
func (b *branch) back(hash string) []string {
	var out []string
	for hash != "" {
		out = append(out, hash)
		parents := b.commits[hash].Parents
		if hash = ""; len(parents) > 0 {
			hash = parents[0]
		}
	}
	slices.Reverse(out)
	return out
}

// window is what the mirror would say, asked about all commits of asked.
func (b *branch) window(cfg *config.Config, cursor string, asked []string) *handoff.Window {
	w := &handoff.Window{Cursor: cursor, Tip: b.tip(), Older: map[string][]string{}, Resolved: map[string]string{}}
	old := b.back(cursor)
	for _, h := range b.line {
		if !slices.Contains(old, h) {
			w.Commits = append(w.Commits, b.commits[h])
		}
	}
	for _, h := range old {
		if !slices.Contains(b.line, h) {
			w.Rewritten = true
			w.Dropped = append(w.Dropped, b.commits[h])
		}
	}
	inRange := func(h string) bool {
		return slices.ContainsFunc(w.Commits, func(c handoff.Commit) bool { return c.Hash == h })
	}
	for _, c := range w.Commits {
		outside := slices.Clone(c.Parents)
		if r := c.Trailers.Reviewed; r != "" && b.commits[r].Hash != "" {
			w.Resolved[r] = r
			outside = append(outside, r)
		}
		for _, h := range outside {
			if inRange(h) {
				continue
			}
			line := b.back(h)
			w.Older[h] = slices.DeleteFunc(slices.Clone(asked), func(a string) bool { return !slices.Contains(line, a) })
		}
	}
	for _, in := range cfg.Handoff.Inboxes {
		if f := b.inbox(cfg, w, in.File); f.Blob != "" || f.Ended != "" {
			w.Inboxes = append(w.Inboxes, f)
		}
	}
	return w
}

func (b *branch) inbox(cfg *config.Config, w *handoff.Window, name string) handoff.InboxFile {
	f := handoff.InboxFile{Name: name, Path: cfg.Handoff.Docs + "/" + name}
	if content := b.trees[w.Tip][f.Path]; content != "" {
		f.Blob = hashOf(content)
	}
	for _, c := range w.Commits {
		if len(c.Parents) > 0 && b.trees[c.Parents[0]][f.Path] != "" && b.trees[c.Hash][f.Path] == "" {
			f.Ended = c.Hash
		}
	}
	return f
}

// facts are what the tip says about the phases.
func (b *branch) facts(cfg *config.Config) map[string]phases.Fact {
	out := map[string]phases.Fact{}
	for _, ph := range cfg.Phases.Sequence {
		path := cfg.Handoff.Docs + "/" + ph.Status
		content := b.trees[b.tip()][path]
		if content == "" {
			continue
		}
		f := phases.Fact{Path: path, Blob: hashOf(content), Verdict: phases.Done([]byte(content), cfg.Phases.DoneMarker)}
		if f.Verdict.Done {
			for _, h := range slices.Backward(b.line) {
				if !strings.Contains(b.trees[h][path], cfg.Phases.DoneMarker) {
					break
				}
				f.Commit = h
			}
			if _, why, lacks := strings.Cut(content, "lacks "); lacks {
				f.Missing = []string{why}
			}
		}
		out[ph.ID] = f
	}
	return out
}
